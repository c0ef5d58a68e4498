/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "sb-app-settings.h"
#include "widgets/sb-filter-bar.h"

/* Without a window in front: closed while the server goes on, and what is then told. The desktop's part, its portal and
 * its notifications, is played on the session bus of the test. */

/* --- the desktop --- */

typedef struct
{
  GDBusConnection *bus;
  guint names[2];
  gboolean permits;
  guint n_asked;
  guint n_shown;
  guint n_closed;
  char *summary; /* of the notification shown last */
} Desktop;

static const char introspection[] =
    "<node>"
    "  <interface name='org.freedesktop.portal.Background'>"
    "    <method name='RequestBackground'>"
    "      <arg type='s' direction='in'/><arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>"
    "    </method>"
    "  </interface>"
    "  <interface name='org.freedesktop.Notifications'>"
    "    <method name='Notify'>"
    "      <arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
    "      <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "      <arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/>"
    "    </method>"
    "    <method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "  </interface>"
    "</node>";

/* The answer comes by a signal, at an address made of the asker's name and a word that it chose. */
static void
answer_request (Desktop               *self,
                const char            *sender,
                GVariant              *parameters,
                GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autofree char *name = g_strdup (sender + 1);
  g_autofree char *handle = NULL;
  const char *token;
  GVariantBuilder results;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  handle = g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s", g_strdelimit (name, ".", '_'), token);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", handle));
  g_variant_builder_init (&results, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&results, "{sv}", "background", g_variant_new_boolean (self->permits));
  g_dbus_connection_emit_signal (self->bus, sender, handle, "org.freedesktop.portal.Request", "Response",
                                 g_variant_new ("(ua{sv})", self->permits ? 0 : 1, &results), NULL);
}

static void
call_cb (GDBusConnection       *connection,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *parameters,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  Desktop *self = user_data;

  if (g_str_equal (method, "RequestBackground"))
    {
      self->n_asked++;
      answer_request (self, sender, parameters, invocation);
    }
  else if (g_str_equal (method, "Notify"))
    {
      g_free (self->summary);
      g_variant_get_child (parameters, 3, "s", &self->summary);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", ++self->n_shown));
    }
  else
    {
      self->n_closed++;
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
}

static void
acquired_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  (*(guint *) user_data)++;
}

static Desktop *
desktop_new (gboolean permits)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  static guint n_acquired;
  Desktop *self = g_new0 (Desktop, 1);
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, &error);

  g_assert_no_error (error);
  n_acquired = 0;
  self->permits = permits;
  /* A connection of its own: signals to oneself would not be told from others. */
  self->bus = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL,
      &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (self->bus, "/org/freedesktop/portal/desktop", info->interfaces[0], &vtable, self,
                                     NULL, &error);
  g_dbus_connection_register_object (self->bus, "/org/freedesktop/Notifications", info->interfaces[1], &vtable, self, NULL,
                                     &error);
  g_assert_no_error (error);
  self->names[0] = g_bus_own_name_on_connection (self->bus, "org.freedesktop.portal.Desktop", 0, acquired_cb, NULL,
                                                 &n_acquired, NULL);
  self->names[1] = g_bus_own_name_on_connection (self->bus, "org.freedesktop.Notifications", 0, acquired_cb, NULL,
                                                 &n_acquired, NULL);
  app_test_wait_until (n_acquired == 2);
  return self;
}

static void
desktop_free (Desktop *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->names); i++)
    g_bus_unown_name (self->names[i]);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_clear_object (&self->bus);
  g_free (self->summary);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desktop, desktop_free)

/* On the notification shown last. */
static void
desktop_click (Desktop *self)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (self->bus, NULL, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                 "ActionInvoked", g_variant_new ("(us)", self->n_shown, "default"), &error);
  g_assert_no_error (error);
}

static gboolean
is_shown (AppTest    *test,
          const char *page)
{
  GtkWidget *view;

  if (!gtk_widget_get_visible (GTK_WIDGET (test->window)))
    return FALSE;
  view = app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL);
  return g_str_equal (adw_navigation_page_get_tag (adw_navigation_split_view_get_content (ADW_NAVIGATION_SPLIT_VIEW (view))), page);
}

/* --- closing --- */

static GtkWidget *
close_and_wait_for_question (AppTest *test)
{
  gtk_window_close (GTK_WINDOW (test->window));
  app_test_wait_until (ADW_IS_ALERT_DIALOG (app_test_dialog (test)));
  return GTK_WIDGET (app_test_dialog (test));
}

