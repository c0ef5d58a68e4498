/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-token.h"

#include "access/sb-channel.h"
#include "access/sb-text.h"
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/random.h>
#include <zlib.h>

#define PREFIX "sbx_"
#define PREFIX_LENGTH 4
#define RANDOM_LENGTH 30
#define CHECKSUM_LENGTH 6
#define CHECKED_LENGTH (PREFIX_LENGTH + RANDOM_LENGTH)
#define MAX_LIMIT 1000000
#define DAY (24 * G_TIME_SPAN_HOUR)

G_STATIC_ASSERT (CHECKED_LENGTH + CHECKSUM_LENGTH == SB_TOKEN_SECRET_SIZE);

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define BASE (sizeof alphabet - 1)

G_DEFINE_QUARK (sb-token-error-quark, sb_token_error)

/* --- what an admin chooses --- */

static void
spec_init_copy (SbTokenSpec *self, const SbTokenSpec *other)
{
  *self = *other;
  self->label = g_strdup (other->label);
  self->channels = g_strdupv (other->channels);
}

static void
spec_clear (SbTokenSpec *self)
{
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->channels, g_strfreev);
}

/**
 * sb_token_spec_new:
 * @label: (nullable): what the admin calls it
 *
 * Returns: (transfer full): a spec that allows everything for ever
 */
SbTokenSpec *
sb_token_spec_new (const char *label)
{
  SbTokenSpec *self = g_new0 (SbTokenSpec, 1);

  self->label = g_strdup (label);
  self->channels = g_strdupv ((char **) (const char *const[]) { "**", NULL });
  self->may_publish = TRUE;

  return self;
}

SbTokenSpec *
sb_token_spec_copy (const SbTokenSpec *self)
{
  SbTokenSpec *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (SbTokenSpec, 1);
  spec_init_copy (copy, self);

  return copy;
}

void
sb_token_spec_free (SbTokenSpec *self)
{
  if (self == NULL)
    return;

  spec_clear (self);
  g_free (self);
}

static void
trim_label (SbTokenSpec *self)
{
  const char *start = self->label;
  const char *end = start + strlen (start);

  while (start < end && g_unichar_isspace (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  while (end > start && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);

  if (start != self->label || *end != '\0')
    {
      char *trimmed = g_strndup (start, end - start);

      g_free (self->label);
      self->label = trimmed;
    }
}

static gboolean
check_label (SbTokenSpec *self, GError **error)
{
  if (self->label != NULL && !g_utf8_validate (self->label, -1, NULL))
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL, _ ("The label is not valid UTF-8 text"));
      return FALSE;
    }

  if (self->label != NULL)
    trim_label (self);

  if (self->label == NULL || self->label[0] == '\0')
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL,
                           _ ("Give the token a label, such as who or what will use it"));
      return FALSE;
    }

  if (g_utf8_strlen (self->label, -1) > SB_TOKEN_MAX_LABEL)
    {
      g_set_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL,
                   _ ("The label is too long: it may have %d characters"), SB_TOKEN_MAX_LABEL);
      return FALSE;
    }

  if (!sb_text_is_plain_line (self->label, -1, 1, SB_TOKEN_MAX_LABEL))
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL,
                           _ ("The label may not contain control characters or line breaks"));
      return FALSE;
    }

  return TRUE;
}

static void
remove_duplicate_channels (SbTokenSpec *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint kept = 0;

  for (guint i = 0; self->channels[i] != NULL; i++)
    {
      char *channel = self->channels[i];

      if (g_hash_table_contains (seen, channel))
        {
          g_free (channel);
          continue;
        }

      g_hash_table_add (seen, channel);
      self->channels[kept++] = channel;
    }

  self->channels[kept] = NULL;
}

static gboolean
check_channels (SbTokenSpec *self, GError **error)
{
  if (self->channels != NULL)
    remove_duplicate_channels (self);

  if (self->channels == NULL || self->channels[0] == NULL)
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS,
                           _ ("Name at least one channel the token opens; “**” stands for all of them"));
      return FALSE;
    }

  if (g_strv_length (self->channels) > SB_TOKEN_MAX_PATTERNS)
    {
      g_set_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS,
                   _ ("Too many channels: a token may name %d; use patterns such as “/room/*”"), SB_TOKEN_MAX_PATTERNS);
      return FALSE;
    }

  for (guint i = 0; self->channels[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;

      if (!sb_channel_pattern_check (self->channels[i], &local))
        {
          g_autofree char *shown = g_utf8_make_valid (self->channels[i], -1);

          g_set_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS,
                       _ ("“%s” is not a channel or a pattern: %s"), shown, local->message);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
check_times (const SbTokenSpec *self, gint64 now, GError **error)
{
  if (self->expires_at < 0 || self->not_before < 0)
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_EXPIRY, _ ("The date is before 1970"));
      return FALSE;
    }

  if (self->expires_at != 0 && now != 0 && self->expires_at <= now)
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_EXPIRY,
                           _ ("The expiry is in the past: the token would open nothing"));
      return FALSE;
    }

  if (self->expires_at != 0 && self->not_before != 0 && self->expires_at <= self->not_before)
    {
      g_set_error_literal (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_EXPIRY,
                           _ ("The token would expire before it becomes valid"));
      return FALSE;
    }

  return TRUE;
}

