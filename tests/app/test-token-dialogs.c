/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens-fixture.h"

#define LABEL_TITLE "Label, Such as Who or What Will Use It"
#define DATE_TITLE "Day and Time, as in 2027-10-12 18:00"

/* --- what every test does --- */

static void
type_into (GtkWidget  *root,
           const char *title,
           const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (root, ADW_TYPE_ENTRY_ROW, title)), text);
}

static gboolean
can_click (GtkWidget  *root,
           const char *label)
{
  return gtk_widget_is_sensitive (app_test_get (root, GTK_TYPE_BUTTON, label));
}

static SbSecretPage *
wait_for_secret (GtkWidget *dialog)
{
  app_test_wait_until (app_test_find (dialog, SB_TYPE_SECRET_PAGE, NULL) != NULL);
  return SB_SECRET_PAGE (app_test_get (dialog, SB_TYPE_SECRET_PAGE, NULL));
}

/* Reveals it as a person would. Free with sb_token_secret_free(). */
static char *
read_secret (SbSecretPage *page)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (app_test_get (GTK_WIDGET (page), GTK_TYPE_TOGGLE_BUTTON, "Show Token")), TRUE);
  return g_strdup (gtk_label_get_text (find_label (GTK_WIDGET (page), "sbx_")));
}

/* --- issue --- */

static void
test_empty_page_teaches (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);

  g_assert_nonnull (app_test_find (page, ADW_TYPE_STATUS_PAGE, "Nobody Comes In Without a Token"));
  g_assert_null (app_test_find (page, SB_TYPE_FILTER_BAR, NULL));
  app_test_click (page, "_Issue Token…");
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_cmpstr (adw_dialog_get_title (app_test_dialog (test)), ==, "Issue Token");
  app_test_snap (test, "tokens-issue");
}

static void
test_issue (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkWidget *dialog = open_dialog (test, page, "token.issue");
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  SbSecretPage *secret_page;
  const SbToken *token;
  GtkLabel *label;
  char *secret;

  g_assert_false (can_click (dialog, "_Issue"));
  type_into (dialog, LABEL_TITLE, "  Workshop A ");
  adw_switch_row_set_active (ADW_SWITCH_ROW (app_test_get (dialog, ADW_TYPE_SWITCH_ROW, "_All Channels")), FALSE);
  g_assert_false (can_click (dialog, "_Issue"));
  type_into (dialog, "Channels", "/room/a, /stage/**");
  adw_switch_row_set_active (ADW_SWITCH_ROW (app_test_get (dialog, ADW_TYPE_SWITCH_ROW, "May _Publish")), FALSE);
  adw_spin_row_set_value (ADW_SPIN_ROW (app_test_get (dialog, ADW_TYPE_SPIN_ROW, "Clients at _Once")), 3);
  adw_spin_row_set_value (ADW_SPIN_ROW (app_test_get (dialog, ADW_TYPE_SPIN_ROW, "_Messages per Second")), 20);
  app_test_snap (test, "tokens-issue-filled");

  /* Enter in an entry, once the dialog is open. */
  app_test_wait_until (gtk_window_get_focus (GTK_WINDOW (test->window)) ==
                       GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (app_test_get (dialog, ADW_TYPE_ENTRY_ROW, LABEL_TITLE)))));
  g_signal_emit_by_name (gtk_editable_get_delegate (GTK_EDITABLE (app_test_get (dialog, ADW_TYPE_ENTRY_ROW, LABEL_TITLE))), "activate");
  secret_page = wait_for_secret (dialog);

  token = sb_token_item_get_token (find_item (test, 1));
  g_assert_cmpstr (token->spec.label, ==, "Workshop A");
  g_assert_cmpstr (token->spec.channels[0], ==, "/room/a");
  g_assert_cmpstr (token->spec.channels[1], ==, "/stage/**");
  g_assert_null (token->spec.channels[2]);
  g_assert_false (token->spec.may_publish);
  g_assert_cmpuint (token->spec.max_connections, ==, 3);
  g_assert_cmpuint (token->spec.messages_per_second, ==, 20);
  g_assert_cmpint (token->spec.expires_at, ==, 0);

  /* Nothing of it can be read before it is asked for but what the table shows as well. */
  label = find_label (GTK_WIDGET (secret_page), "sbx_");
  g_assert_cmpint (g_utf8_strlen (gtk_label_get_text (label), -1), ==, SB_TOKEN_SECRET_SIZE);
  g_assert_nonnull (strstr (gtk_label_get_text (label), "••••••••••••••••••••••••••••"));
  g_assert_false (gtk_label_get_selectable (label));
  app_test_snap (test, "tokens-secret");

  secret = read_secret (secret_page);
  g_assert_true (sb_token_secret_is_well_formed (secret, -1));
  app_test_snap (test, "tokens-secret-shown");
  app_test_start (test);
  connection = app_test_connect (test, "/room/a", secret);
  sb_token_secret_free (secret);

  app_test_click (dialog, "I _Have Stored It");
  wait_until_closed (test);
  app_test_wait_until (app_test_find (page, SB_TYPE_TOKEN_CELL, NULL) != NULL);
  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, "Workshop A"));
  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, "/room/a, /stage/**"));
  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, "Listen only"));
}

