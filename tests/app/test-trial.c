/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "../engine/shadow-list.h"
#include "trial/sb-test-client.h"
#include "trial/sb-test-token.h"

/* The test client without its window: over the real wire, as everybody meets the server. */

typedef struct
{
  AppTest *app;
  SbTestClient *client;
} Fixture;

static void
set_up_with (Fixture    *self,
             const char *settings)
{
  self->app = app_test_new (settings);
  self->client = sb_test_client_new (self->app->engine);
}

static void
set_up (Fixture      *self,
        gconstpointer user_data)
{
  set_up_with (self, user_data);
  app_test_start (self->app);
}

static void
tear_down (Fixture      *self,
           gconstpointer user_data)
{
  sb_test_client_end (self->client);
  g_clear_object (&self->client);
  app_test_free (self->app);
}

static guint
count_tokens (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->app->engine)));
}

static guint
count_clients (Fixture *self)
{
  return sb_client_list_count (sb_engine_get_clients (self->app->engine));
}

static void
connect_it (SbTestClient *client,
            const char   *channel,
            const char   *secret)
{
  sb_test_client_connect (client, channel, secret);
  app_test_wait_until (sb_test_client_get_state (client) == SB_TEST_CLIENT_CONNECTED);
}

/* How it was told that it is not connected, or not any more. */
static const char *
wait_idle (SbTestClient *client)
{
  app_test_wait_until (sb_test_client_get_state (client) == SB_TEST_CLIENT_IDLE);
  return sb_test_client_get_status (client);
}

static void
send_text (SbTestClient *client,
           const char   *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  sb_test_client_send (client, bytes);
}

static SbTalkLine *
get_last (SbTestClient *client)
{
  GListModel *log = G_LIST_MODEL (sb_test_client_get_log (client));
  guint n = g_list_model_get_n_items (log);
  g_autoptr (SbTalkLine) line = n > 0 ? g_list_model_get_item (log, n - 1) : NULL;

  return line; /* the log holds it */
}

static gboolean
last_is (SbTestClient *client,
         SbTalkKind    kind,
         const char   *text)
{
  SbTalkLine *line = get_last (client);

  return line != NULL && sb_talk_line_get_kind (line) == kind &&
         (text == NULL || g_str_equal (sb_talk_line_get_text (line), text));
}

/* --- talking --- */

static void
test_talk (Fixture      *self,
           gconstpointer user_data)
{
  g_autoptr (SbTestClient) other = sb_test_client_new (self->app->engine);

  g_assert_cmpstr (sb_test_client_get_status (self->client), ==, "Not connected");
  connect_it (self->client, "/room", NULL);
  connect_it (other, "/room", NULL);
  g_assert_cmpuint (count_tokens (self), ==, 2);
  app_test_wait_until (sb_test_client_get_id (self->client) != 0 && sb_test_client_get_id (other) != 0);
  g_assert_cmpuint (sb_test_client_get_id (self->client), !=, sb_test_client_get_id (other));
  {
    g_autofree char *status = g_strdup_printf ("Connected as client %" G_GUINT64_FORMAT " on /room", sb_test_client_get_id (self->client));

    g_assert_cmpstr (sb_test_client_get_status (self->client), ==, status);
  }

  send_text (self->client, "{\"hello\": \"wörld\"}");
  g_assert_true (last_is (self->client, SB_TALK_SENT, "{\"hello\": \"wörld\"}"));
  app_test_wait_until (last_is (other, SB_TALK_RECEIVED, "{\"hello\": \"wörld\"}"));
  send_text (other, "[1]");
  app_test_wait_until (last_is (self->client, SB_TALK_RECEIVED, "[1]"));

  sb_test_client_disconnect (self->client);
  g_assert_cmpstr (wait_idle (self->client), ==, "Disconnected");
  g_assert_false (sb_test_client_get_troubled (self->client));
  /* The same token serves again. */
  connect_it (self->client, "/", NULL);
  g_assert_cmpuint (count_tokens (self), ==, 2);
  sb_test_client_end (other);
}