static void
test_kept_running (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (Desktop) desktop = desktop_new (TRUE);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Kiosk");
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  char *secret;
  GtkWidget *dialog;

  app_test_start (test);
  secret = app_test_issue (test, spec, NULL);
  connection = app_test_connect (test, "/", secret);
  sb_token_secret_free (secret);

  dialog = close_and_wait_for_question (test);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "Keep the Server Running?");
  g_assert_true (g_str_has_prefix (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "1 client is connected. "));
  app_test_snap (test, "keep-running");
  app_test_click (dialog, "_Keep Running");
  app_test_wait_until (!gtk_widget_get_visible (GTK_WIDGET (test->window)));
  g_assert_cmpuint (desktop->n_asked, ==, 1);
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_LISTENING);
  g_assert_cmpint (soup_websocket_connection_get_state (connection), ==, SOUP_WEBSOCKET_STATE_OPEN);

  /* Opened again, it is there as it was; and the question is not asked again. */
  g_application_activate (G_APPLICATION (test->application));
  app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (test->window)));
  gtk_window_close (GTK_WINDOW (test->window));
  app_test_wait_until (!gtk_widget_get_visible (GTK_WIDGET (test->window)));
  g_assert_cmpint (soup_websocket_connection_get_state (connection), ==, SOUP_WEBSOCKET_STATE_OPEN);

  /* To quit cuts the client off, so there is a question, and a window to see it in. */
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "quit", NULL);
  app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (test->window)) && app_test_dialog (test) != NULL);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Quit");
  app_test_wait_until (gtk_application_get_windows (GTK_APPLICATION (test->application)) == NULL);
}

static void
test_not_permitted (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (Desktop) desktop = desktop_new (FALSE);

  app_test_start (test);
  app_test_click (close_and_wait_for_question (test), "_Keep Running");
  app_test_wait_until (desktop->n_asked == 1);
  app_test_wait_until (app_test_dialog (test) != NULL &&
                       app_test_shows (GTK_WIDGET (app_test_dialog (test)),
                                       "Background Not Permitted"));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (test->window)));
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_LISTENING);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Close");
  /* It was not done, so it was not chosen. */
  app_test_wait_until (app_test_dialog (test) == NULL);
  close_and_wait_for_question (test);
}

static void
test_cancelled_and_quit (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  app_test_start (test);
  app_test_click (close_and_wait_for_question (test), "_Cancel");
  app_test_wait_until (app_test_dialog (test) == NULL);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (test->window)));
  app_test_click (close_and_wait_for_question (test), "_Quit");
  app_test_wait_until (gtk_application_get_windows (GTK_APPLICATION (test->application)) == NULL);
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_STOPPED);
  g_assert_cmpint (g_settings_get_enum (sb_app_settings_get (), "background"), ==, 2);
}

/* With nothing to keep running there is nothing to ask. */
static void
test_closed_while_stopped (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  gtk_window_close (GTK_WINDOW (test->window));
  app_test_wait_until (gtk_application_get_windows (GTK_APPLICATION (test->application)) == NULL);
}

/* --- telling --- */

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (SoupWebsocketConnection) connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result,
                                                                                          NULL);

  g_assert_null (connection);
  (*(guint *) user_data)++;
}

static void
knock (AppTest *test,
       guint    n)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strdup_printf ("ws://127.0.0.1:%u/", sb_engine_get_port (test->engine));
  guint n_refused = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);

      soup_session_websocket_connect_async (session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, refused_cb,
                                            &n_refused);
    }
  app_test_wait_until (n_refused == n);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  *(gboolean *) user_data = TRUE;
}

/* Answers come in the order of the calls: until then the program knows the number of what it showed. */
static void
let_answers_come (AppTest *test)
{
  gboolean answered = FALSE;

  g_dbus_connection_call (g_application_get_dbus_connection (G_APPLICATION (test->application)),
                          "org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.DBus.Peer",
                          "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, answered_cb, &answered);
  app_test_wait_until (answered);
}

static void
hide_window (AppTest *test)
{
  g_settings_set_enum (sb_app_settings_get (), "background", 1);
  gtk_window_close (GTK_WINDOW (test->window));
  app_test_wait_until (!gtk_widget_get_visible (GTK_WIDGET (test->window)));
}

static void
test_failure_is_told_and_taken_back (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (Desktop) desktop = desktop_new (TRUE);
  SbSettings *settings = sb_engine_get_settings (test->engine);

  app_test_start (test);
  app_test_wait_until (gtk_window_is_active (GTK_WINDOW (test->window)));
  hide_window (test);
  sb_engine_stop_async (test->engine, NULL, NULL);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_STOPPED);
  g_assert_cmpuint (desktop->n_shown, ==, 0); /* somebody wanted that */

  /* A documentation address (RFC 5737) is nobody's. */
  g_object_set (settings, "listen-address", "192.0.2.1", NULL);
  g_assert_false (sb_engine_start (test->engine, NULL));
  app_test_wait_until (desktop->n_shown == 1);
  g_assert_cmpstr (desktop->summary, ==, "The Server Is Not Running");
  let_answers_come (test);
  /* Told again after a click, it is taken back when it is over. */
  sb_window_show_page (test->window, "tokens", NULL);
  desktop_click (desktop);
  app_test_wait_until (is_shown (test, "overview"));
  app_test_wait_until (gtk_window_is_active (GTK_WINDOW (test->window)));
  hide_window (test);
  g_assert_false (sb_engine_start (test->engine, NULL));
  app_test_wait_until (desktop->n_shown == 2);
  let_answers_come (test);
  g_object_set (settings, "listen-address", "127.0.0.1", NULL);
  app_test_start (test);
  app_test_wait_until (desktop->n_closed == 1);
}