static void
test_secret_is_not_lost_by_accident (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_dialog (test, show_page (test), "token.issue");
  AdwDialog *alert;

  type_into (dialog, LABEL_TITLE, "Sensors");
  app_test_click (dialog, "_Issue");
  /* Nor before the answer is there. */
  g_assert_false (adw_dialog_close (ADW_DIALOG (dialog)));
  wait_for_secret (dialog);

  g_assert_false (adw_dialog_close (ADW_DIALOG (dialog)));
  app_test_wait_until (ADW_IS_ALERT_DIALOG (app_test_dialog (test)));
  app_test_snap (test, "tokens-secret-close");
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Go Back");
  app_test_wait_until (app_test_dialog (test) == ADW_DIALOG (dialog));

  g_assert_false (adw_dialog_close (ADW_DIALOG (dialog)));
  app_test_wait_until (ADW_IS_ALERT_DIALOG (app_test_dialog (test)));
  alert = app_test_dialog (test);
  app_test_click (GTK_WIDGET (alert), "_Close");
  wait_until_closed (test);
}

static void
test_secret_as_qr_code (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_dialog (test, show_page (test), "token.issue");
  GtkWidget *page, *button;

  type_into (dialog, LABEL_TITLE, "Sensors");
  app_test_click (dialog, "_Issue");
  page = GTK_WIDGET (wait_for_secret (dialog));
  button = app_test_get (page, GTK_TYPE_TOGGLE_BUTTON, "Show as QR Code");
  g_assert_null (app_test_find (page, g_type_from_name ("SbQr"), NULL));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  g_assert_nonnull (app_test_find (page, g_type_from_name ("SbQr"), NULL));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  g_assert_null (app_test_find (page, g_type_from_name ("SbQr"), NULL));
  app_test_assert_named (dialog);
}

