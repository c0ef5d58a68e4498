/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "fault-vfs.h"

/* What is said to clients and by them, who is shut out, and what the admin sees of it. */

static GBytes *
make_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static SbBroadcast *
try_broadcast (SbEngine *engine, const SbTarget *target, gboolean binary, GBytes *payload, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_broadcast_async (engine, "window", target, binary, payload, store_result_cb, &result);
  sb_test_wait (result != NULL);
  return sb_engine_broadcast_finish (engine, result, error);
}

static SbBroadcast *
broadcast (SbEngine *engine, const SbTarget *target, const char *text)
{
  g_autoptr (GBytes) payload = make_bytes (text);
  g_autoptr (GError) error = NULL;
  SbBroadcast *sent = try_broadcast (engine, target, FALSE, payload, &error);

  g_assert_no_error (error);
  return sent;
}

static SbTarget *
make_target (const char *channel, gint64 token, guint64 client)
{
  SbTarget *target = g_new0 (SbTarget, 1);

  if (channel != NULL)
    target->channels = g_strsplit (channel, ",", -1);
  if (token != 0)
    {
      target->token_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_array_append_val (target->token_ids, token);
    }
  if (client != 0)
    {
      target->client_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
      g_array_append_val (target->client_ids, client);
    }
  return target;
}

static guint64
get_newest_client (SbEngine *engine)
{
  g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_clients (engine)), engine_count_clients (engine) - 1);

  return sb_client_get_id (client);
}

static void
assert_report (SbBroadcast *sent, guint targeted, guint n_sent, guint dropped, guint pending)
{
  g_assert_true (sb_broadcast_get_complete (sent));
  g_assert_cmpuint (sb_broadcast_get_targeted (sent), ==, targeted);
  g_assert_cmpuint (sb_broadcast_get_sent (sent), ==, n_sent);
  g_assert_cmpuint (sb_broadcast_get_dropped (sent), ==, dropped);
  g_assert_cmpuint (sb_broadcast_get_pending (sent), ==, pending);
}

/* --- broadcasts --- */

static void
test_report_is_true (EngineFixture *self, gconstpointer data)
{
  gint64 first_id = 0, second_id = 0;
  g_autofree char *first_secret = engine_issue (self->engine, "first", NULL, &first_id);
  g_autofree char *second_secret = engine_issue (self->engine, "second", NULL, &second_id);
  g_autoptr (SbTestClient) a = engine_connect (self->engine, "/a", first_secret);
  g_autoptr (SbTestClient) b = engine_connect (self->engine, "/b", first_secret);
  g_autoptr (SbTestClient) ab = engine_connect (self->engine, "/a/b", second_secret);
  guint64 ab_id = get_newest_client (self->engine);
  SbTestClient *clients[] = { a, b, ab };
  const struct { const char *channel; gint64 token; guint64 client; gboolean heard[3]; const char *text; } cases[] = {
    { "/a", 0, 0, { TRUE, FALSE, FALSE }, "/a" },
    { "/a/**,/b", 0, 0, { FALSE, TRUE, TRUE }, "/a/**, /b" },
    { NULL, first_id, 0, { TRUE, TRUE, FALSE }, "token 1" },
    { NULL, 0, ab_id, { FALSE, FALSE, TRUE }, NULL },
    { "/b", second_id, 0, { FALSE, TRUE, TRUE }, "/b, token 2" },
    { "/nobody", 0, 0, { FALSE, FALSE, FALSE }, "/nobody" },
    { "**", 0, 0, { TRUE, TRUE, TRUE }, "**" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTarget) target = make_target (cases[i].channel, cases[i].token, cases[i].client);
      g_autofree char *text = g_strdup_printf ("{ \"n\": %u.0 }", (guint) i);
      g_autoptr (SbBroadcast) sent = NULL;
      guint n = cases[i].heard[0] + cases[i].heard[1] + cases[i].heard[2];

      g_assert_cmpuint (sb_engine_count_reach (self->engine, target), ==, n);
      sent = broadcast (self->engine, target, text);
      assert_report (sent, n, n, 0, 0);
      if (cases[i].text != NULL)
        g_assert_cmpstr (sb_broadcast_get_target_text (sent), ==, cases[i].text);
      for (guint j = 0; j < 3; j++)
        {
          if (cases[i].heard[j])
            sb_test_client_expect_text (clients[j], text);
          else
            sb_test_client_expect_silence (clients[j]);
        }
    }
}