static void
test_name_and_token (Fixture      *self,
                     gconstpointer user_data)
{
  g_autoptr (SbTokenItem) item = NULL;
  const SbToken *token;
  SbClient *client;

  connect_it (self->client, "/", NULL);
  app_test_wait_until (sb_test_client_get_id (self->client) != 0);
  client = sb_client_list_find (sb_engine_get_clients (self->app->engine), sb_test_client_get_id (self->client));
  g_assert_cmpstr (sb_client_get_peer (client)->name, ==, "Test client");
  g_assert_null (sb_client_get_peer (client)->subprotocol);
  g_assert_null (sb_client_get_peer (client)->origin);

  item = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_tokens (self->app->engine)), 0);
  token = sb_token_item_get_token (item);
  g_assert_cmpstr (token->spec.label, ==, "Test client");
  g_assert_true (token->spec.may_publish);
  g_assert_cmpint (token->spec.expires_at - token->created_at, >=, G_TIME_SPAN_HOUR - G_TIME_SPAN_MINUTE);
  g_assert_cmpint (token->spec.expires_at - token->created_at, <=, G_TIME_SPAN_HOUR + G_TIME_SPAN_MINUTE);

  /* Nobody sees it any more, but the trail. */
  sb_test_client_end (self->client);
  app_test_wait_until (count_tokens (self) == 0 && count_clients (self) == 0);
}

/* Whatever comes first, the token or the end. */
static void
test_end_while_connecting (Fixture      *self,
                           gconstpointer user_data)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->app->engine);

      sb_test_client_connect (client, "/", NULL);
      for (guint n = 0; n < i; n++)
        g_main_context_iteration (NULL, TRUE);
      sb_test_client_end (client);
    }
  sb_test_token_settle ();
  g_assert_cmpuint (count_tokens (self), ==, 0);
  app_test_wait_until (count_clients (self) == 0);
}

static void
test_disconnect_while_connecting (Fixture      *self,
                                  gconstpointer user_data)
{
  for (guint i = 0; i < 8; i++)
    {
      sb_test_client_connect (self->client, "/", NULL);
      for (guint n = 0; n < i; n++)
        g_main_context_iteration (NULL, TRUE);
      sb_test_client_disconnect (self->client);
      g_assert_cmpstr (wait_idle (self->client), ==, "Disconnected");
      app_test_wait_until (count_clients (self) == 0);
    }
  connect_it (self->client, "/", NULL);
  g_assert_cmpuint (count_tokens (self), ==, 1);
}

/* --- refused, rejected, closed --- */

static void
test_refused (Fixture      *self,
              gconstpointer user_data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("One channel");
  char *unknown = sb_token_secret_generate ();
  char *secret;

  sb_test_client_connect (self->client, "/", unknown);
  g_assert_true (g_str_has_prefix (wait_idle (self->client), "Refused: 401 invalid_token. "));
  g_assert_true (sb_test_client_get_troubled (self->client));
  g_assert_true (last_is (self->client, SB_TALK_TROUBLE, sb_test_client_get_status (self->client)));
  g_assert_cmpuint (count_tokens (self), ==, 0);

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/lab", ",", -1);
  secret = app_test_issue (self->app, spec, NULL);
  sb_test_client_connect (self->client, "/", secret);
  g_assert_true (g_str_has_prefix (wait_idle (self->client), "Refused: 403 channel_not_allowed. "));
  connect_it (self->client, "/lab", secret);
  g_assert_false (sb_test_client_get_troubled (self->client));
  sb_token_secret_free (secret);
  sb_token_secret_free (unknown);
}

static void
test_rejected (Fixture      *self,
               gconstpointer user_data)
{
  g_autoptr (SbRuleSpec) rule = sb_rule_spec_new ("/lab");

  rule->schema = g_strdup ("{\"properties\":{\"t\":{\"type\":\"number\"}}}");
  sb_engine_set_rule_async (self->app->engine, "test", 0, rule, NULL, NULL);
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_rules (self->app->engine))) == 1);
  connect_it (self->client, "/lab", NULL);
  send_text (self->client, "{\"t\":1}");
  send_text (self->client, "{\"t\":\"warm\"}");
  app_test_wait_until (last_is (self->client, SB_TALK_REJECTED, NULL));
  g_assert_true (g_str_has_prefix (sb_talk_line_get_text (get_last (self->client)), "Message 2 was rejected (schema): "));
  g_assert_true (g_str_has_suffix (sb_talk_line_get_text (get_last (self->client)), " · /t"));
  send_text (self->client, "nonsense");
  app_test_wait_until (last_is (self->client, SB_TALK_REJECTED, NULL) &&
                       g_str_has_prefix (sb_talk_line_get_text (get_last (self->client)), "Message 3 was rejected (json): "));
}

