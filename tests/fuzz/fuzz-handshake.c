/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"
#include "access/sb-gate.h"
#include "sb-fuzz.h"

#include <string.h>

/* A line of letters that say how the gate is set, a line with the request ("GET /news?name=x"), then headers. */

#define SECOND ((gint64) G_USEC_PER_SEC)
#define NOW (G_GINT64_CONSTANT (1700000000) * SECOND)
#define START (G_GINT64_CONSTANT (5000) * SECOND)

/* Secrets made up, so that inputs can hold them: random ones would be others each time. */
#define EVERYTHING "sbx_0123456789ABCDEFGHIJKLMNOPQRST4g92Dc"
#define BEFORE_ROTATION "sbx_Previous000000000000000000000019EszY"
#define NEWS_ONLY "sbx_NewsOnly00000000000000000000001KjP6m"
#define ONE_ONLY "sbx_OneOnly000000000000000000000003x8BrE"
#define REVOKED "sbx_Revoked000000000000000000000004djqsd"
#define EXPIRED "sbx_Expired000000000000000000000002RQ6E5"
#define NOT_YET "sbx_LaterYet00000000000000000000003tDB6Y"

static const char *const good_secrets[] = { EVERYTHING, BEFORE_ROTATION, NEWS_ONLY, ONE_ONLY };

static void
add_token (SbGate *gate, gint64 id, const char *secret, const char *previous, const char *channel,
           guint max_connections, gint64 not_before, gint64 expires_at, gint64 revoked_at)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("fuzz");
  g_autoptr (SbToken) token = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE];
  guint8 previous_hash[SB_TOKEN_HASH_SIZE];

  g_assert_true (sb_token_secret_is_well_formed (secret, -1));
  sb_token_secret_hash (secret, -1, hash);
  if (previous != NULL)
    sb_token_secret_hash (previous, -1, previous_hash);
  g_free (spec->channels[0]);
  spec->channels[0] = g_strdup (channel);
  spec->max_connections = max_connections;
  spec->not_before = not_before;
  spec->expires_at = expires_at;
  token = sb_token_new (id, spec, hash, "sbx_0000…0000", previous != NULL ? previous_hash : NULL,
                        previous != NULL ? NOW + SECOND : 0, NOW - 3600 * SECOND, revoked_at);
  sb_gate_put_token (gate, token);
}

static SbGate *
make_gate (const char *settings)
{
  static const char *const origins[] = { "https://example.com", "null", "file://", "http://[::1]:81", NULL };
  SbGateLimits limits;
  SbGate *gate;

  sb_gate_limits_init (&limits);
  limits.tokens_in_url = strchr (settings, 'u') != NULL;
  if (strchr (settings, 'o') != NULL)
    limits.origins = g_strdupv ((char **) origins);
  if (strchr (settings, 'f') != NULL)
    limits.max_clients = 1;
  if (strchr (settings, 'a') != NULL)
    limits.max_clients_per_address = 1;
  limits.max_attempts = strchr (settings, 't') != NULL ? 1 : 30;
  gate = sb_gate_new (&limits);
  sb_gate_limits_clear (&limits);

  add_token (gate, 1, EVERYTHING, BEFORE_ROTATION, "**", 0, 0, 0, 0);
  add_token (gate, 2, NEWS_ONLY, NULL, "/news/*", 0, 0, NOW + SECOND, 0);
  add_token (gate, 3, ONE_ONLY, NULL, "/", 1, NOW - SECOND, 0, 0);
  add_token (gate, 4, REVOKED, NULL, "**", 0, 0, 0, NOW - SECOND);
  add_token (gate, 5, EXPIRED, NULL, "**", 0, 0, NOW, 0);
  add_token (gate, 6, NOT_YET, NULL, "**", 0, NOW + 1, 0, 0);
  if (strchr (settings, 'b') != NULL)
    sb_gate_block (gate, "192.0.2.7", START + SECOND);
  sb_gate_set_draining (gate, strchr (settings, 'd') != NULL);
  return gate;
}

static const char *
find_header (char **lines, const char *name)
{
  gsize length = strlen (name);

  for (; *lines != NULL; lines++)
    {
      if (g_ascii_strncasecmp (*lines, name, length) == 0 && (*lines)[length] == ':')
        return *lines + length + 1 + strspn (*lines + length + 1, " ");
    }
  return NULL;
}