static void
test_wrong_input_shows_message (void)
{
  static const struct
  {
    const char *label;
    const char *channels;
    const char *date;
    const char *message; /* begins so; NULL: it is right */
  } cases[] = {
    { "", "/a", NULL, "Give the token a label" },
    { "a\nb", "/a", NULL, "The label may not contain" }, /* pasted */
    { "12345678901234567890123456789012345678901234567890123456789012345", "/a", NULL, "The label is too long" },
    { "x", "a", NULL, "" },
    { "x", "/a//b", NULL, "" },
    { "x", "/a/**/b", NULL, "" },
    { "x", "/room/*,/b", NULL, NULL },
    { "x", "/a", "tomorrow", "Write year, month, day and time" },
    { "x", "/a", "2027-02-30 10:00", "Write year, month, day and time" },
    { "x", "/a", "2020-01-01", "The expiry is in the past" },
    { "x", "/a", "2120-01-01 10:30", NULL },
  };
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_dialog (test, show_page (test), "token.issue");
  AdwComboRow *expires = ADW_COMBO_ROW (app_test_get (dialog, ADW_TYPE_COMBO_ROW, "_Expires"));

  adw_switch_row_set_active (ADW_SWITCH_ROW (app_test_get (dialog, ADW_TYPE_SWITCH_ROW, "_All Channels")), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      const char *message = cases[i].message;

      g_test_message ("%s | %s | %s", cases[i].label, cases[i].channels, cases[i].date != NULL ? cases[i].date : "never");
      type_into (dialog, LABEL_TITLE, "y");
      type_into (dialog, LABEL_TITLE, cases[i].label);
      type_into (dialog, "Channels", cases[i].channels);
      adw_combo_row_set_selected (expires, cases[i].date != NULL ? 7 : 0);
      if (cases[i].date != NULL)
        type_into (dialog, DATE_TITLE, cases[i].date);
      g_assert_cmpint (can_click (dialog, "_Issue"), ==, message == NULL);
      if (message == NULL)
        continue;
      if (*message != '\0')
        g_assert_nonnull (find_label (dialog, message));
      else
        {
          /* What the engine says of the first bad pattern is what is shown, beside the entry. */
          g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");

          g_strfreev (spec->channels);
          spec->channels = g_strsplit (cases[i].channels, ",", -1);
          g_assert_false (sb_token_spec_check (spec, 0, &error));
          g_assert_nonnull (app_test_find (dialog, GTK_TYPE_LABEL, error->message));
          gtk_test_accessible_assert_state (GTK_ACCESSIBLE (app_test_get (dialog, ADW_TYPE_ENTRY_ROW, "Channels")),
                                            GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
        }
    }
  type_into (dialog, DATE_TITLE, "tomorrow");
  app_test_snap (test, "tokens-issue-wrong");
}

static void
test_expiry_presets (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_dialog (test, show_page (test), "token.issue");
  gint64 before = g_get_real_time (), expires;

  type_into (dialog, LABEL_TITLE, "x");
  adw_combo_row_set_selected (ADW_COMBO_ROW (app_test_get (dialog, ADW_TYPE_COMBO_ROW, "_Expires")), 3);
  app_test_click (dialog, "_Issue");
  wait_for_secret (dialog);
  expires = sb_token_item_get_token (find_item (test, 1))->spec.expires_at;
  g_assert_cmpint (expires, >=, before + G_TIME_SPAN_DAY);
  g_assert_cmpint (expires, <=, g_get_real_time () + G_TIME_SPAN_DAY);
}

/* --- edit --- */

static void
test_edit_narrows_at_once (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;
  g_autoptr (SoupWebsocketConnection) stays = NULL;
  g_autoptr (SoupWebsocketConnection) goes = NULL;
  char *secret;
  gint64 id = issue (test, "Sensors", "/a,/b", &secret);

  app_test_start (test);
  stays = app_test_connect (test, "/a", secret);
  goes = app_test_connect (test, "/b", secret);
  sb_token_secret_free (secret);
  app_test_wait_until (sb_token_item_get_live (find_item (test, id)) == 2);

  select_token (test, id);
  dialog = open_dialog (test, page, "token.edit");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (app_test_get (dialog, ADW_TYPE_ENTRY_ROW, LABEL_TITLE))), ==, "Sensors");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (app_test_get (dialog, ADW_TYPE_ENTRY_ROW, "Channels"))), ==, "/a, /b");
  type_into (dialog, LABEL_TITLE, "Sensors of /a");
  type_into (dialog, "Channels", "/a");
  app_test_click (dialog, "_Save");
  app_test_wait_until (app_test_shows (GTK_WIDGET (app_test_dialog (test)), "Disconnect 1 Client?"));
  g_assert_cmpint (soup_websocket_connection_get_state (goes), ==, SOUP_WEBSOCKET_STATE_OPEN);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Save and Disconnect");
  wait_until_closed (test);
  app_test_wait_until (soup_websocket_connection_get_state (goes) == SOUP_WEBSOCKET_STATE_CLOSED);
  g_assert_cmpint (soup_websocket_connection_get_state (stays), ==, SOUP_WEBSOCKET_STATE_OPEN);
  g_assert_cmpstr (sb_token_item_get_token (find_item (test, id))->spec.label, ==, "Sensors of /a");
  app_test_wait_until (find_label (GTK_WIDGET (test->window), "Token changed, 1 client disconnected") != NULL);
}