/* What looks like an answer, and is none, is a message. */
static void
test_no_answer (void)
{
  static const char *const texts[] = {
    "{\"type\":\"error\",\"code\":\"json\",\"message\":\"no\",\"id\":3}", "{\"type\":\"error\",\"code\":\"json\",\"message\":\"no\",\"id\":0}",
    "{\"type\":\"error\",\"code\":1,\"message\":\"no\",\"id\":1}",        "{\"type\":\"error\",\"id\":1}",
    "{\"type\":\"note\",\"code\":\"error\",\"message\":\"no\",\"id\":1}", "[\"error\"]", "\"error\"", "{\"error\":", "",
  };
  static const char answer[] = "{\"type\":\"error\",\"code\":\"json\",\"message\":\"no\",\"id\":2}";
  g_autoptr (GBytes) good = g_bytes_new_static (answer, strlen (answer));
  g_autofree char *text = sb_talk_line_read_error (good, 2);

  g_assert_cmpstr (text, ==, "Message 2 was rejected (json): no");
  g_assert_null (sb_talk_line_read_error (good, 1));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));

      g_assert_null (sb_talk_line_read_error (bytes, 2));
    }
}

static void
test_revoked (Fixture      *self,
              gconstpointer user_data)
{
  g_autoptr (SbTokenItem) item = NULL;

  connect_it (self->client, "/", NULL);
  item = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_tokens (self->app->engine)), 0);
  sb_engine_revoke_token_async (self->app->engine, "test", sb_token_item_get_token (item)->id, NULL, NULL);
  g_assert_cmpstr (wait_idle (self->client), ==, "Closed by the server: 3000 token revoked");
  g_assert_true (sb_test_client_get_troubled (self->client));
  /* The one that was revoked stays for who revoked it; another lets the client in. */
  connect_it (self->client, "/", NULL);
  app_test_wait_until (count_tokens (self) == 1);
}

static void
test_server_stops (Fixture      *self,
                   gconstpointer user_data)
{
  connect_it (self->client, "/", NULL);
  sb_engine_stop_async (self->app->engine, NULL, NULL);
  g_assert_true (g_str_has_prefix (wait_idle (self->client), "Closed by the server: 1001 "));
  app_test_wait_until (sb_engine_get_state (self->app->engine) == SB_ENGINE_STOPPED);
  sb_test_client_connect (self->client, "/", NULL);
  g_assert_cmpstr (wait_idle (self->client), ==, "The server is not running");
  g_assert_true (sb_test_client_get_troubled (self->client));
}

static void
test_disconnected (Fixture      *self,
                   gconstpointer user_data)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();

  connect_it (self->client, "/", NULL);
  app_test_wait_until (sb_test_client_get_id (self->client) != 0);
  sb_engine_disconnect_async (self->app->engine, "test", target, "too loud", NULL, NULL);
  g_assert_cmpstr (wait_idle (self->client), ==, "Closed by the server: 3003 disconnected by admin: too loud");
}

static void
ignore_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = sb_engine_make_certificate_finish (SB_ENGINE (source), result, &error);

  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* One that no authority knows. */
static void
test_encrypted (void)
{
  Fixture self = { 0 };
  g_auto (GStrv) uris = NULL;
  gboolean made = FALSE;

  set_up_with (&self, NULL);
  sb_engine_make_certificate_async (self.app->engine, "test", ignore_cb, &made);
  app_test_wait_until (made);
  app_test_start (self.app);
  uris = sb_engine_dup_uris (self.app->engine);
  g_assert_true (g_str_has_prefix (uris[0], "wss:"));
  connect_it (self.client, "/", NULL);
  app_test_wait_until (sb_test_client_get_id (self.client) != 0);
  g_assert_true (sb_client_get_peer (sb_client_list_find (sb_engine_get_clients (self.app->engine), sb_test_client_get_id (self.client)))->tls);
  send_text (self.client, "?");
  app_test_wait_until (last_is (self.client, SB_TALK_REJECTED, NULL));
  tear_down (&self, NULL);
}

/* --- much --- */