static void
test_burst_is_told (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (Desktop) desktop = desktop_new (TRUE);

  app_test_start (test);
  app_test_wait_until (gtk_window_is_active (GTK_WINDOW (test->window)));
  hide_window (test);
  knock (test, 25);
  app_test_wait_until (desktop->n_shown == 1);
  g_assert_cmpstr (desktop->summary, ==, "Many Refused Sign-Ins");
  let_answers_come (test);

  /* A click leads to what it is about; the desktop takes it away then. */
  desktop_click (desktop);
  app_test_wait_until (is_shown (test, "audit"));
  g_assert_cmpstr (sb_filter_bar_get_choice (SB_FILTER_BAR (app_test_get (GTK_WIDGET (sb_window_get_page (test->window, "audit")),
                                                                          SB_TYPE_FILTER_BAR, NULL))), ==, "refused");
  g_assert_cmpuint (desktop->n_shown, ==, 1);
}

static void
test_schedule_is_told (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (Desktop) desktop = desktop_new (TRUE);

  app_test_start (test);
  app_test_wait_until (gtk_window_is_active (GTK_WINDOW (test->window)));
  g_signal_emit_by_name (test->engine, "notice", "schedule-failed", "to whoever looks");
  hide_window (test);
  /* What the engine says when one begins to fail; others of its notices are not for here. */
  g_signal_emit_by_name (test->engine, "notice", "accepting_again", "nothing to worry about");
  g_signal_emit_by_name (test->engine, "notice", "schedule-failed", "A message for everyone could not be sent");
  app_test_wait_until (desktop->n_shown == 1);
  g_assert_cmpstr (desktop->summary, ==, "A Message Was Not Sent");
  let_answers_come (test);
  /* There is none that fails: it is over. */
  app_test_wait_until (desktop->n_closed == 1);

  g_signal_emit_by_name (test->engine, "notice", "schedule-failed", "A message for everyone could not be sent");
  app_test_wait_until (desktop->n_shown == 2);
  let_answers_come (test);
  desktop_click (desktop);
  app_test_wait_until (is_shown (test, "broadcast"));
  app_test_wait_until (gtk_window_is_active (GTK_WINDOW (test->window)));

  /* So it is when the window comes to the front. */
  hide_window (test);
  g_signal_emit_by_name (test->engine, "notice", "schedule-failed", "A message for everyone could not be sent");
  app_test_wait_until (desktop->n_shown == 3);
  let_answers_come (test);
  g_application_activate (G_APPLICATION (test->application));
  app_test_wait_until (desktop->n_closed == 2);
}

/* Whoever looks at the window is not told a second time. */
static void
test_nothing_while_in_front (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (Desktop) desktop = desktop_new (TRUE);

  app_test_start (test);
  app_test_wait_until (gtk_window_is_active (GTK_WINDOW (test->window)));
  knock (test, 25);
  app_test_wait_until (sb_meter_get_sum (sb_engine_get_meter (test->engine), SB_MEASURE_REFUSED, 60) == 25);
  app_test_iterate ();
  g_assert_cmpuint (desktop->n_shown, ==, 0);
}

static void
add (void)
{
  g_test_add_func ("/background/kept-running", test_kept_running);
  g_test_add_func ("/background/not-permitted", test_not_permitted);
  g_test_add_func ("/background/cancelled-and-quit", test_cancelled_and_quit);
  g_test_add_func ("/background/closed-while-stopped", test_closed_while_stopped);
  g_test_add_func ("/background/burst-is-told", test_burst_is_told);
  g_test_add_func ("/background/failure-is-told-and-taken-back", test_failure_is_told_and_taken_back);
  g_test_add_func ("/background/schedule-is-told", test_schedule_is_told);
  g_test_add_func ("/background/nothing-while-in-front", test_nothing_while_in_front);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
