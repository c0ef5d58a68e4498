/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "sb-background.h"
#include "preferences/sb-preferences-dialog.h"
#include "preferences/sb-setting-row.h"

static GtkWidget *
open_preferences (AppTest    *test,
                  const char *setting)
{
  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.preferences", "s", setting);
  app_test_wait_until (SB_IS_PREFERENCES_DIALOG (app_test_dialog (test)));
  return GTK_WIDGET (app_test_dialog (test));
}

static SbSettings *
settings_of (AppTest *test)
{
  return sb_engine_get_settings (test->engine);
}

/* Both pages: only one of them is visible. */
static SbSettingRow *
get_row (GtkWidget  *dialog,
         const char *title)
{
  GtkWidget *row;

  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "server");
  row = app_test_find (dialog, SB_TYPE_SETTING_ROW, title);
  if (row == NULL)
    {
      adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "limits");
      row = app_test_get (dialog, SB_TYPE_SETTING_ROW, title);
    }
  return SB_SETTING_ROW (row);
}

static const char *
text_of (SbSettingRow *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static void
type_text (gpointer    row,
           const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static void
press_enter (gpointer row)
{
  g_signal_emit_by_name (row, "apply");
}

static void
test_shows_settings (void)
{
  g_autoptr (AppTest) test = app_test_new ("port=8123\nmax-clients=77\nmax-message-size=65536\nallow-binary=false\n");
  GtkWidget *dialog = open_preferences (test, "");

  g_assert_cmpstr (text_of (get_row (dialog, "Port")), ==, "8123");
  g_assert_cmpstr (text_of (get_row (dialog, "Clients at the Same Time")), ==, "77");
  g_assert_cmpstr (text_of (get_row (dialog, "Largest Message")), ==, "64 KiB");
  g_assert_false (adw_switch_row_get_active (ADW_SWITCH_ROW (app_test_get (dialog, ADW_TYPE_SWITCH_ROW,
                                                                           "Allow Binary Messages"))));
  app_test_assert_named (dialog);
  app_test_snap (test, "preferences-limits");
}

/* libadwaita's own, in the corner. */
static GtkWidget *
find_close_button (GtkWidget *root)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && g_str_equal (G_OBJECT_TYPE_NAME (gtk_widget_get_parent (root)), "AdwSheetControls"))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root);
       child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_close_button (child);
  return found;
}

/* As the keyboard and assistive technology press its button; a message of GLib would end the test. */
static void
test_close_button (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, ""), *button;

  button = find_close_button (dialog);
  g_assert_nonnull (button);
  app_test_wait_until (gtk_widget_get_mapped (button));
  g_assert_true (gtk_widget_activate (button));
  app_test_wait_until (app_test_dialog (test) == NULL);
  app_test_iterate ();
}

static void
test_wrong_is_said_while_typing (void)
{
  static const char *const wrong[] = { "65536", "-1", "eighty", "", "80 80" };
  g_autoptr (AppTest) test = app_test_new ("port=8123\n");
  GtkWidget *dialog = open_preferences (test, "port");
  SbSettingRow *row = get_row (dialog, "Port");
  guint port;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("“%s”", wrong[i]);
      type_text (row, wrong[i]);
      g_assert_nonnull (sb_setting_row_get_message (row));
      g_assert_nonnull (app_test_find (dialog, GTK_TYPE_LABEL, sb_setting_row_get_message (row)));
      g_assert_false (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (row)));
      gtk_test_accessible_assert_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                                        GTK_ACCESSIBLE_INVALID_TRUE);
      press_enter (row);
      g_object_get (settings_of (test), "port", &port, NULL);
      g_assert_cmpuint (port, ==, 8123);
      if (i == 0)
        app_test_snap (test, "preferences-wrong");
    }
  type_text (row, "65535");
  g_assert_null (sb_setting_row_get_message (row));
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_FALSE);
}