static void
test_flood (Fixture      *self,
            gconstpointer user_data)
{
  const guint n_messages = 30000;
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Flood");
  char *secret = app_test_issue (self->app, spec, NULL);
  g_autoptr (SoupWebsocketConnection) flood = app_test_connect (self->app, "/", secret);
  SbTalkLog *log = sb_test_client_get_log (self->client);

  connect_it (self->client, "/", NULL);
  for (guint i = 0; i < n_messages; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%u}", i);

      soup_websocket_connection_send_text (flood, text);
      if (i % 100 == 0)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), <=, SB_TALK_LOG_MAX_LINES);
    }
  send_text (self->client, "0");
  app_test_wait_until (sb_talk_log_get_n_gone (log) + g_list_model_get_n_items (G_LIST_MODEL (log)) == n_messages + 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), ==, SB_TALK_LOG_MAX_LINES);
  sb_test_client_disconnect (self->client);
  g_assert_cmpstr (wait_idle (self->client), ==, "Disconnected");
  sb_token_secret_free (secret);
}

/* Of one that is large its beginning is kept. */
static void
test_large (Fixture      *self,
            gconstpointer user_data)
{
  const gsize size = 900 * 1000;
  g_autoptr (SbTestClient) other = sb_test_client_new (self->app->engine);
  g_autofree char *text = g_strnfill (size, 'a');
  g_autoptr (GBytes) sent = NULL;

  text[0] = text[size - 1] = '"';
  sent = g_bytes_new (text, size);
  connect_it (self->client, "/", NULL);
  connect_it (other, "/", NULL);
  sb_test_client_send (self->client, sent);
  app_test_wait_until (last_is (other, SB_TALK_RECEIVED, NULL));
  g_assert_cmpuint (sb_talk_line_get_size (get_last (other)), ==, size);
  g_assert_cmpuint (sb_talk_line_get_weight (get_last (other)), ==, 64 << 10);
}

static SbTalkLine *
make_line (gsize weight)
{
  g_autofree char *text = g_strnfill (weight, 'x');
  g_autoptr (GBytes) payload = g_bytes_new (text, weight);

  return sb_talk_line_new (SB_TALK_RECEIVED, 0, NULL, payload, weight, FALSE);
}

/* Against what a view would believe, and against what is held by the sum of its lines. */
static void
test_log (void)
{
  g_autoptr (SbTalkLog) log = sb_talk_log_new ();
  ShadowList shadow;
  guint64 n_all = 0;

  shadow_list_init (&shadow, G_LIST_MODEL (log));
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_object_unref);
      guint n = (guint) g_test_rand_int_range (0, round % 10 == 0 ? 2500 : 60);
      guint n_lost = (guint) g_test_rand_int_range (0, 3);
      gsize weight = round % 3 == 0 ? 64 << 10 : 40, sum = 0;
      guint n_items;

      for (guint i = 0; i < n; i++)
        g_ptr_array_add (lines, make_line (weight));
      sb_talk_log_append (log, lines, n_lost);
      shadow_list_check (&shadow);
      n_all += n + n_lost;
      n_items = g_list_model_get_n_items (G_LIST_MODEL (log));
      for (guint i = 0; i < n_items; i++)
        sum += sb_talk_line_get_weight (g_ptr_array_index (shadow.items, i));
      g_assert_cmpuint (n_items, <=, SB_TALK_LOG_MAX_LINES);
      g_assert_cmpuint (sum, <=, SB_TALK_LOG_MAX_BYTES);
      g_assert_cmpuint (n_items + sb_talk_log_get_n_gone (log), ==, n_all);
      if (n > 0)
        g_assert_true (g_ptr_array_index (shadow.items, n_items - 1) == g_ptr_array_index (lines, n - 1));
      if (g_test_rand_int_range (0, 50) == 0)
        {
          sb_talk_log_clear (log);
          n_all = 0;
          shadow_list_check (&shadow);
        }
    }
  shadow_list_clear (&shadow);
}

static void
add (void)
{
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/trial/talk", test_talk);
  ADD ("/trial/name-and-token", test_name_and_token);
  ADD ("/trial/end-while-connecting", test_end_while_connecting);
  ADD ("/trial/disconnect-while-connecting", test_disconnect_while_connecting);
  ADD ("/trial/refused", test_refused);
  ADD ("/trial/rejected", test_rejected);
  g_test_add_func ("/trial/no-answer", test_no_answer);
  ADD ("/trial/revoked", test_revoked);
  ADD ("/trial/server-stops", test_server_stops);
  ADD ("/trial/disconnected", test_disconnected);
  g_test_add_func ("/trial/encrypted", test_encrypted);
  ADD ("/trial/flood", test_flood);
  ADD ("/trial/large", test_large);
  g_test_add_func ("/trial/log", test_log);
#undef ADD
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
