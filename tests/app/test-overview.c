/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overview-fixture.h"
#include "overview/sb-activity-card.h"
#include "overview/sb-attention-group.h"
#include "overview/sb-connect-group.h"
#include "widgets/sb-filter-chip.h"
#include "widgets/sb-qr.h"
#include "widgets/sb-stat-tile.h"
#include "widgets/sb-time-chart.h"

static void
text_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static char *
read_clipboard (AppTest *test)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (test->window)), NULL, text_read_cb, &text);
  app_test_wait_until (text != NULL);
  return text;
}

static void
test_first_run (void)
{
  g_autoptr (AppTest) test = app_test_new ("start-on-launch=true\n");
  char *secret;

  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  app_test_get (overview (test), ADW_TYPE_STATUS_PAGE, "Let Someone In");
  g_assert_null (app_test_find (overview (test), SB_TYPE_STAT_TILE, NULL));
  app_test_snap (test, "overview-first-run");

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (gtk_widget_get_template_child (overview (test), SB_TYPE_OVERVIEW_PAGE,
                                                                                     "start_button"))));
  app_test_click (overview (test), "Show _Code");
  app_test_wait_until (app_test_dialog (test) != NULL);
  adw_dialog_close (app_test_dialog (test));
  app_test_wait_until (app_test_dialog (test) == NULL);
  app_test_click (overview (test), "_Issue…");
  app_test_wait_until (g_strcmp0 (shown_page (test), "tokens") == 0);

  /* With the first token the invitation has done its work. */
  secret = issue (test, "Kiosk", 0, TRUE);
  sb_token_secret_free (secret);
  sb_window_show_page (test->window, "overview", NULL);
  app_test_wait_until (app_test_find (overview (test), ADW_TYPE_STATUS_PAGE, "Let Someone In") == NULL);
  g_assert_nonnull (app_test_find (overview (test), SB_TYPE_STAT_TILE, "Clients"));
}

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result,
                                                                                          &error);

  g_assert_null (connection);
  (*(guint *) user_data)++;
}

/* Twice, without a token, and with one that is none. */
static void
refuse (AppTest *test)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = NULL;
  guint n_refused = 0;

  uri = g_strdup_printf ("ws://127.0.0.1:%u/", sb_engine_get_port (test->engine));
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);

      if (i == 1)
        soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", "Bearer nonsense");
      soup_session_websocket_connect_async (session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, refused_cb,
                                            &n_refused);
    }
  app_test_wait_until (n_refused == 2);
}

/* Trouble before the first token: the steps are whole, the trouble stands below them. */
static void
test_first_run_with_trouble (void)
{
  g_autoptr (AppTest) test = app_test_new ("start-on-launch=true\n");
  GtkWidget *welcome, *attention, *step;
  graphene_rect_t bounds, group;

  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  refuse (test);
  welcome = app_test_get (overview (test), ADW_TYPE_STATUS_PAGE, "Let Someone In");
  app_test_wait_until (app_test_find (overview (test), SB_TYPE_ATTENTION_GROUP, NULL) != NULL);
  attention = app_test_get (overview (test), SB_TYPE_ATTENTION_GROUP, NULL);
  step = app_test_get (welcome, ADW_TYPE_ACTION_ROW, "3. Connect a Client");
  app_test_wait_until (gtk_widget_compute_bounds (step, overview (test), &bounds) && bounds.size.height > 40);
  /* What has come on the page a moment ago has no place yet. */
  app_test_wait_until (gtk_widget_compute_bounds (step, overview (test), &bounds) &&
                       gtk_widget_compute_bounds (attention, overview (test), &group) &&
                       bounds.origin.y + bounds.size.height <= group.origin.y);
  app_test_snap (test, "overview-first-run-trouble");
  /* It scrolls with the page, not in a window of its own. */
  g_assert_cmpint (gtk_widget_get_height (welcome), >=, gtk_widget_get_height (step) * 3);
  for (GtkWidget *widget = step; widget != welcome; widget = gtk_widget_get_parent (widget))
    if (GTK_IS_SCROLLED_WINDOW (widget))
      {
        GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));

        g_assert_cmpfloat (gtk_adjustment_get_upper (adjustment), <=, gtk_adjustment_get_page_size (adjustment));
      }
}