static void
test_applies (void)
{
  g_autoptr (AppTest) test = app_test_new ("port=8123\n");
  GtkWidget *dialog = open_preferences (test, "port");
  SbSettingRow *row = get_row (dialog, "Port");
  guint port;

  type_text (row, "9001");
  g_object_get (settings_of (test), "port", &port, NULL);
  g_assert_cmpuint (port, ==, 8123);
  g_assert_true (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (row)));
  press_enter (row);
  g_object_get (settings_of (test), "port", &port, NULL);
  g_assert_cmpuint (port, ==, 9001);
  g_assert_false (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (row)));

  /* What somebody else sets, signalboxctl or another row, is shown. */
  g_object_set (settings_of (test), "port", 9002, NULL);
  g_assert_cmpstr (text_of (row), ==, "9002");
}

static void
test_sizes (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "");
  SbSettingRow *row = get_row (dialog, "Largest Message");
  guint bytes;

  g_assert_cmpstr (text_of (row), ==, "1 MiB");
  type_text (row, "two");
  g_assert_nonnull (sb_setting_row_get_message (row));
  type_text (row, "2048 KiB");
  g_assert_null (sb_setting_row_get_message (row));
  press_enter (row);
  g_assert_cmpstr (text_of (row), ==, "2 MiB");
  g_object_get (settings_of (test), "max-message-size", &bytes, NULL);
  g_assert_cmpuint (bytes, ==, 2097152);
}

static void
test_reach (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "listen-address");
  AdwComboRow *reach = ADW_COMBO_ROW (app_test_get (dialog, ADW_TYPE_COMBO_ROW, "Reachable From"));
  SbSettingRow *row;
  g_autofree char *everywhere = NULL;
  g_autofree char *one = NULL;

  g_assert_cmpuint (adw_combo_row_get_selected (reach), ==, 0);
  g_assert_null (app_test_find (dialog, SB_TYPE_SETTING_ROW, "Address"));
  adw_combo_row_set_selected (reach, 1);
  g_object_get (settings_of (test), "listen-address", &everywhere, NULL);
  g_assert_cmpstr (everywhere, ==, "*");

  adw_combo_row_set_selected (reach, 2);
  row = SB_SETTING_ROW (app_test_get (dialog, SB_TYPE_SETTING_ROW, "Address"));
  type_text (row, "not an address");
  g_assert_nonnull (sb_setting_row_get_message (row));
  type_text (row, "192.0.2.7");
  g_assert_null (sb_setting_row_get_message (row));
  press_enter (row);
  g_object_get (settings_of (test), "listen-address", &one, NULL);
  g_assert_cmpstr (one, ==, "192.0.2.7");
  g_assert_cmpuint (adw_combo_row_get_selected (reach), ==, 2);

  g_object_set (settings_of (test), "listen-address", "127.0.0.1", NULL);
  g_assert_cmpuint (adw_combo_row_get_selected (reach), ==, 0);
  g_assert_null (app_test_find (dialog, SB_TYPE_SETTING_ROW, "Address"));
  app_test_snap (test, "preferences-server");
}

static void
test_origins (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "");
  GtkWidget *entry = app_test_get (dialog, ADW_TYPE_ENTRY_ROW, "Add an Origin");
  g_auto (GStrv) two = NULL;
  g_auto (GStrv) one = NULL;

  type_text (entry, "example.org/path");
  g_assert_false (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (entry)));
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  press_enter (entry);
  g_assert_null (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "example.org/path"));

  type_text (entry, "https://example.org");
  g_assert_true (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (entry)));
  press_enter (entry);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "");
  app_test_get (dialog, ADW_TYPE_ACTION_ROW, "https://example.org");

  type_text (entry, "https://example.org");
  app_test_get (dialog, GTK_TYPE_LABEL, "This origin is in the list already.");
  type_text (entry, "null");
  press_enter (entry);
  g_object_get (settings_of (test), "allowed-origins", &two, NULL);
  g_assert_cmpuint (g_strv_length (two), ==, 2);
  app_test_assert_named (dialog);
  app_test_snap (test, "preferences-origins");

  app_test_click (dialog, "Remove https://example.org");
  g_object_get (settings_of (test), "allowed-origins", &one, NULL);
  g_assert_cmpstrv (one, ((const char *[]) { "null", NULL }));
  g_assert_null (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "https://example.org"));
}