static void
test_everyone (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (SbBroadcast) sent = NULL;
  g_autoptr (SbBroadcast) newest = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\1\2", 3);
  const SbTrafficRecord *record;

  g_assert_cmpuint (sb_engine_count_reach (self->engine, everyone), ==, 1);
  sent = broadcast (self->engine, everyone, "\"hello\"");
  sb_test_client_expect_text (client, "\"hello\"");

  /* In the history, the trail and the traffic. */
  newest = g_list_model_get_item (sb_engine_get_broadcasts (self->engine), 0);
  g_assert_true (newest == sent);
  engine_assert_entry (self->engine, SB_ACT_BROADCAST_SENT, "window", "everyone", "1 targeted, 1 sent, 0 dropped");
  record = sb_traffic_log_peek (sb_engine_get_traffic (self->engine), 0);
  g_assert_nonnull (record);
  g_assert_cmpint (record->direction, ==, SB_DIRECTION_BROADCAST);
  g_assert_cmpstr (record->target, ==, "everyone");
  g_assert_cmpuint (record->reached, ==, 1);
  g_assert_cmpuint (record->size, ==, 7);
  g_assert_null (record->peer);

  g_clear_object (&sent);
  sent = try_broadcast (self->engine, everyone, TRUE, bytes, NULL);
  assert_report (sent, 1, 1, 0, 0);
  sb_test_client_expect_binary (client, "\0\1\2", 3);
}

static void
test_direct_message (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTarget) target = make_target (NULL, 0, get_newest_client (self->engine));
  g_autoptr (SbBroadcast) sent = broadcast (self->engine, target, "[1]");
  g_autoptr (SbTarget) gone = make_target (NULL, 0, 4711);
  g_autoptr (SbBroadcast) to_nobody = NULL;

  assert_report (sent, 1, 1, 0, 0);
  sb_test_client_expect_text (client, "[1]");
  g_assert_cmpint (sb_traffic_log_peek (sb_engine_get_traffic (self->engine), 0)->direction, ==, SB_DIRECTION_DIRECT);
  engine_assert_entry (self->engine, SB_ACT_MESSAGE_SENT, "window", "client ", "1 targeted, 1 sent, 0 dropped");

  to_nobody = broadcast (self->engine, gone, "[2]");
  assert_report (to_nobody, 0, 0, 0, 0);
}