static gboolean
is_in (const char *text, const char *const *words, gsize n_words)
{
  for (gsize i = 0; i < n_words; i++)
    if (text != NULL && strstr (text, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Nobody comes in without what RFC 6455 §4.2.1 asks for and a token that is good here and now. */
static void
check_let_in (const SbVerdict *verdict, const SbHandshake *handshake)
{
  g_assert_cmpstr (handshake->method, ==, "GET");
  g_assert_cmpstr (handshake->version, ==, "13");
  g_assert_cmpuint (strlen (handshake->key), ==, 24);
  g_assert_nonnull (handshake->upgrade);
  g_assert_nonnull (handshake->connection);
  g_assert_null (verdict->error);
  g_assert_null (verdict->message);
  g_assert_false (verdict->upgrade_to_tell);
  g_assert_nonnull (verdict->token);
  g_assert_cmpint (verdict->token->id, <=, 3);
  g_assert_true (sb_channel_check (verdict->channel, NULL));
  g_assert_true (sb_token_allows (verdict->token, verdict->channel));
  /* In a query it may be percent-encoded, elsewhere it stands there as it is. */
  if (handshake->query == NULL || strstr (handshake->query, "access_token=") == NULL)
    g_assert_true (is_in (handshake->authorization, good_secrets, G_N_ELEMENTS (good_secrets))
                   || is_in (handshake->protocols, good_secrets, G_N_ELEMENTS (good_secrets)));
  if (verdict->name != NULL)
    {
      g_assert_true (g_utf8_validate (verdict->name, -1, NULL));
      g_assert_cmpint (g_utf8_strlen (verdict->name, -1), >=, 1);
      g_assert_cmpint (g_utf8_strlen (verdict->name, -1), <=, 64);
    }
}

static void
check_refused (const SbVerdict *verdict, const SbHandshake *handshake)
{
  static const guint statuses[] = { 400, 401, 403, 404, 426, 429, 503 };
  gboolean known = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    known = known || verdict->status == statuses[i];
  g_assert_true (known);
  g_assert_nonnull (verdict->error);
  g_assert_nonnull (verdict->message);
  g_assert_null (strpbrk (verdict->message, "\"\\")); /* it is put into JSON as it is */
  g_assert_null (verdict->name);
  g_assert_cmpint (verdict->retry_after > 0, ==, verdict->status == 429 || verdict->status == 503);
  if (verdict->cause != NULL)
    g_assert_cmpuint (verdict->status, ==, 401);
  if (verdict->upgrade_to_tell)
    {
      g_assert_true (verdict->close_code == 3000 || verdict->close_code == 3003 || verdict->close_code == 1013);
      g_assert_nonnull (verdict->close_reason);
      g_assert_nonnull (handshake->origin);
      g_assert_cmpstr (verdict->protocol, ==, "signalbox");
    }
  else
    g_assert_cmpuint (verdict->close_code, ==, 0);
}

/* The same knocks three times; who was let in stays until the end. */
static void
knock (SbGate *gate, SbHandshake *handshake)
{
  guint n_in = 0;
  gint64 ids[3];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      SbVerdict verdict;

      memset (&verdict, 0x5a, sizeof verdict);
      sb_gate_judge (gate, handshake, &verdict);
      g_assert_true (verdict.protocol == NULL || g_str_equal (verdict.protocol, "signalbox"));
      if (verdict.status == 101)
        {
          check_let_in (&verdict, handshake);
          ids[n_in++] = verdict.token->id;
        }
      else
        check_refused (&verdict, handshake);
      g_assert_cmpuint (sb_gate_get_n_clients (gate), ==, n_in);
      sb_verdict_clear (&verdict);
      handshake->monotonic_time += SECOND / 2;
    }
  while (n_in > 0)
    sb_gate_release (gate, ids[--n_in], handshake->address);
  g_assert_cmpuint (sb_gate_get_n_clients (gate), ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  g_autofree char *settings = sb_fuzz_take_line (&input);
  g_autofree char *request = sb_fuzz_take_line (&input);
  g_autofree char *rest = sb_fuzz_take_rest (&input);
  g_auto (GStrv) headers = g_strsplit (rest, "\n", -1);
  char *path = strchr (request, ' ');
  char *query;
  const char *address = find_header (headers, "Address");
  SbGate *gate = make_gate (settings);

  if (path != NULL)
    *path++ = '\0';
  query = path != NULL ? strchr (path, '?') : NULL;
  if (query != NULL)
    *query++ = '\0';
  knock (gate, &(SbHandshake) {
    .method = request,
    .path = path,
    .query = query,
    .host = find_header (headers, "Host"),
    .upgrade = find_header (headers, "Upgrade"),
    .connection = find_header (headers, "Connection"),
    .key = find_header (headers, "Sec-WebSocket-Key"),
    .version = find_header (headers, "Sec-WebSocket-Version"),
    .protocols = find_header (headers, "Sec-WebSocket-Protocol"),
    .extensions = find_header (headers, "Sec-WebSocket-Extensions"),
    .origin = find_header (headers, "Origin"),
    .authorization = find_header (headers, "Authorization"),
    .address = address != NULL ? address : "192.0.2.7",
    .real_time = NOW,
    .monotonic_time = START,
  });
  sb_gate_free (gate);
  return 0;
}