/**
 * sb_token_spec_check:
 * @self: a spec; its label is trimmed and its duplicate patterns are removed
 * @now: real time in µs, or 0 to accept an expiry in the past
 * @error: #SB_TOKEN_ERROR
 */
gboolean
sb_token_spec_check (SbTokenSpec *self, gint64 now, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!check_label (self, error) || !check_channels (self, error) || !check_times (self, now, error))
    return FALSE;

  if (self->max_connections > MAX_LIMIT)
    {
      g_set_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LIMIT,
                   _ ("A token can have at most %d connections; 0 stands for any number"), MAX_LIMIT);
      return FALSE;
    }

  if (self->messages_per_second > MAX_LIMIT)
    {
      g_set_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LIMIT,
                   _ ("A token can send at most %d messages per second; 0 stands for the server’s limit"), MAX_LIMIT);
      return FALSE;
    }

  return TRUE;
}

/* --- tokens --- */

/**
 * sb_token_new:
 *
 * Takes copies of everything. @previous_hash may be %NULL when @previous_until is 0.
 *
 * Returns: (transfer full): a token with one reference
 */
SbToken *
sb_token_new (gint64 id, const SbTokenSpec *spec, const guint8 *hash, const char *hint, const guint8 *previous_hash,
              gint64 previous_until, gint64 created_at, gint64 revoked_at)
{
  SbToken *self;

  g_return_val_if_fail (spec != NULL, NULL);
  g_return_val_if_fail (hash != NULL, NULL);
  g_return_val_if_fail (hint != NULL, NULL);
  g_return_val_if_fail (previous_hash != NULL || previous_until == 0, NULL);

  self = g_new0 (SbToken, 1);
  sb_ref_count_init (&self->ref_count);
  self->id = id;
  spec_init_copy (&self->spec, spec);
  memcpy (self->hash, hash, SB_TOKEN_HASH_SIZE);
  self->hint = g_strdup (hint);
  if (previous_hash != NULL)
    memcpy (self->previous_hash, previous_hash, SB_TOKEN_HASH_SIZE);
  self->previous_until = previous_until;
  self->created_at = created_at;
  self->revoked_at = revoked_at;

  return self;
}

SbToken *
sb_token_ref (SbToken *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_token_unref (SbToken *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  spec_clear (&self->spec);
  g_free (self->hint);
  g_free (self);
}

/**
 * sb_token_get_state:
 * @now: real time in µs
 *
 * A token is valid from @not_before on, and up to but not at @expires_at.
 */
SbTokenState
sb_token_get_state (const SbToken *self, gint64 now)
{
  const SbTokenSpec *spec;

  g_return_val_if_fail (self != NULL, SB_TOKEN_REVOKED);

  spec = &self->spec;
  if (self->revoked_at != 0)
    return SB_TOKEN_REVOKED;

  if (spec->expires_at != 0 && now >= spec->expires_at)
    return SB_TOKEN_EXPIRED;

  if (now < spec->not_before)
    return SB_TOKEN_NOT_YET_VALID;

  if (spec->expires_at != 0)
    {
      gint64 life = spec->expires_at - MAX (self->created_at, spec->not_before);

      if (spec->expires_at - now <= MIN (DAY, life / 10))
        return SB_TOKEN_EXPIRING;
    }

  return SB_TOKEN_ACTIVE;
}

const char *
sb_token_state_to_id (SbTokenState state)
{
  switch (state)
    {
    case SB_TOKEN_ACTIVE:
      return "active";
    case SB_TOKEN_NOT_YET_VALID:
      return "not_yet_valid";
    case SB_TOKEN_EXPIRING:
      return "expiring";
    case SB_TOKEN_EXPIRED:
      return "expired";
    case SB_TOKEN_REVOKED:
      return "revoked";
    default:
      g_return_val_if_reached (NULL);
    }
}

/* Whether one of the token's patterns matches @channel. Says nothing of its state. */
gboolean
sb_token_allows (const SbToken *self, const char *channel)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (channel != NULL, FALSE);

  for (guint i = 0; self->spec.channels != NULL && self->spec.channels[i] != NULL; i++)
    {
      if (sb_channel_pattern_matches (self->spec.channels[i], channel))
        return TRUE;
    }

  return FALSE;
}