/* --- rotate --- */

static void
test_rotate (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;
  g_autoptr (SoupWebsocketConnection) with_old = NULL;
  g_autoptr (SoupWebsocketConnection) with_new = NULL;
  char *old_secret, *new_secret;
  gint64 id = issue (test, "Sensors", "/a", &old_secret);

  app_test_start (test);
  select_token (test, id);
  dialog = open_dialog (test, page, "token.rotate");
  app_test_snap (test, "tokens-rotate");
  app_test_click (dialog, "_Rotate");
  new_secret = read_secret (wait_for_secret (dialog));
  g_assert_cmpstr (new_secret, !=, old_secret);
  app_test_click (dialog, "I _Have Stored It");
  wait_until_closed (test);

  /* Both are good until the hour that was offered first is over. */
  with_old = app_test_connect (test, "/a", old_secret);
  with_new = app_test_connect (test, "/a", new_secret);
  sb_token_secret_free (old_secret);
  sb_token_secret_free (new_secret);
  g_assert_nonnull (app_test_find (page, ADW_TYPE_ACTION_ROW, "Token Before Rotation"));
}

static void
test_rotate_without_grace (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  char *secret;
  gint64 id = issue (test, "Sensors", "/a", &secret);

  app_test_start (test);
  connection = app_test_connect (test, "/a", secret);
  sb_token_secret_free (secret);
  app_test_wait_until (sb_token_item_get_live (find_item (test, id)) == 1);
  select_token (test, id);
  dialog = open_dialog (test, page, "token.rotate");
  adw_combo_row_set_selected (ADW_COMBO_ROW (app_test_get (dialog, ADW_TYPE_COMBO_ROW, NULL)), 0);
  g_assert_nonnull (find_label (dialog, "1 client is disconnected at once"));
  app_test_click (dialog, "_Rotate");
  /* The new secret is on its way, and the old one gone. */
  g_assert_false (adw_dialog_close (ADW_DIALOG (dialog)));
  wait_for_secret (dialog);
  app_test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
  g_assert_cmpint (soup_websocket_connection_get_close_code (connection), ==, 3000);
}

/* --- revoke, delete --- */

static void
test_revoke_and_undo (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autoptr (SoupWebsocketConnection) again = NULL;
  char *secret;
  gint64 id = issue (test, "Sensors", "/a", &secret);

  app_test_start (test);
  connection = app_test_connect (test, "/a", secret);
  app_test_wait_until (sb_token_item_get_live (find_item (test, id)) == 1);

  select_token (test, id);
  dialog = open_dialog (test, page, "token.revoke");
  g_assert_nonnull (find_label (dialog, "“Sensors” lets nobody in any more, and 1 client is disconnected at once."));
  app_test_snap (test, "tokens-revoke");
  app_test_click (dialog, "_Cancel");
  wait_until_closed (test);
  g_assert_cmpint (get_state (test, id), ==, SB_TOKEN_ACTIVE);

  dialog = open_dialog (test, page, "token.revoke");
  app_test_click (dialog, "_Revoke");
  app_test_wait_until (get_state (test, id) == SB_TOKEN_REVOKED);
  app_test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
  g_assert_cmpint (soup_websocket_connection_get_close_code (connection), ==, 3000);
  app_test_wait_until (find_label (GTK_WIDGET (test->window), "“Sensors” revoked, 1 client disconnected") != NULL);
  app_test_snap (test, "tokens-revoked");

  /* Undo restores the token, not the connection. */
  app_test_click (GTK_WIDGET (test->window), "_Undo");
  app_test_wait_until (get_state (test, id) == SB_TOKEN_ACTIVE);
  again = app_test_connect (test, "/a", secret);
  sb_token_secret_free (secret);
}