static void
test_numbers (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  GtkWidget *clients, *rejected, *chart;
  char *secret;

  app_test_start (test);
  secret = issue (test, "Kiosk", 0, TRUE);
  one = app_test_connect (test, "/", secret);
  two = app_test_connect (test, "/", secret);
  sb_token_secret_free (secret);

  clients = app_test_get (overview (test), SB_TYPE_STAT_TILE, "Clients");
  app_test_wait_until (app_test_find (clients, GTK_TYPE_LABEL, "2") != NULL);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (clients), GTK_ACCESSIBLE_PROPERTY_LABEL, "Clients: 2 connected");

  rejected = app_test_get (overview (test), SB_TYPE_STAT_TILE, "Rejected");
  soup_websocket_connection_send_text (one, "not JSON");
  soup_websocket_connection_send_text (one, "{\"neither\":");
  app_test_wait_until (app_test_find (rejected, GTK_TYPE_LABEL, "2") != NULL);

  chart = app_test_get (overview (test), SB_TYPE_TIME_CHART, NULL);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_ROLE_IMG);
  app_test_assert_named (overview (test));
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* What nobody sees is not kept up to date: with another page open, and with the window hidden. */
static void
test_rests_while_unseen (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GtkWidget *tile;
  guint n_sampled = 0;
  char *secret;

  app_test_start (test);
  secret = issue (test, "Kiosk", 0, TRUE);
  tile = app_test_get (overview (test), SB_TYPE_STAT_TILE, "Clients");
  app_test_wait_until (app_test_find (tile, GTK_TYPE_LABEL, "0") != NULL);
  g_signal_connect_swapped (sb_engine_get_meter (test->engine), "sampled", G_CALLBACK (count_cb), &n_sampled);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *now = g_strdup_printf ("%u", i + 1), *before = g_strdup_printf ("%u", i);
      g_autoptr (SoupWebsocketConnection) other = NULL;

      if (i == 0)
        sb_window_show_page (test->window, "audit", NULL);
      else
        gtk_widget_set_visible (GTK_WIDGET (test->window), FALSE);
      app_test_wait_until (!gtk_widget_get_mapped (overview (test)));
      if (i == 0)
        connection = app_test_connect (test, "/", secret);
      else
        other = app_test_connect (test, "/", secret);
      n_sampled = 0;
      app_test_wait_until (n_sampled == 2);
      g_assert_cmpstr (sb_stat_tile_get_value (SB_STAT_TILE (tile)), ==, before);

      gtk_widget_set_visible (GTK_WIDGET (test->window), TRUE);
      sb_window_show_page (test->window, "overview", NULL);
      app_test_wait_until (g_strcmp0 (sb_stat_tile_get_value (SB_STAT_TILE (tile)), now) == 0);
    }
  sb_token_secret_free (secret);
}

static void
test_connect_stopped (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *group = app_test_get (overview (test), SB_TYPE_CONNECT_GROUP, NULL);
  GtkWidget *banner = app_test_get (overview (test), ADW_TYPE_BANNER, NULL);
  char *secret;

  /* One button that starts it: of the first steps, later of the banner. */
  app_test_get (group, ADW_TYPE_ACTION_ROW, "The Server Is Not Running");
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_null (app_test_find (group, GTK_TYPE_BUTTON, "_Start"));
  secret = issue (test, "Kiosk", 0, TRUE);
  sb_token_secret_free (secret);
  app_test_wait_until (adw_banner_get_revealed (ADW_BANNER (banner)));
  app_test_click (banner, "_Start");
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_null (app_test_find (group, ADW_TYPE_ACTION_ROW, "The Server Is Not Running"));
  app_test_get (group, ADW_TYPE_ACTION_ROW, "This Computer");
}