static void
test_restart (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog;
  AdwBanner *banner;
  guint16 port;

  app_test_start (test);
  port = sb_engine_get_port (test->engine);
  dialog = open_preferences (test, "");
  banner = ADW_BANNER (app_test_get (dialog, ADW_TYPE_BANNER, NULL));
  g_assert_false (adw_banner_get_revealed (banner));

  /* What counts at once needs none. */
  g_object_set (settings_of (test), "max-clients", 5, NULL);
  g_assert_false (adw_banner_get_revealed (banner));
  g_object_set (settings_of (test), "port", (guint) port, NULL);
  g_assert_true (adw_banner_get_revealed (banner));
  app_test_snap (test, "preferences-restart");

  g_signal_emit_by_name (banner, "button-clicked");
  app_test_wait_until (sb_engine_get_state (test->engine) != SB_ENGINE_LISTENING);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_cmpuint (sb_engine_get_port (test->engine), ==, port);
  g_assert_false (adw_banner_get_revealed (banner));
}

static void
test_certificate (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autofree char *certificate = g_test_build_filename (G_TEST_DIST, "data", "localhost.pem", NULL);
  g_autofree char *key = g_test_build_filename (G_TEST_DIST, "data", "localhost-key.pem", NULL);
  g_autofree char *other = g_test_build_filename (G_TEST_DIST, "data", "other.pem", NULL);
  g_autofree char *other_key = g_test_build_filename (G_TEST_DIST, "data", "other-key.pem", NULL);
  g_auto (GStrv) uris = NULL;
  GtkWidget *dialog = open_preferences (test, "tls-certificate");
  SbSettingRow *certificate_row = get_row (dialog, "Certificate File");
  SbSettingRow *key_row = get_row (dialog, "Key File");
  AdwBanner *banner = ADW_BANNER (app_test_get (dialog, ADW_TYPE_BANNER, NULL));

  app_test_assert_named (dialog);
  type_text (certificate_row, "localhost.pem");
  g_assert_nonnull (sb_setting_row_get_message (certificate_row));
  type_text (certificate_row, certificate);
  g_assert_null (sb_setting_row_get_message (certificate_row));
  press_enter (certificate_row);
  type_text (key_row, key);
  press_enter (key_row);

  app_test_start (test);
  uris = sb_engine_dup_uris (test->engine);
  g_assert_true (g_str_has_prefix (uris[0], "wss://"));
  app_test_wait_until (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "SHA-256 Fingerprint") != NULL);
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (
                                       ADW_ACTION_ROW (app_test_get (dialog, ADW_TYPE_ACTION_ROW, "Certificate"))),
                                   "Valid until "));
  app_test_snap (test, "preferences-certificate");

  /* Another certificate is taken up at once; that there is none any more has to wait. */
  g_assert_false (adw_banner_get_revealed (banner));
  g_object_set (settings_of (test), "tls-certificate", other, "tls-key", other_key, NULL);
  g_assert_false (adw_banner_get_revealed (banner));
  g_object_set (settings_of (test), "tls-certificate", "", "tls-key", "", NULL);
  g_assert_true (adw_banner_get_revealed (banner));
}

