/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"

#include <sys/socket.h>
#include <sys/stat.h>

/* --- open, close --- */

static void
test_opens_empty (EngineFixture *self, gconstpointer data)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (self->engine);
  SbHubTotals totals;
  struct stat info;

  g_assert_cmpstr (sb_engine_get_data_dir (self->engine), ==, self->store.folder);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_STOPPED);
  g_assert_null (sb_engine_get_state_message (self->engine));
  g_assert_cmpuint (sb_engine_get_port (self->engine), ==, 0);
  g_assert_cmpuint (g_strv_length (uris), ==, 0);
  g_assert_cmpint (sb_engine_get_started_at (self->engine), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->engine))), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (sb_engine_get_broadcasts (self->engine)), ==, 0);
  sb_engine_get_totals (self->engine, &totals);
  g_assert_cmpuint (totals.clients, ==, 0);

  g_assert_cmpint (stat (self->store.path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_second_is_told_who (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (engine_open (self->store.folder, FALSE, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE);
  store_assert_contains (error->message, "is in use by test-engine (process ");
}

static void
test_damaged_database_is_refused (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *garbage = g_strnfill (8192, '?');

  engine_end (g_steal_pointer (&self->engine));
  g_assert_true (g_file_set_contents (self->store.path, garbage, -1, NULL));
  for (guint i = 0; i < 2; i++)
    {
      /* The second time as well: the first one let go of the directory. */
      g_assert_null (engine_open (self->store.folder, FALSE, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT);
      g_clear_error (&error);
    }
  g_assert_true (g_file_get_contents (self->store.path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, garbage);
}

static void
test_bad_settings_are_refused (EngineFixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->store.folder, "settings.ini", NULL);
  g_autoptr (GError) error = NULL;

  engine_end (g_steal_pointer (&self->engine));
  g_assert_true (g_file_set_contents (file, "[server]\nport=many\n", -1, NULL));
  g_assert_null (engine_open (self->store.folder, FALSE, &error));
  g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE);
  store_assert_contains (error->message, "port");
}

static void
test_settings_file_elsewhere (EngineFixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->store.folder, "other.ini", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;

  engine_end (g_steal_pointer (&self->engine));
  g_assert_true (g_file_set_contents (file, "[server]\nmax-clients=7\n", -1, NULL));
  sb_engine_open_async (self->store.folder, file, FALSE, store_result_cb, &result);
  sb_test_wait (result != NULL);
  self->engine = sb_engine_open_finish (result, NULL);
  g_assert_nonnull (self->engine);
  text = sb_settings_get_text (sb_engine_get_settings (self->engine), "max-clients");
  g_assert_cmpstr (text, ==, "7");
}

static void
test_commands_after_close (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("late");
  g_autoptr (GError) error = NULL;

  sb_engine_close (self->engine);
  g_assert_null (engine_try_issue (self->engine, spec, NULL, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  /* Again, which does nothing. */
  sb_engine_close (self->engine);
}

/* --- start, stop --- */

static void
count_notify_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  guint *n = user_data;

  (*n)++;
}

static void
test_starts_and_stops (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint n_state = 0, n_port = 0, n_uris = 0;

  g_signal_connect (self->engine, "notify::state", G_CALLBACK (count_notify_cb), &n_state);
  g_signal_connect (self->engine, "notify::port", G_CALLBACK (count_notify_cb), &n_port);
  g_signal_connect (self->engine, "notify::uris", G_CALLBACK (count_notify_cb), &n_uris);

  for (guint round = 1; round <= 3; round++)
    {
      g_autoptr (GAsyncResult) first = NULL, second = NULL, third = NULL;
      g_auto (GStrv) uris = NULL;
      g_autofree char *expected = NULL;
      guint16 port;

      engine_start_well (self->engine);
      port = sb_engine_get_port (self->engine);
      g_assert_cmpuint (port, !=, 0);
      g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_LISTENING);
      g_assert_cmpint (sb_engine_get_started_at (self->engine), !=, 0);
      uris = sb_engine_dup_uris (self->engine);
      expected = g_strdup_printf ("ws://127.0.0.1:%u", port);
      g_assert_cmpuint (g_strv_length (uris), ==, 1);
      g_assert_cmpstr (uris[0], ==, expected);
      g_assert_true (sb_test_can_connect (port));
      g_assert_false (sb_engine_start (self->engine, &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
      g_clear_error (&error);

      sb_engine_stop_async (self->engine, store_result_cb, &first);
      g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_STOPPING);
      sb_engine_stop_async (self->engine, store_result_cb, &second);
      sb_test_wait (first != NULL && second != NULL);
      g_assert_true (sb_engine_stop_finish (self->engine, first, NULL));
      g_assert_true (sb_engine_stop_finish (self->engine, second, NULL));
      g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_STOPPED);
      g_assert_cmpuint (sb_engine_get_port (self->engine), ==, 0);
      g_assert_false (sb_test_can_connect (port));

      /* What is stopped stays so. */
      sb_engine_stop_async (self->engine, store_result_cb, &third);
      sb_test_wait (third != NULL);
      g_assert_cmpuint (n_state, ==, 4 * round);
      g_assert_cmpuint (n_port, ==, 2 * round);
      g_assert_cmpuint (n_uris, ==, 2 * round);
    }

  sb_test_wait (engine_has_entry (self->engine, SB_ACT_SERVER_STOPPED));
  g_assert_true (engine_has_entry (self->engine, SB_ACT_SERVER_STARTED));
}

static void
test_stop_says_good_bye (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_stop_async (self->engine, store_result_cb, &result);
  sb_test_client_expect_close (client, 1001, "server stopping");
  sb_test_wait (result != NULL);
  g_assert_cmpuint (engine_count_clients (self->engine), ==, 0);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_SERVER_STOPPED));
  engine_assert_entry (self->engine, SB_ACT_SERVER_STOPPED, "server", "", "1 clients were connected");
}

static void
test_close_says_good_bye (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);

  /* It does not answer, so the close time-out cuts it; the good-bye is in its buffer. */
  sb_engine_close (self->engine);
  sb_test_client_expect_close (client, 1001, "server stopping");
}