static void
test_delete (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;
  gint64 id = issue (test, "Old kiosk", "/a", NULL);

  select_token (test, id);
  app_test_wait_until (app_test_find (page, ADW_TYPE_BUTTON_ROW, "_Revoke…") != NULL);
  g_assert_null (app_test_find (page, ADW_TYPE_BUTTON_ROW, "_Delete…"));
  gtk_widget_activate_action (page, "token.delete", NULL);
  g_assert_null (app_test_dialog (test));

  dialog = open_dialog (test, page, "token.revoke");
  app_test_click (dialog, "_Revoke");
  app_test_wait_until (get_state (test, id) == SB_TOKEN_REVOKED);
  app_test_wait_until (app_test_find (page, ADW_TYPE_BUTTON_ROW, "_Delete…") != NULL &&
                       gtk_widget_is_sensitive (app_test_get (page, ADW_TYPE_BUTTON_ROW, "_Delete…")));
  g_assert_null (app_test_find (page, ADW_TYPE_BUTTON_ROW, "_Revoke…"));
  wait_until_closed (test);
  gtk_widget_activate_action (page, "token.edit", NULL);
  g_assert_null (app_test_dialog (test));

  dialog = open_dialog (test, page, "token.delete");
  app_test_click (dialog, "_Delete");
  app_test_wait_until (find_item (test, id) == NULL);
  app_test_wait_until (app_test_find (page, ADW_TYPE_STATUS_PAGE, "Nobody Comes In Without a Token") != NULL);
}

/* --- the table --- */

/* What a file would make is shown first; then the new secrets, once. */
static void
test_import (void)
{
  static const char text[] = "[{\"label\":\"Sensors\",\"channels\":[\"/a\"],\"may_publish\":false},{\"label\":\"Old\",\"state\":\"revoked\"},"
                             "{\"label\":\"Stage\"}]";
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GPtrArray) rows = sb_token_import_parse (text, sizeof text - 1, g_get_real_time (), NULL);
  SbPage *page;
  GtkWidget *dialog;
  GtkTextView *secrets;
  g_autofree char *shown = NULL;

  sb_window_show_page (test->window, "tokens", NULL);
  page = sb_window_get_page (test->window, "tokens");
  dialog = GTK_WIDGET (sb_token_import_dialog_new (page, rows));
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (page));
  app_test_wait_until (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "Old") != NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (dialog, ADW_TYPE_ACTION_ROW, "Old"))), ==, "It was revoked.");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (dialog, ADW_TYPE_ACTION_ROW, "Sensors"))), ==,
                   "/a · Listen only");
  app_test_assert_named (dialog);
  app_test_snap (test, "tokens-import");
  app_test_click (dialog, "_Issue 2 Tokens");
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (test->engine))) == 2);
  app_test_wait_until (app_test_find (dialog, GTK_TYPE_TEXT_VIEW, NULL) != NULL);
  secrets = GTK_TEXT_VIEW (app_test_get (dialog, GTK_TYPE_TEXT_VIEW, NULL));
  app_test_wait_until (gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (secrets)) == 3);
  g_object_get (gtk_text_view_get_buffer (secrets), "text", &shown, NULL);
  g_assert_nonnull (strstr (shown, "Sensors,sbx_"));
  g_assert_nonnull (strstr (shown, "Stage,sbx_"));
  app_test_click (dialog, "I Have _Stored Them");
  app_test_wait_until (app_test_dialog (test) == NULL);
}

static void
add_tests (void)
{
  g_test_add_func ("/tokens/empty-page-teaches", test_empty_page_teaches);
  g_test_add_func ("/tokens/issue", test_issue);
  g_test_add_func ("/tokens/secret-is-not-lost-by-accident", test_secret_is_not_lost_by_accident);
  g_test_add_func ("/tokens/secret-as-qr-code", test_secret_as_qr_code);
  g_test_add_func ("/tokens/wrong-input-shows-message", test_wrong_input_shows_message);
  g_test_add_func ("/tokens/expiry-presets", test_expiry_presets);
  g_test_add_func ("/tokens/edit-narrows-at-once", test_edit_narrows_at_once);
  g_test_add_func ("/tokens/rotate", test_rotate);
  g_test_add_func ("/tokens/rotate-without-grace", test_rotate_without_grace);
  g_test_add_func ("/tokens/revoke-and-undo", test_revoke_and_undo);
  g_test_add_func ("/tokens/delete", test_delete);
  g_test_add_func ("/tokens/import", test_import);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
