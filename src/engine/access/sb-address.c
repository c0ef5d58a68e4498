/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define MINUTE (60 * G_USEC_PER_SEC)

static const guint8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

gboolean
sb_address_parse (SbAddress *self, const char *text)
{
  char plain[INET6_ADDRSTRLEN];
  gsize length;

  g_return_val_if_fail (self != NULL, FALSE);

  memset (self, 0, sizeof *self);
  length = text != NULL ? strcspn (text, "%") : 0;
  if (length == 0 || length >= sizeof plain)
    return FALSE;
  memcpy (plain, text, length);
  plain[length] = '\0';

  if (inet_pton (AF_INET, plain, self->bytes + sizeof mapped_prefix) == 1)
    {
      memcpy (self->bytes, mapped_prefix, sizeof mapped_prefix);
      return TRUE;
    }
  if (inet_pton (AF_INET6, plain, self->bytes) == 1)
    return TRUE;

  memset (self, 0, sizeof *self);
  return FALSE;
}

static gboolean
is_mapped (const SbAddress *self)
{
  return memcmp (self->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

char *
sb_address_normalize (const char *text)
{
  char normal[INET6_ADDRSTRLEN];
  SbAddress address;

  g_return_val_if_fail (text != NULL, NULL);

  if (!sb_address_parse (&address, text))
    return NULL;
  if (is_mapped (&address))
    inet_ntop (AF_INET, address.bytes + sizeof mapped_prefix, normal, sizeof normal);
  else
    inet_ntop (AF_INET6, address.bytes, normal, sizeof normal);

  return g_strdup (normal);
}

void
sb_address_to_site (SbAddress *self)
{
  g_return_if_fail (self != NULL);

  if (!is_mapped (self))
    memset (self->bytes + 8, 0, 8);
}

/* Who has a large network can choose among many addresses, so which of them collide must not be known outside. */
static guint64
get_seed (void)
{
  static gsize once = 0;
  static guint64 seed;

  if (g_once_init_enter (&once))
    {
      if (getrandom (&seed, sizeof seed, 0) != sizeof seed)
        g_error ("The kernel gives no random bytes: %s", g_strerror (errno));
      g_once_init_leave (&once, 1);
    }

  return seed;
}

guint
sb_address_hash (gconstpointer self)
{
  guint64 halves[2], mixed;
  guint64 seed = get_seed ();

  memcpy (halves, self, sizeof halves);
  mixed = (halves[0] ^ seed) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  mixed = (mixed ^ mixed >> 32 ^ halves[1] ^ seed) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);

  return (guint) (mixed >> 32);
}

gboolean
sb_address_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (SbAddress)) == 0;
}

/* --- attempts --- */

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (sb_address_hash, sb_address_equal, g_free, g_free);
}

void
sb_attempts_init (SbAttempts *self, guint limit)
{
  self->limit = limit;
  self->recent = new_table ();
  self->earlier = new_table ();
  self->turned_at = 0;
}

void
sb_attempts_clear (SbAttempts *self)
{
  g_clear_pointer (&self->recent, g_hash_table_unref);
  g_clear_pointer (&self->earlier, g_hash_table_unref);
}

static void
change_all (GHashTable *table, guint limit)
{
  GHashTableIter iter;
  gpointer rate;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &rate))
    sb_rate_change (rate, limit / 60.0, limit);
}

void
sb_attempts_set_limit (SbAttempts *self, guint limit)
{
  if (limit == self->limit)
    return;

  self->limit = limit;
  change_all (self->recent, limit);
  change_all (self->earlier, limit);
}

/* A minute after it was last touched a bucket is full, as if it had never been. So those that the turn before last
 * left behind go without a look at each; when there are too many the turn comes sooner. */
static void
turn (SbAttempts *self, gint64 now)
{
  if (now - self->turned_at < MINUTE && g_hash_table_size (self->recent) < SB_ATTEMPTS_MAX)
    return;

  if (now - self->turned_at >= 2 * MINUTE)
    g_hash_table_remove_all (self->recent);
  g_hash_table_unref (self->earlier);
  self->earlier = self->recent;
  self->recent = new_table ();
  self->turned_at = now;
}

gint64
sb_attempts_wait (SbAttempts *self, const SbAddress *site, gint64 now)
{
  const SbRate *rate;

  if (self->limit == 0)
    return 0;

  turn (self, now);
  rate = g_hash_table_lookup (self->recent, site);
  if (rate == NULL)
    rate = g_hash_table_lookup (self->earlier, site);

  return rate != NULL ? sb_rate_wait (rate, now) : 0;
}

void
sb_attempts_add (SbAttempts *self, const SbAddress *site, gint64 now)
{
  SbRate *rate;

  if (self->limit == 0)
    return;

  turn (self, now);
  rate = g_hash_table_lookup (self->recent, site);
  if (rate == NULL)
    {
      const SbRate *before = g_hash_table_lookup (self->earlier, site);

      rate = g_new (SbRate, 1);
      if (before != NULL)
        *rate = *before;
      else
        sb_rate_init (rate, self->limit / 60.0, self->limit, now);
      g_hash_table_insert (self->recent, g_memdup2 (site, sizeof *site), rate);
    }
  sb_rate_take (rate, now);
}

/* How many sites are remembered; what is there twice counts twice. */
guint
sb_attempts_get_size (const SbAttempts *self)
{
  return g_hash_table_size (self->recent) + g_hash_table_size (self->earlier);
}