static void
test_close_now_cuts (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  g_autoptr (GAsyncResult) stopped = NULL;

  /* While a drain waits for the client's answer. */
  sb_engine_stop_async (self->engine, store_result_cb, &stopped);
  sb_engine_close_now (self->engine);
  sb_test_wait (stopped != NULL);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_STOPPED);
}

/* --- what can go wrong with a start --- */

static int
take_port (guint16 *port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  struct sockaddr_storage storage;
  socklen_t size = sizeof storage;
  g_autoptr (GSocketAddress) bound = NULL;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_true (g_socket_address_to_native (address, &storage, sizeof storage, NULL));
  g_assert_cmpint (bind (fd, (struct sockaddr *) &storage, (socklen_t) g_socket_address_get_native_size (address)), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &storage, &size), ==, 0);
  bound = g_socket_address_new_from_native (&storage, size);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  return fd;
}

static void
test_port_in_use (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  guint16 port;
  int fd = take_port (&port);

  text = g_strdup_printf ("%u", port);
  expected = g_strdup_printf ("Port %u is already in use by another program. Choose another port or stop that program.", port);
  g_assert_true (sb_settings_override (sb_engine_get_settings (self->engine), "port", text, NULL));
  g_assert_false (sb_engine_start (self->engine, &error));
  g_assert_error (error, SB_HUB_ERROR, SB_HUB_ERROR_ADDRESS_IN_USE);
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_FAILED);
  g_assert_cmpstr (sb_engine_get_state_message (self->engine), ==, expected);
  g_assert_cmpint (sb_engine_get_listen_error (self->engine), ==, SB_HUB_ERROR_ADDRESS_IN_USE);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_SERVER_FAILED));
  engine_assert_entry (self->engine, SB_ACT_SERVER_FAILED, "server", "", expected);

  /* The way out. */
  close (fd);
  g_clear_error (&error);
  g_assert_true (sb_engine_start (self->engine, &error));
  g_assert_no_error (error);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_LISTENING);
  g_assert_null (sb_engine_get_state_message (self->engine));
  g_assert_cmpuint (sb_engine_get_port (self->engine), ==, port);
}

static void
test_address_of_another_computer (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sb_settings_override (sb_engine_get_settings (self->engine), "listen-address", "203.0.113.9", NULL));
  g_assert_false (sb_engine_start (self->engine, &error));
  g_assert_error (error, SB_HUB_ERROR, SB_HUB_ERROR_BAD_ADDRESS);
  g_assert_cmpstr (error->message, ==, "“203.0.113.9” is not an address of this computer. Choose another address to listen on.");
  g_assert_cmpint (sb_engine_get_listen_error (self->engine), ==, SB_HUB_ERROR_BAD_ADDRESS);
}

static void
test_all_addresses (EngineFixture *self, gconstpointer data)
{
  g_auto (GStrv) uris = NULL;

  g_assert_true (sb_settings_override (sb_engine_get_settings (self->engine), "listen-address", "*", NULL));
  engine_start_well (self->engine);
  uris = sb_engine_dup_uris (self->engine);
  g_assert_cmpuint (g_strv_length (uris), >=, 1);
  g_assert_true (g_str_has_prefix (uris[0], "ws://127.0.0.1:"));
  g_assert_true (sb_test_can_connect (sb_engine_get_port (self->engine)));
}

/* --- settings --- */