/* --- secrets --- */

static void
fill_random (guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = getrandom (bytes, length, 0);

      if (n < 0 && errno == EINTR)
        continue;
      /* Cannot happen on a kernel that GLib still supports; a token that can be guessed would be worse than none. */
      if (n <= 0)
        g_error ("The kernel gives no random bytes: %s", g_strerror (errno));

      bytes += n;
      length -= n;
    }
}

/* The CRC-32 of @text's first CHECKED_LENGTH bytes in base 62, most significant digit first. 62⁶ > 2³², so it
 * always fits. */
static void
write_checksum (const char *text, char checksum[CHECKSUM_LENGTH])
{
  guint32 crc = (guint32) crc32 (crc32 (0, NULL, 0), (const guint8 *) text, CHECKED_LENGTH);

  for (guint i = CHECKSUM_LENGTH; i-- > 0; crc /= BASE)
    checksum[i] = alphabet[crc % BASE];
}

/**
 * sb_token_secret_generate:
 *
 * Returns: (transfer full): a new secret with 178 bits of randomness; free with sb_token_secret_free()
 */
char *
sb_token_secret_generate (void)
{
  char *secret = g_malloc (SB_TOKEN_SECRET_SIZE + 1);
  guint8 bytes[2 * RANDOM_LENGTH];
  guint n = 0;

  memcpy (secret, PREFIX, PREFIX_LENGTH);
  while (n < RANDOM_LENGTH)
    {
      fill_random (bytes, sizeof bytes);

      /* Bytes from 248 on are thrown away: 256 is not a multiple of 62, so they would favour the first letters. */
      for (guint i = 0; i < sizeof bytes && n < RANDOM_LENGTH; i++)
        {
          if (bytes[i] < 256 / BASE * BASE)
            secret[PREFIX_LENGTH + n++] = alphabet[bytes[i] % BASE];
        }
    }
  explicit_bzero (bytes, sizeof bytes);

  write_checksum (secret, secret + CHECKED_LENGTH);
  secret[SB_TOKEN_SECRET_SIZE] = '\0';

  return secret;
}

void
sb_token_secret_free (char *secret)
{
  if (secret == NULL)
    return;

  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

/**
 * sb_token_secret_is_well_formed:
 * @text: what somebody presents as a token
 * @length: its length in bytes, or -1 if it is NUL-terminated
 *
 * Whether @text could be a secret at all. The checksum catches what was truncated or mistyped before anything is
 * looked up.
 */
gboolean
sb_token_secret_is_well_formed (const char *text, gssize length)
{
  char checksum[CHECKSUM_LENGTH];

  g_return_val_if_fail (text != NULL, FALSE);

  if (length < 0)
    length = strlen (text);
  if (length != SB_TOKEN_SECRET_SIZE || memcmp (text, PREFIX, PREFIX_LENGTH) != 0)
    return FALSE;

  for (guint i = PREFIX_LENGTH; i < SB_TOKEN_SECRET_SIZE; i++)
    {
      if (!g_ascii_isalnum (text[i]))
        return FALSE;
    }

  write_checksum (text, checksum);

  return memcmp (checksum, text + CHECKED_LENGTH, CHECKSUM_LENGTH) == 0;
}

/* The SHA-256 of a secret, which is all that is ever stored of it. @length -1: NUL-terminated. */
void
sb_token_secret_hash (const char *secret, gssize length, guint8 hash[SB_TOKEN_HASH_SIZE])
{
  g_autoptr (GChecksum) checksum = NULL;
  gsize size = SB_TOKEN_HASH_SIZE;

  g_return_if_fail (secret != NULL);
  g_return_if_fail (hash != NULL);

  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guint8 *) secret, length);
  g_checksum_get_digest (checksum, hash, &size);
  g_assert (size == SB_TOKEN_HASH_SIZE);
}

/**
 * sb_token_secret_hint:
 * @secret: a well-formed secret
 *
 * Returns: (transfer full): enough of it for a person to tell it from others, "sbx_7Kq2…f3Zd"
 */
char *
sb_token_secret_hint (const char *secret)
{
  g_return_val_if_fail (secret != NULL, NULL);
  g_return_val_if_fail (strlen (secret) == SB_TOKEN_SECRET_SIZE, NULL);

  return g_strdup_printf ("%.8s…%s", secret, secret + SB_TOKEN_SECRET_SIZE - 4);
}

gboolean
sb_token_hash_equal (const guint8 *a, const guint8 *b)
{
  volatile guint8 difference = 0; /* volatile: the compiler may not leave the loop early */

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  for (guint i = 0; i < SB_TOKEN_HASH_SIZE; i++)
    difference |= a[i] ^ b[i];

  return difference == 0;
}