static void
test_connect_this_computer (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *group = app_test_get (overview (test), SB_TYPE_CONNECT_GROUP, NULL);
  g_auto (GStrv) uris = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *copied = NULL;

  app_test_start (test);
  uris = sb_engine_dup_uris (test->engine);
  g_assert_cmpuint (g_strv_length (uris), ==, 1);
  uri = g_strconcat (uris[0], "/", NULL);
  app_test_get (group, GTK_TYPE_LABEL, uri);
  app_test_click (group, "Copy Address");
  copied = read_clipboard (test);
  g_assert_cmpstr (copied, ==, uri);
  /* No other device could use it. */
  g_assert_null (app_test_find (group, GTK_TYPE_BUTTON, "Show QR Code"));

  app_test_get (group, ADW_TYPE_ACTION_ROW, "Other Devices Cannot Connect");
  app_test_click (group, "_Change…");
  app_test_wait_until (ADW_IS_PREFERENCES_DIALOG (app_test_dialog (test)));
}

/* What changes without the addresses does not take the rows from under hand and reader. */
static void
test_connect_keeps_its_rows (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *group = app_test_get (overview (test), SB_TYPE_CONNECT_GROUP, NULL);
  GtkWidget *row;

  app_test_start (test);
  row = app_test_get (group, ADW_TYPE_ACTION_ROW, "This Computer");
  gtk_widget_grab_focus (row);
  sb_engine_set_metrics_trouble (test->engine, "Metrics cannot be given.");
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_DEGRADED);
  g_assert_true (app_test_get (group, ADW_TYPE_ACTION_ROW, "This Computer") == row);
  g_assert_true (gtk_root_get_focus (gtk_widget_get_root (group)) == row);
  sb_engine_set_metrics_trouble (test->engine, NULL);
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_LISTENING);
  g_assert_true (app_test_get (group, ADW_TYPE_ACTION_ROW, "This Computer") == row);
}

static void
test_code_to_start_with (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_auto (GStrv) uris = NULL;
  GtkWidget *dialog;
  g_autofree char *copied = NULL;

  app_test_start (test);
  uris = sb_engine_dup_uris (test->engine);
  app_test_click (overview (test), "Example Code");
  app_test_wait_until (app_test_dialog (test) != NULL);
  dialog = GTK_WIDGET (app_test_dialog (test));
  app_test_assert_named (dialog);
  app_test_click (dialog, "Copy Code for Browser");
  copied = read_clipboard (test);
  g_assert_nonnull (strstr (copied, uris[0]));
  g_assert_nonnull (strstr (copied, "PASTE_YOUR_TOKEN_HERE"));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (app_test_get (dialog, ADW_TYPE_EXPANDER_ROW, "Browser")), TRUE);
  app_test_snap (test, "snippets");
}

/* As the engine would have loaded it: issued a month ago. */
static void
put_old_token (AppTest    *test,
               const char *label,
               gint64      expires_in,
               gboolean    revoked)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
  g_autoptr (SbToken) token = NULL;
  const guint8 hash[SB_TOKEN_HASH_SIZE] = { 1 };
  gint64 now = g_get_real_time ();

  spec->expires_at = now + expires_in;
  token = sb_token_new (7, spec, hash, "sbx_7Kq2…f3Zd", NULL, 0, now - 30 * G_TIME_SPAN_DAY, revoked ? now : 0);
  sb_token_list_put (sb_engine_get_tokens (test->engine), token);
}