static void
test_limits_act_at_once (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = NULL;
  g_autofree char *reply = NULL;

  engine_set (self->engine, "max-clients", "1");
  client = engine_connect (self->engine, "/", secret);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 503);

  /* By a property, as the window does it. */
  g_object_set (sb_engine_get_settings (self->engine), "max-clients", 2, "max-depth", 2, NULL);
  sb_test_wait (engine_knock (self->engine, "/", secret) == 101);

  sb_test_client_send_text (client, "[[[1]]]");
  reply = sb_test_client_expect_text_with (client, "\"error\"", "\"depth\"", NULL);
}

static void
test_setting_is_saved_and_in_the_trail (EngineFixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->store.folder, "settings.ini", NULL);
  g_autofree char *text = NULL;

  engine_set (self->engine, "port", "9001");
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  store_assert_contains (text, "port=9001");
  engine_assert_entry (self->engine, SB_ACT_SETTINGS_CHANGED, "command line", "port", "8080 → 9001");
}

static void
test_bad_setting_changes_nothing (EngineFixture *self, gconstpointer data)
{
  static const struct { const char *key, *text; SbSettingsError code; } cases[] = {
    { "port", "65536", SB_SETTINGS_ERROR_VALUE },
    { "port", "", SB_SETTINGS_ERROR_VALUE },
    { "max-clients", "lots", SB_SETTINGS_ERROR_VALUE },
    { "listen-address", "not an address", SB_SETTINGS_ERROR_VALUE },
    { "colour", "red", SB_SETTINGS_ERROR_UNKNOWN_KEY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (engine_try_set (self->engine, cases[i].key, cases[i].text, &error), ==, -1);
      g_assert_error (error, SB_SETTINGS_ERROR, (int) cases[i].code);
    }
  g_assert_false (engine_has_entry (self->engine, SB_ACT_SETTINGS_CHANGED));
}

static void
test_setting_that_cannot_be_saved (EngineFixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->store.folder, "settings.ini", NULL);
  g_autofree char *inside = g_build_filename (file, "x", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  /* Where the file has to go there is a directory that is not empty: that stops root, too. */
  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  g_assert_cmpint (engine_try_set (self->engine, "max-clients", "5", &error), ==, -1);
  g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_FILE);
  text = sb_settings_get_text (sb_engine_get_settings (self->engine), "max-clients");
  g_assert_cmpstr (text, ==, "5");
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_DEGRADED);
  g_assert_nonnull (sb_engine_get_state_message (self->engine));

  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (file), ==, 0);
  engine_set (self->engine, "max-clients", "6");
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_LISTENING);
  g_assert_null (sb_engine_get_state_message (self->engine));
}

static void
test_window_is_the_actor (EngineFixture *self, gconstpointer data)
{
  for (guint i = 100; i < 120; i++)
    g_object_set (sb_engine_get_settings (self->engine), "max-clients", i, NULL);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_SETTINGS_CHANGED));
  /* One line for all of it. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_journal (self->engine))), ==, 1);
  engine_assert_entry (self->engine, SB_ACT_SETTINGS_CHANGED, "window", "max-clients", "119");
}

/* What the traffic log keeps, at once. */
static void
test_traffic_limits (EngineFixture *self, gconstpointer data)
{
  GListModel *traffic = G_LIST_MODEL (sb_engine_get_traffic (self->engine));
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);

  for (guint i = 0; i < 20; i++)
    sb_test_client_send_text (client, "{}");
  sb_test_wait (g_list_model_get_n_items (traffic) == 20);
  g_object_set (sb_engine_get_settings (self->engine), "traffic-messages", 5, NULL);
  sb_test_wait (g_list_model_get_n_items (traffic) == 5);
  sb_test_client_send_text (client, "{}");
  sb_test_wait (sb_traffic_log_get_n_logged (SB_TRAFFIC_LOG (traffic)) == 21);
  g_assert_cmpuint (g_list_model_get_n_items (traffic), ==, 5);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (SB_TRAFFIC_LOG (traffic)), ==, 16);
}

static guint
knock_from (SbEngine *engine, const char *origin, const char *secret)
{
  g_autofree char *header = g_strdup_printf ("Origin: %s\r\n", origin);
  g_autoptr (SbTestClient) client = sb_test_client_new (sb_engine_get_port (engine));
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/", secret, header);

  return response->status;
}

static void
test_allowed_origin (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (knock_from (self->engine, "https://app.example", secret), ==, 403);
  engine_set (self->engine, "allowed-origins", "https://other.example");
  g_assert_cmpuint (knock_from (self->engine, "https://app.example", secret), ==, 403);
  engine_set (self->engine, "allowed-origins", "https://other.example https://app.example");
  g_assert_cmpuint (knock_from (self->engine, "https://app.example", secret), ==, 101);
  g_assert_cmpuint (knock_from (self->engine, "https://other.example", secret), ==, 101);
  g_assert_cmpint (engine_try_set (self->engine, "allowed-origins", "https://app.example/path", &error), ==, -1);
  g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE);
}