/* What the engine can be set to, the window can set. */
static void
test_every_setting_has_a_row (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "");
  g_auto (GStrv) keys = sb_settings_list_keys (settings_of (test));

  g_assert_cmpuint (g_strv_length (keys), >=, 20);
  for (char **key = keys; *key != NULL; key++)
    {
      GtkWidget *row = sb_preferences_dialog_get_row (SB_PREFERENCES_DIALOG (dialog), *key);

      g_test_message ("%s", *key);
      g_assert_nonnull (row);
      g_assert_true (gtk_widget_is_ancestor (row, dialog));
      sb_preferences_dialog_show (SB_PREFERENCES_DIALOG (dialog), *key);
      app_test_wait_until (gtk_widget_get_mapped (row));
    }
  g_assert_null (sb_preferences_dialog_get_row (SB_PREFERENCES_DIALOG (dialog), "no-such-setting"));
  app_test_assert_named (dialog);
}

/* What is lowered here is gone at once, which the group says. */
static void
test_what_is_kept (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog;
  SbSettingRow *row, *entries;
  guint days;

  for (guint i = 0; i < 130; i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("device");

      sb_token_secret_free (app_test_issue (test, spec, NULL));
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_journal (test->engine))), >=, 130);
  dialog = open_preferences (test, "audit-days");
  row = get_row (dialog, "Age of Entries in the Audit Trail");
  g_assert_cmpstr (text_of (row), ==, "0");
  type_text (row, "36501");
  g_assert_nonnull (sb_setting_row_get_message (row));
  type_text (row, "30");
  press_enter (row);
  g_object_get (settings_of (test), "audit-days", &days, NULL);
  g_assert_cmpuint (days, ==, 30);

  /* What is deleted does not come back: looking elsewhere is no order to do it. */
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "limits");
  type_text (row, "3");
  gtk_widget_grab_focus (GTK_WIDGET (row));
  app_test_wait_until (gtk_widget_get_state_flags (GTK_WIDGET (row)) & GTK_STATE_FLAG_FOCUS_WITHIN);
  entries = get_row (dialog, "Entries in the Audit Trail");
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "limits");
  gtk_widget_grab_focus (GTK_WIDGET (entries));
  app_test_wait_until (g_str_equal (text_of (row), "30"));
  g_object_get (settings_of (test), "audit-days", &days, NULL);
  g_assert_cmpuint (days, ==, 30);
  app_test_snap (test, "preferences-kept");

  type_text (entries, "100");
  press_enter (entries);
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_journal (test->engine))) == 100);
}

static void
test_switches (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "compression");
  AdwSwitchRow *row = ADW_SWITCH_ROW (app_test_get (dialog, ADW_TYPE_SWITCH_ROW, "Compress Messages"));
  gboolean on;

  adw_switch_row_set_active (row, TRUE);
  app_test_snap (test, "preferences-compression");
  g_object_get (settings_of (test), "compression", &on, NULL);
  g_assert_true (on);
  g_object_set (settings_of (test), "compression", FALSE, NULL);
  g_assert_false (adw_switch_row_get_active (row));
}

static void
test_reset (void)
{
  g_autoptr (AppTest) test = app_test_new ("max-clients=77\n");
  GtkWidget *dialog = open_preferences (test, "max-clients");
  SbSettingRow *row = get_row (dialog, "Clients at the Same Time");
  SbSettingRow *other = get_row (dialog, "Clients from One Address");
  guint n;

  g_assert_null (app_test_find (GTK_WIDGET (other), GTK_TYPE_BUTTON, "Reset to 1000"));
  app_test_click (GTK_WIDGET (row), "Reset to 10000");
  g_assert_cmpstr (text_of (row), ==, "10000");
  g_object_get (settings_of (test), "max-clients", &n, NULL);
  g_assert_cmpuint (n, ==, 10000);
  g_assert_null (app_test_find (GTK_WIDGET (row), GTK_TYPE_BUTTON, "Reset to 10000"));

  /* What is typed and wrong goes as well. */
  type_text (other, "0");
  g_assert_nonnull (sb_setting_row_get_message (other));
  g_object_set (settings_of (test), "max-clients-per-address", 5, NULL);
  app_test_click (GTK_WIDGET (other), "Reset to 1000");
  g_assert_null (sb_setting_row_get_message (other));
}