static void
test_expiring_token_needs_attention (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  SbPage *page = sb_window_get_page (test->window, "overview");
  SbAttentionGroup *hidden = SB_ATTENTION_GROUP (gtk_widget_get_template_child (overview (test), SB_TYPE_OVERVIEW_PAGE,
                                                                                "attention"));
  GtkWidget *group, *row;

  /* It has two days more than what is soon. */
  put_old_token (test, "Workshop <B>", 3 * G_TIME_SPAN_DAY, FALSE);
  sb_attention_group_update (hidden);
  g_assert_null (app_test_find (overview (test), SB_TYPE_ATTENTION_GROUP, NULL));
  g_assert_false (sb_page_get_attention (page));

  put_old_token (test, "Workshop <B>", 2 * G_TIME_SPAN_HOUR + G_TIME_SPAN_MINUTE, FALSE);
  app_test_wait_until (sb_page_get_attention (page));
  group = app_test_get (overview (test), SB_TYPE_ATTENTION_GROUP, NULL);
  row = app_test_get (group, ADW_TYPE_ACTION_ROW, "Token “Workshop <B>” expires in 2 hours");
  app_test_get (row, GTK_TYPE_LABEL, "No client uses it now");
  gtk_widget_activate (row);
  g_assert_cmpstr (shown_page (test), ==, "tokens");

  put_old_token (test, "Workshop <B>", 2 * G_TIME_SPAN_HOUR, TRUE);
  app_test_wait_until (!sb_page_get_attention (page));
}

static void
test_refused_needs_attention (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *group;

  app_test_start (test);
  /* Told as two, since they are not alike. */
  refuse (test);
  app_test_wait_until ((group = app_test_find (overview (test), SB_TYPE_ATTENTION_GROUP, NULL)) != NULL);
  app_test_wait_until (app_test_find (group, GTK_TYPE_LABEL, "2 refused sign-ins from 127.0.0.1") != NULL);
  app_test_snap (test, "overview-refused");
  gtk_widget_activate (app_test_get (group, ADW_TYPE_ACTION_ROW, NULL));
  g_assert_cmpstr (shown_page (test), ==, "audit");
}

static void
test_rejected_needs_attention (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  char *secret;
  GtkWidget *group;

  app_test_start (test);
  secret = issue (test, "Scoreboard", 0, TRUE);
  connection = app_test_connect (test, "/", secret);
  sb_token_secret_free (secret);
  soup_websocket_connection_send_text (connection, "{");
  app_test_wait_until ((group = app_test_find (overview (test), SB_TYPE_ATTENTION_GROUP, NULL)) != NULL);
  app_test_get (group, GTK_TYPE_LABEL, "1 client sends messages that are rejected");
  app_test_wait_until (app_test_find (group, GTK_TYPE_LABEL, "Scoreboard · 1 message in the last minute") != NULL);
  app_test_snap (test, "overview-rejected");
  gtk_widget_activate (app_test_get (group, ADW_TYPE_ACTION_ROW, NULL));
  g_assert_cmpstr (shown_page (test), ==, "traffic");
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "{"));
  app_test_get (GTK_WIDGET (test->window), SB_TYPE_FILTER_CHIP, NULL);
}

/* Clients of one token have one name: it is told once. */
static void
test_rejected_are_named_once (void)
{
  static const char *const labels[] = { "Sensors", "Sensors", "Kiosk", "Stage", "Lobby" };
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  char *secret = NULL;
  GtkWidget *group;

  app_test_start (test);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *sentence = NULL;
      SoupWebsocketConnection *connection;

      if (i == 0 || !g_str_equal (labels[i], labels[i - 1]))
        {
          g_clear_pointer (&secret, sb_token_secret_free);
          secret = issue (test, labels[i], 0, TRUE);
        }
      connection = app_test_connect (test, "/", secret);
      g_ptr_array_add (connections, connection);
      soup_websocket_connection_send_text (connection, "{");
      app_test_wait_until ((group = app_test_find (overview (test), SB_TYPE_ATTENTION_GROUP, NULL)) != NULL);
      sentence = i == 0 ? g_strdup ("1 client sends messages that are rejected")
                        : g_strdup_printf ("%u clients send messages that are rejected", i + 1);
      app_test_wait_until (app_test_find (group, GTK_TYPE_LABEL, sentence) != NULL);
      if (i == 1)
        app_test_wait_until (app_test_find (group, GTK_TYPE_LABEL, "Sensors · 2 messages in the last minute") != NULL);
    }
  sb_token_secret_free (secret);
  app_test_wait_until (app_test_find (group, GTK_TYPE_LABEL, "Sensors, Kiosk, Stage, … · 5 messages in the last minute") != NULL);
}