/* --- the clock --- */

static void
ticked_cb (SbEngine *engine, gpointer user_data)
{
  guint *n = user_data;

  (*n)++;
}

static void
test_ticks (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  SbHubTotals totals;
  guint n_clients = 0;
  guint n_ticks = 0;

  g_signal_connect (self->engine, "ticked", G_CALLBACK (ticked_cb), &n_ticks);
  sb_test_wait (n_ticks >= 2);
  g_assert_cmpfloat (sb_meter_get_current (sb_engine_get_meter (self->engine), SB_MEASURE_CLIENTS), ==, 1);
  sb_engine_get_totals (self->engine, &totals);
  g_assert_cmpuint (totals.clients, ==, 1);
  g_object_get (self->engine, "n-clients", &n_clients, NULL);
  g_assert_cmpuint (n_clients, ==, 1);
}

/* --- what was measured --- */

static GArray *
load_history (SbEngine *engine)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *spans;

  sb_engine_load_history_async (engine, g_get_real_time () - G_TIME_SPAN_DAY, 900, store_result_cb, &result);
  sb_test_wait (result != NULL);
  spans = sb_engine_load_history_finish (engine, result, &error);
  g_assert_no_error (error);
  return spans;
}

static SbSpan
sum_of (GArray *spans)
{
  SbSpan sum = { 0 };

  for (guint i = 0; i < spans->len; i++)
    sb_span_add (&sum, &g_array_index (spans, SbSpan, i));
  return sum;
}

/* What was measured outlives the program, and what it did not run is no part of it. */
static void
test_history_outlives_the_program (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GArray) none = load_history (self->engine);
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;
  gint64 started = g_get_monotonic_time (), stopped;
  SbTestClient *client;
  SbHubTotals totals;

  g_assert_cmpuint (none->len, ==, 0);
  engine_start_well (self->engine);
  client = engine_connect (self->engine, "/", secret);
  sb_test_client_send_text (client, "{}");
  sb_test_wait ((sb_engine_get_totals (self->engine, &totals), totals.messages_in == 1));
  sb_test_client_free (client);
  engine_end (self->engine);
  stopped = g_get_monotonic_time ();

  self->engine = engine_open_well (self->store.folder);
  before = load_history (self->engine);
  g_assert_cmpuint (sum_of (before).sums[SB_MEASURE_MESSAGES_IN], ==, 1);
  g_assert_cmpint (sum_of (before).covered, >, 0);
  g_assert_cmpint (sum_of (before).covered, <=, stopped - started);

  engine_start_well (self->engine);
  after = load_history (self->engine);
  g_assert_cmpint (sum_of (after).covered, >=, sum_of (before).covered);
  g_assert_cmpuint (sum_of (after).sums[SB_MEASURE_MESSAGES_IN], ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/engine/" path, EngineFixture, NULL, engine_fixture_set_up, function, engine_fixture_tear_down)
#define ADD_STARTED(path, function) g_test_add ("/engine/" path, EngineFixture, NULL, engine_fixture_set_up_started, function, engine_fixture_tear_down)
  ADD ("opens-empty", test_opens_empty);
  ADD ("second-is-told-who", test_second_is_told_who);
  ADD ("damaged-database-is-refused", test_damaged_database_is_refused);
  ADD ("bad-settings-are-refused", test_bad_settings_are_refused);
  ADD ("settings-file-elsewhere", test_settings_file_elsewhere);
  ADD ("commands-after-close", test_commands_after_close);
  ADD ("starts-and-stops", test_starts_and_stops);
  ADD_STARTED ("stop-says-good-bye", test_stop_says_good_bye);
  ADD_STARTED ("close-says-good-bye", test_close_says_good_bye);
  ADD_STARTED ("close-now-cuts", test_close_now_cuts);
  ADD ("port-in-use", test_port_in_use);
  ADD ("address-of-another-computer", test_address_of_another_computer);
  ADD ("all-addresses", test_all_addresses);
  ADD_STARTED ("limits-act-at-once", test_limits_act_at_once);
  ADD ("setting-is-saved-and-in-the-trail", test_setting_is_saved_and_in_the_trail);
  ADD ("bad-setting-changes-nothing", test_bad_setting_changes_nothing);
  ADD_STARTED ("setting-that-cannot-be-saved", test_setting_that_cannot_be_saved);
  ADD ("history-outlives-the-program", test_history_outlives_the_program);
  ADD ("window-is-the-actor", test_window_is_the_actor);
  ADD_STARTED ("allowed-origin", test_allowed_origin);
  ADD_STARTED ("traffic-limits", test_traffic_limits);
  ADD_STARTED ("ticks", test_ticks);

  return g_test_run ();
}