static void
test_bad_messages_are_refused (EngineFixture *self, gconstpointer data)
{
  static const char *const bad[] = { "", "{", "{\"a\":1,}", "nope", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "\"\xff\"" };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (SbTarget) nobody = g_new0 (SbTarget, 1);
  g_autoptr (SbTarget) no_channel = make_target ("news", 0, 0);
  g_autoptr (GBytes) good = make_bytes ("1");
  g_autoptr (GBytes) big = g_bytes_new_take (g_malloc0 ((1 << 20) + 1), (1 << 20) + 1);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) payload = make_bytes (bad[i]);

      g_assert_null (try_broadcast (self->engine, everyone, FALSE, payload, &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
      store_assert_contains (error->message, "line 1, column ");
      g_clear_error (&error);
    }
  g_assert_null (try_broadcast (self->engine, everyone, TRUE, big, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (try_broadcast (self->engine, nobody, FALSE, good, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (try_broadcast (self->engine, no_channel, FALSE, good, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);

  g_assert_cmpuint (g_list_model_get_n_items (sb_engine_get_broadcasts (self->engine)), ==, 0);
  g_assert_false (engine_has_entry (self->engine, SB_ACT_BROADCAST_SENT));
}

static void
test_needs_a_running_server (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = make_bytes ("1");
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  g_assert_null (try_broadcast (self->engine, everyone, FALSE, payload, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING);
  g_clear_error (&error);

  sb_engine_disconnect_async (self->engine, "window", everyone, NULL, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING);
  g_clear_error (&error);

  sb_engine_block_address_async (self->engine, "window", "10.0.0.1", 0, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING);
}

static void
test_slow_client_is_told (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autofree char *text = g_strnfill (600000, 'x');
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (SbTestClient) fast = NULL;
  g_autoptr (SbTestClient) slow = NULL;
  GAsyncResult *results[20] = { NULL };
  guint dropped = 0;

  text[0] = text[599999] = '"';
  fast = engine_connect (self->engine, "/", secret);
  slow = sb_test_client_new_full (sb_engine_get_port (self->engine), NULL, 4096);
  sb_test_response_free (sb_test_client_handshake (slow, "/", secret, NULL));
  sb_test_wait (engine_count_clients (self->engine) == 2);

  /* It never reads: once the system's buffers are full its queue fills, and it is let go with what waited for it. */
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (GBytes) payload = make_bytes (text);

      sb_engine_broadcast_async (self->engine, "window", everyone, FALSE, payload, store_result_cb, &results[i]);
      sb_test_client_expect_text (fast, text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (SbBroadcast) sent = NULL;

      sb_test_wait (results[i] != NULL);
      sent = sb_engine_broadcast_finish (self->engine, results[i], NULL);
      g_assert_nonnull (sent);
      g_assert_cmpuint (sb_broadcast_get_targeted (sent), ==,
                        sb_broadcast_get_sent (sent) + sb_broadcast_get_dropped (sent) + sb_broadcast_get_pending (sent));
      g_assert_cmpuint (sb_broadcast_get_sent (sent), >=, 1);
      dropped += sb_broadcast_get_dropped (sent);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (dropped, >=, 1);
  sb_test_wait (engine_count_clients (self->engine) == 1);
}

static void
test_history_survives (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTarget) target = make_target ("/a", 0, 0);
  g_autoptr (SbBroadcast) sent = broadcast (self->engine, target, "{\"kept\":1}");
  g_autoptr (SbBroadcast) loaded = NULL;
  GBytes *payload;

  sb_test_client_expect_text (client, "{\"kept\":1}");
  g_clear_pointer (&client, sb_test_client_free);
  engine_fixture_restart (self);

  g_assert_cmpuint (g_list_model_get_n_items (sb_engine_get_broadcasts (self->engine)), ==, 1);
  loaded = g_list_model_get_item (sb_engine_get_broadcasts (self->engine), 0);
  assert_report (loaded, 1, 1, 0, 0);
  payload = sb_broadcast_get_payload (loaded);
  g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), "{\"kept\":1}", 10);
  g_assert_cmpstr (sb_broadcast_get_target_text (loaded), ==, "/a");
  engine_assert_entry (self->engine, SB_ACT_BROADCAST_SENT, "window", "/a", "1 targeted, 1 sent, 0 dropped");
}

static void
test_not_sent_without_a_disk (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = make_bytes ("1");
  g_autoptr (GError) error = NULL;

  atomic_store (&fault_code, SQLITE_FULL);
  atomic_store (&fault_lasts, TRUE);
  atomic_store (&fault_countdown, 0);
  g_assert_null (try_broadcast (self->engine, everyone, FALSE, payload, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  sb_test_client_expect_silence (client);
  g_assert_cmpuint (g_list_model_get_n_items (sb_engine_get_broadcasts (self->engine)), ==, 0);
  atomic_store (&fault_countdown, -1);
  atomic_store (&fault_lasts, FALSE);
}

/* --- disconnect --- */

static void
test_disconnect (EngineFixture *self, gconstpointer data)
{
  static const struct { const char *reason; const char *told; const char *detail; } cases[] = {
    { NULL, "disconnected by admin", "1 connections closed" },
    { "  too loud ", "disconnected by admin: too loud", "1 connections closed: too loud" },
    { "Grüße", "disconnected by admin: Grüße", "1 connections closed: Grüße" },
  };
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
      g_autoptr (SbTarget) target = make_target (NULL, 0, get_newest_client (self->engine));
      GAsyncResult *result = NULL;

      sb_engine_disconnect_async (self->engine, "window", target, cases[i].reason, store_result_cb, &result);
      sb_test_client_expect_close (client, 3003, cases[i].told);
      g_assert_cmpint (engine_finish_well (self->engine, &result), ==, 1);
      engine_assert_entry (self->engine, SB_ACT_CLIENT_DISCONNECTED, "window", "kiosk (sbx_", cases[i].detail);
      sb_test_wait (engine_count_clients (self->engine) == 0);
    }
}

static void
test_bad_reasons_are_refused (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autofree char *long_reason = g_strnfill (101, 'x');
  const char *bad[] = { long_reason, "a\nb", "\xff", "\x1b[2J" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GAsyncResult *result = NULL;
      g_autoptr (GError) error = NULL;

      sb_engine_disconnect_async (self->engine, "window", everyone, bad[i], store_result_cb, &result);
      g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
    }
  sb_test_client_expect_silence (client);
}

/* --- addresses --- */

static void
test_blocked_address (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  g_auto (GStrv) blocks = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  sb_engine_block_address_async (self->engine, "window", "127.0.0.1", 0, store_result_cb, &result);
  sb_test_client_expect_close (client, 3003, "disconnected by admin");
  g_assert_cmpint (engine_finish_well (self->engine, &result), ==, 1);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 403);
  engine_assert_entry (self->engine, SB_ACT_ADDRESS_BLOCKED, "window", "127.0.0.1", "until it is lifted; 1 connections closed");
  blocks = sb_engine_list_blocks (self->engine);
  g_assert_cmpstrv (blocks, ((const char *const[]) { "127.0.0.1", NULL }));
  g_assert_cmpint (sb_engine_get_blocked_until (self->engine, "127.0.0.1"), ==, 0);

  sb_engine_unblock_address_async (self->engine, "window", "127.0.0.1", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  sb_test_wait (engine_knock (self->engine, "/", secret) == 101);
  engine_assert_entry (self->engine, SB_ACT_ADDRESS_UNBLOCKED, "window", "127.0.0.1", "");

  sb_engine_unblock_address_async (self->engine, "window", "127.0.0.1", store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND);
}

static void
test_block_ends_by_itself (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_auto (GStrv) blocks = NULL;
  GAsyncResult *result = NULL;

  sb_engine_block_address_async (self->engine, "window", "127.0.0.1", G_USEC_PER_SEC, store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 403);
  g_assert_cmpint (sb_engine_get_blocked_until (self->engine, "127.0.0.1"), >, g_get_real_time () - G_USEC_PER_SEC);

  sb_test_wait (engine_has_entry (self->engine, SB_ACT_ADDRESS_UNBLOCKED));
  blocks = sb_engine_list_blocks (self->engine);
  g_assert_cmpuint (g_strv_length (blocks), ==, 0);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

static void
test_what_is_no_address (EngineFixture *self, gconstpointer data)
{
  static const char *const bad[] = { "", "example.org", "1.2.3", "1.2.3.4:80", "::g", "127.0.0.1/8" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GAsyncResult *result = NULL;
      g_autoptr (GError) error = NULL;

      sb_engine_block_address_async (self->engine, "window", bad[i], 0, store_result_cb, &result);
      g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
    }
}

/* --- what the admin sees --- */

static void
test_messages_are_logged (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) from = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTestClient) to = engine_connect (self->engine, "/a", secret);
  SbTrafficLog *traffic = sb_engine_get_traffic (self->engine);
  const SbTrafficRecord *record;

  sb_test_client_send_text (from, "{\"t\": 21.5}");
  sb_test_client_expect_text (to, "{\"t\": 21.5}");
  sb_test_client_send_text (from, "{\"t\": 21,5}");
  sb_test_wait (sb_traffic_log_get_n_logged (traffic) == 2);

  record = sb_traffic_log_peek (traffic, 0);
  g_assert_cmpint (record->direction, ==, SB_DIRECTION_FROM_CLIENT);
  g_assert_cmpuint (record->reached, ==, 1);
  g_assert_cmpint (record->rejection, ==, SB_REJECTED_NOT);
  g_assert_cmpstr (record->peer->channel, ==, "/a");
  record = sb_traffic_log_peek (traffic, 1);
  g_assert_cmpint (record->rejection, ==, SB_REJECTED_JSON);
  g_assert_nonnull (record->reason);
}

static void
test_refusals_are_grouped (EngineFixture *self, gconstpointer data)
{
  GListModel *journal = G_LIST_MODEL (sb_engine_get_journal (self->engine));
  SbHubTotals totals;
  guint n = 0;

  for (guint i = 0; i < 20; i++)
    g_assert_cmpuint (engine_knock (self->engine, "/a", "sbx_nothing"), ==, 401);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_CLIENT_REFUSED));
  sb_engine_get_totals (self->engine, &totals);
  g_assert_cmpuint (totals.refused, ==, 20);

  /* What was counted so far is written when the program ends. */
  engine_fixture_restart (self);
  journal = G_LIST_MODEL (sb_engine_get_journal (self->engine));
  for (guint i = 0, n_entries = 0; i < g_list_model_get_n_items (journal); i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (journal, i);

      if (sb_journal_entry_get_act (entry) == SB_ACT_CLIENT_REFUSED)
        {
          g_assert_cmpstr (sb_journal_entry_get_detail (entry), ==, "invalid_token: malformed");
          n += sb_journal_entry_get_count (entry);
          g_assert_cmpuint (++n_entries, <=, 2);
        }
    }
  g_assert_cmpuint (n, ==, 20);
}

static void
test_many_come_and_go (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  SbTokenItem *item = sb_token_list_find (sb_engine_get_tokens (self->engine), id);
  SbTestClient *clients[50];
  guint n_notified = 0;

  g_object_get (self->engine, "n-clients", &n_notified, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = sb_test_client_new_open (sb_engine_get_port (self->engine), "/", secret);
  sb_test_wait (engine_count_clients (self->engine) == G_N_ELEMENTS (clients));
  g_assert_cmpuint (sb_token_item_get_live (item), ==, G_N_ELEMENTS (clients));
  g_object_get (self->engine, "n-clients", &n_notified, NULL);
  g_assert_cmpuint (n_notified, ==, G_N_ELEMENTS (clients));

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      if (i % 2 == 0)
        sb_test_client_close (clients[i]);
      else
        sb_test_client_reset (clients[i]);
      sb_test_client_free (clients[i]);
    }
  sb_test_wait (engine_count_clients (self->engine) == 0);
  g_assert_cmpuint (sb_token_item_get_live (item), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (sb_client_list_get_recently_left (sb_engine_get_clients (self->engine))), ==,
                    G_N_ELEMENTS (clients));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install ();

#define ADD(path, function) g_test_add ("/engine/" path, EngineFixture, NULL, engine_fixture_set_up_started, function, engine_fixture_tear_down)
  ADD ("broadcasts/report-is-true", test_report_is_true);
  ADD ("broadcasts/everyone", test_everyone);
  ADD ("broadcasts/direct-message", test_direct_message);
  ADD ("broadcasts/bad-messages-are-refused", test_bad_messages_are_refused);
  g_test_add ("/engine/broadcasts/needs-a-running-server", EngineFixture, NULL, engine_fixture_set_up, test_needs_a_running_server,
              engine_fixture_tear_down);
  ADD ("broadcasts/slow-client-is-told", test_slow_client_is_told);
  ADD ("broadcasts/history-survives", test_history_survives);
  ADD ("broadcasts/not-sent-without-a-disk", test_not_sent_without_a_disk);
  ADD ("clients/disconnect", test_disconnect);
  ADD ("clients/bad-reasons-are-refused", test_bad_reasons_are_refused);
  ADD ("clients/blocked-address", test_blocked_address);
  ADD ("clients/block-ends-by-itself", test_block_ends_by_itself);
  ADD ("clients/what-is-no-address", test_what_is_no_address);
  ADD ("clients/messages-are-logged", test_messages_are_logged);
  ADD ("clients/refusals-are-grouped", test_refusals_are_grouped);
  ADD ("clients/many-come-and-go", test_many_come_and_go);

  return g_test_run ();
}