static void
test_when_closed (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "");
  AdwComboRow *row = ADW_COMBO_ROW (app_test_get (dialog, ADW_TYPE_COMBO_ROW, "When the Window Is Closed"));

  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, SB_BACKGROUND_ASK);
  adw_combo_row_set_selected (row, SB_BACKGROUND_KEEP);
  g_assert_cmpint (sb_background_get_choice (), ==, SB_BACKGROUND_KEEP);
  sb_background_set_choice (SB_BACKGROUND_QUIT);
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, SB_BACKGROUND_QUIT);
}

static void
test_make_certificate (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autofree char *path = NULL;
  GtkWidget *dialog = open_preferences (test, "tls-certificate");
  const char *validity;

  path = g_build_filename (test->dir, "certificate.pem", NULL);
  g_assert_null (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "Certificate"));
  gtk_widget_activate (app_test_get (dialog, ADW_TYPE_BUTTON_ROW, NULL));
  app_test_wait_until (ADW_IS_ALERT_DIALOG (app_test_dialog (test)));
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Make");
  app_test_wait_until (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "SHA-256 Fingerprint") != NULL);
  validity = adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (dialog, ADW_TYPE_ACTION_ROW, "Certificate")));
  g_assert_true (g_str_has_prefix (validity, "Valid until "));
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (dialog, ADW_TYPE_ACTION_ROW,
                                                                                       "Made For"))),
                            "localhost"));
  g_assert_cmpstr (text_of (get_row (dialog, "Certificate File")), ==, path);
  app_test_assert_named (dialog);
  app_test_snap (test, "preferences-made-certificate");

  /* What cannot be read is said there as well. */
  g_object_set (settings_of (test), "tls-certificate", "/nowhere/at/all.pem", NULL);
  app_test_wait_until (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "SHA-256 Fingerprint") == NULL);
  g_assert_true (gtk_widget_has_css_class (app_test_get (dialog, ADW_TYPE_ACTION_ROW, "Certificate"), "error"));
}

static void
test_metrics_address (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_preferences (test, "metrics-listen");
  SbSettingRow *row = get_row (dialog, "Address for Metrics");
  g_autofree char *set = NULL;
  g_autofree char *none = NULL;

  type_text (row, "9187");
  g_assert_nonnull (sb_setting_row_get_message (row));
  type_text (row, "localhost:9187");
  g_assert_null (sb_setting_row_get_message (row));
  press_enter (row);
  g_object_get (settings_of (test), "metrics-listen", &set, NULL);
  g_assert_cmpstr (set, ==, "127.0.0.1:9187");
  type_text (row, "");
  g_assert_null (sb_setting_row_get_message (row));
  press_enter (row);
  g_object_get (settings_of (test), "metrics-listen", &none, NULL);
  g_assert_cmpstr (none, ==, "");
}

static void
add (void)
{
  g_test_add_func ("/preferences/close-button", test_close_button);
  g_test_add_func ("/preferences/every-setting-has-a-row", test_every_setting_has_a_row);
  g_test_add_func ("/preferences/what-is-kept", test_what_is_kept);
  g_test_add_func ("/preferences/switches", test_switches);
  g_test_add_func ("/preferences/reset", test_reset);
  g_test_add_func ("/preferences/when-closed", test_when_closed);
  g_test_add_func ("/preferences/make-certificate", test_make_certificate);
  g_test_add_func ("/preferences/metrics-address", test_metrics_address);
  g_test_add_func ("/preferences/shows-settings", test_shows_settings);
  g_test_add_func ("/preferences/wrong-is-said-while-typing", test_wrong_is_said_while_typing);
  g_test_add_func ("/preferences/applies", test_applies);
  g_test_add_func ("/preferences/sizes", test_sizes);
  g_test_add_func ("/preferences/reach", test_reach);
  g_test_add_func ("/preferences/origins", test_origins);
  g_test_add_func ("/preferences/restart", test_restart);
  g_test_add_func ("/preferences/certificate", test_certificate);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