static void
test_narrow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  char *secret = issue (test, "Kiosk", 0, TRUE);
  GtkWidget *clients, *sent;
  graphene_rect_t a, b;

  sb_token_secret_free (secret);
  app_test_resize (test, 360, 640);
  clients = app_test_get (overview (test), SB_TYPE_STAT_TILE, "Clients");
  sent = app_test_get (overview (test), SB_TYPE_STAT_TILE, "Sent");
  /* Two by two: the third stands below the first, and both are wide enough for their words. */
  app_test_wait_until (gtk_widget_compute_bounds (clients, overview (test), &a) &&
                       gtk_widget_compute_bounds (sent, overview (test), &b) &&
                       b.origin.y > a.origin.y && b.origin.x == a.origin.x);
  g_assert_cmpint (gtk_widget_get_width (overview (test)), <=, 360);
  app_test_snap (test, "overview-narrow");
}

/* Whatever the window's size and the text's: nothing is wider than the window. (Warnings of the toolkit end the test.) */
static void
test_sizes (void)
{
  static const int sizes[][2] = { { 360, 294 }, { 360, 720 }, { 1200, 760 }, { 1560, 920 } };
  static const int percents[] = { 100, 150, 200 };
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkSettings *settings = gtk_settings_get_default ();
  char *secret = issue (test, "Kiosk", 0, TRUE);

  sb_token_secret_free (secret);
  app_test_start (test);
  for (guint p = 0; p < G_N_ELEMENTS (percents); p++)
    {
      g_object_set (settings, "gtk-xft-dpi", 96 * 1024 * percents[p] / 100, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          g_autofree char *name = g_strdup_printf ("overview-%dx%d-%d", sizes[i][0], sizes[i][1], percents[p]);

          app_test_resize (test, sizes[i][0], sizes[i][1]);
          app_test_wait_until (gtk_widget_get_width (overview (test)) <= sizes[i][0]);
          app_test_snap (test, name);
        }
    }
  gtk_settings_reset_property (settings, "gtk-xft-dpi");
}

static void
add (void)
{
  g_test_add_func ("/overview/first-run-invites-to-issue-a-token", test_first_run);
  g_test_add_func ("/overview/first-run-with-trouble", test_first_run_with_trouble);
  g_test_add_func ("/overview/numbers", test_numbers);
  g_test_add_func ("/overview/rests-while-unseen", test_rests_while_unseen);
  g_test_add_func ("/overview/connect-while-stopped", test_connect_stopped);
  g_test_add_func ("/overview/connect-from-this-computer", test_connect_this_computer);
  g_test_add_func ("/overview/connect-keeps-its-rows", test_connect_keeps_its_rows);
  g_test_add_func ("/overview/code-to-start-with", test_code_to_start_with);
  g_test_add_func ("/overview/expiring-token-needs-attention", test_expiring_token_needs_attention);
  g_test_add_func ("/overview/refused-needs-attention", test_refused_needs_attention);
  g_test_add_func ("/overview/rejected-needs-attention", test_rejected_needs_attention);
  g_test_add_func ("/overview/rejected-are-named-once", test_rejected_are_named_once);
  g_test_add_func ("/overview/sizes-and-large-text", test_sizes);
  g_test_add_func ("/overview/two-by-two-when-narrow", test_narrow);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
