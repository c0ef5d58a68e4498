/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "snap.h"
#include "widgets/sb-chart.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-connect-snippets.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-line.h"
#include "widgets/sb-qr.h"
#include "widgets/sb-snippet.h"
#include "widgets/sb-spin.h"
#include "widgets/sb-stat-tile.h"
#include <math.h>

#define URI "ws://192.168.1.20:8080/news"
#define SECRET "sbx_NotASecretButItLooksLikeOneXXXXX1234"

/* Shown, so that there is a display, a clipboard and a renderer. */
static GtkWindow *
show (GtkWidget *child)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_child (window, child);
  gtk_window_present (window);
  app_test_wait_until (gtk_widget_get_mapped (child) && gtk_widget_get_width (child) > 0);
  return window;
}

static void
text_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static char *
read_clipboard (GtkWidget *widget)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, text_read_cb, &text);
  app_test_wait_until (text != NULL);
  return text;
}

/* What is drawn, as RGBA. */
static guchar *
render (GtkWidget *widget,
        int       *width,
        int       *height)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = snap_to_texture (widget, &error);
  guchar *pixels;

  g_assert_no_error (error);
  *width = gdk_texture_get_width (texture);
  *height = gdk_texture_get_height (texture);
  pixels = g_malloc0_n (*width * 4, *height);
  gdk_texture_download (texture, pixels, *width * 4);
  return pixels;
}

/* --- chart --- */

static void
test_chart_ceiling (void)
{
  static const struct
  {
    double maximum;
    double ceiling;
  } cases[] = { { 0, 4 }, { 3.9, 4 }, { 4.1, 6 }, { 10, 10 }, { 11, 20 }, { 950, 1000 }, { 12400, 20000 },
                { 38000, 40000 }, { 61, 80 } };
  g_autoptr (SbChart) grid = g_object_ref_sink (g_object_new (SB_TYPE_CHART, "grid", TRUE, NULL));
  g_autoptr (GtkWidget) sparkline = g_object_ref_sink (sb_chart_new ());

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double values[] = { 0, cases[i].maximum, 1 };

      sb_chart_set_values (grid, values, 3, 10);
      g_assert_cmpfloat (sb_chart_get_ceiling (grid), ==, cases[i].ceiling);
    }
  /* A sparkline only keeps clear of the edge, and of a division by nothing. */
  sb_chart_set_values (SB_CHART (sparkline), (double[]) { 0, 0 }, 2, 2);
  g_assert_cmpfloat (sb_chart_get_ceiling (SB_CHART (sparkline)), ==, 1);
  sb_chart_set_values (SB_CHART (sparkline), (double[]) { 0, 100 }, 2, 2);
  g_assert_cmpfloat_with_epsilon (sb_chart_get_ceiling (SB_CHART (sparkline)), 115, 1e-9);
}

static void
test_chart_draws_newest_at_the_right (void)
{
  GtkWidget *chart = sb_chart_new ();
  GtkWindow *window;
  double values[] = { 0, 0, 10, 10 };
  g_autofree guchar *pixels = NULL;
  int width, height;

  gtk_widget_set_size_request (chart, 200, 100);
  window = show (chart);
  /* Half of what the width stands for: the left half stays empty. */
  sb_chart_set_values (SB_CHART (chart), values, 4, 7);
  pixels = render (chart, &width, &height);
  g_assert_cmpuint (pixels[(height / 2 * width + width / 4) * 4 + 3], ==, 0);
  g_assert_cmpuint (pixels[(height / 2 * width + width - 4) * 4 + 3], >, 0);
  gtk_window_destroy (window);
}

/* What is not known is not drawn, and a value alone between two gaps is. */
static void
test_chart_draws_gaps (void)
{
  GtkWidget *chart = sb_chart_new ();
  GtkWindow *window;
  double values[] = { 10, 10, NAN, NAN, 10, NAN, NAN, 10, 10 };
  g_autofree guchar *pixels = NULL;
  int width, height;
  guint n_alone = 0;

  gtk_widget_set_size_request (chart, 160, 80);
  window = show (chart);
  sb_chart_set_values (SB_CHART (chart), values, G_N_ELEMENTS (values), G_N_ELEMENTS (values));
  g_assert_cmpfloat_with_epsilon (sb_chart_get_ceiling (SB_CHART (chart)), 11.5, 1e-9);
  pixels = render (chart, &width, &height);
  for (int y = 0; y < height; y++)
    {
      g_assert_cmpuint (pixels[(y * width + width * 5 / 16) * 4 + 3], ==, 0);
      g_assert_cmpuint (pixels[(y * width + width * 11 / 16) * 4 + 3], ==, 0);
      n_alone += pixels[(y * width + width / 2 - 1) * 4 + 3] > 0;
    }
  g_assert_cmpuint (n_alone, >, 0);
  g_assert_cmpuint (pixels[(height / 2 * width + 4) * 4 + 3], >, 0);
  g_assert_cmpuint (pixels[(height / 2 * width + width - 4) * 4 + 3], >, 0);
  gtk_window_destroy (window);
}

static void
test_chart_speaks_at_human_pace (void)
{
  g_autoptr (GtkWidget) chart = g_object_ref_sink (sb_chart_new ());

  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_ROLE_IMG);
  sb_chart_set_summary (SB_CHART (chart), "first");
  sb_chart_set_summary (SB_CHART (chart), "a moment later");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_LABEL, "first");
}

static void
test_tile (void)
{
  g_autoptr (SbStatTile) tile = g_object_ref_sink (g_object_new (SB_TYPE_STAT_TILE, "title", "Clients", "unit",
                                                                 "connected", NULL));

  sb_stat_tile_set_value (tile, "42");
  g_assert_nonnull (app_test_find (GTK_WIDGET (tile), GTK_TYPE_LABEL, "42"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (tile), GTK_ACCESSIBLE_PROPERTY_LABEL, "Clients: 42 connected");
}

/* --- copying --- */

static void
test_copy (void)
{
  GtkWidget *button = sb_copy_button_new ("Copy Address", URI, FALSE);
  GtkWindow *window = show (button);
  g_autofree char *text = NULL;
  g_autofree char *text2 = NULL;

  g_assert_cmpstr (gtk_widget_get_tooltip_text (button), ==, "Copy Address");
  app_test_assert_named (button);
  g_assert_cmpstr (gtk_button_get_icon_name (GTK_BUTTON (button)), ==, "edit-copy-symbolic");
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpstr (gtk_button_get_icon_name (GTK_BUTTON (button)), ==, "object-select-symbolic");
  text = read_clipboard (button);
  g_assert_cmpstr (text, ==, URI);

  sb_copy_button_set_text (SB_COPY_BUTTON (button), "something else");
  g_signal_emit_by_name (button, "clicked");
  text2 = read_clipboard (button);
  g_assert_cmpstr (text2, ==, "something else");
  app_test_wait_until (g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), "edit-copy-symbolic") == 0);
  gtk_window_destroy (window);
}

static void
test_copy_secret (void)
{
  GtkWidget *button = sb_copy_button_new ("Copy Token", SECRET, TRUE);
  GtkWindow *window = show (button);
  g_autofree char *text = NULL;
  GdkContentFormats *formats;

  g_signal_emit_by_name (button, "clicked");
  text = read_clipboard (button);
  g_assert_cmpstr (text, ==, SECRET);
  formats = gdk_clipboard_get_formats (gtk_widget_get_clipboard (button));
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "x-kde-passwordManagerHint"));
  gtk_window_destroy (window);
}

/* --- QR codes --- */

static void
test_qr (void)
{
  GtkWidget *qr = sb_qr_new (URI, "QR code of " URI);
  GtkWindow *window;
  g_autofree guchar *pixels = NULL;
  int width, height, left = -1, dark = 0;

  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (qr), GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (qr), GTK_ACCESSIBLE_PROPERTY_LABEL, "QR code of " URI);
  window = show (qr);
  pixels = render (qr, &width, &height);

  /* The finder pattern at the upper left is 7 dark modules wide, then 1 light, in the first row that has any dark. */
  for (int i = 0; i < width * height && left < 0; i++)
    if (pixels[i * 4 + 3] == 255 && pixels[i * 4] < 64)
      left = i;
  g_assert_cmpint (left, >, 0);
  while (pixels[(left + dark) * 4] < 64)
    dark++;
  g_assert_cmpint (dark % 7, ==, 0);
  g_assert_cmpuint (pixels[(left + dark + dark / 14) * 4], >, 192);
  /* The quiet zone is white and four modules wide, whatever the style. */
  for (int i = 1; i < 4 * (dark / 7); i++)
    g_assert_cmpuint (pixels[(left - i) * 4], ==, 255);
  gtk_window_destroy (window);
}

/* --- code to start with --- */

static void
test_snippets_are_filled_in (void)
{
  for (SbSnippet snippet = 0; snippet < SB_N_SNIPPETS; snippet++)
    {
      g_autofree char *with = sb_snippet_make (snippet, URI, SECRET);
      g_autofree char *without = sb_snippet_make (snippet, URI, NULL);

      g_test_message ("%s", sb_snippet_get_title (snippet));
      g_assert_nonnull (strstr (with, SECRET));
      g_assert_null (strstr (without, "sbx_"));
      g_assert_nonnull (strstr (without, "PASTE_YOUR_TOKEN_HERE"));
      for (const char *const *name = (const char *const[]) { "{URI}", "{TOKEN}", "{HOST}", "{PORT}", "{PATH}",
                                                             "{BEGIN}", NULL };
           *name != NULL; name++)
        g_assert_null (strstr (with, *name));
      if (snippet != SB_SNIPPET_ARDUINO)
        g_assert_nonnull (strstr (with, "\"" URI "\""));
    }
}

static void
test_snippet_arduino (void)
{
  g_autofree char *plain = sb_snippet_make (SB_SNIPPET_ARDUINO, URI, SECRET);
  g_autofree char *tls = sb_snippet_make (SB_SNIPPET_ARDUINO, "wss://hub.example.org/", SECRET);
  g_autofree char *bare = sb_snippet_make (SB_SNIPPET_ARDUINO, "ws://hub.example.org", SECRET);

  g_assert_nonnull (strstr (plain, "client.begin(\"192.168.1.20\", 8080, \"/news\");"));
  g_assert_nonnull (strstr (tls, "client.beginSSL(\"hub.example.org\", 443, \"/\");"));
  g_assert_nonnull (strstr (bare, "client.begin(\"hub.example.org\", 80, \"/\");"));
}

static void
test_connect_snippets (void)
{
  GtkWidget *group = sb_connect_snippets_new (URI, SECRET);
  GtkWindow *window = show (group);
  GtkWidget *row = app_test_get (group, ADW_TYPE_EXPANDER_ROW, "Python");
  GtkWidget *view;
  g_autofree char *expected = sb_snippet_make (SB_SNIPPET_PYTHON, URI, SECRET);
  g_autofree char *copied = NULL;
  g_autofree char *shown = NULL;

  app_test_assert_named (group);
  app_test_click (group, "Copy Code for Python");
  copied = read_clipboard (group);
  g_assert_cmpstr (copied, ==, expected);

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  view = app_test_get (row, GTK_TYPE_TEXT_VIEW, NULL);
  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &shown, NULL);
  g_strchomp (expected);
  g_assert_cmpstr (shown, ==, expected);
  g_assert_false (gtk_text_view_get_editable (GTK_TEXT_VIEW (view)));
  gtk_window_destroy (window);
}

static void
type (AdwSpinRow *row,
      const char *text)
{
  int position = 0;

  gtk_editable_delete_text (GTK_EDITABLE (row), 0, -1);
  for (const char *c = text; *c != '\0'; c++)
    gtk_editable_insert_text (GTK_EDITABLE (row), c, 1, &position);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, text);
}

/* Each key that completes a number is read, and none changes what is typed. */
static void
test_spin_reads_what_is_typed (void)
{
  AdwSpinRow *row = ADW_SPIN_ROW (adw_spin_row_new_with_range (5, 200, 1));
  GtkWindow *window;

  sb_spin_read_typed (row);
  window = show (GTK_WIDGET (row));
  adw_spin_row_set_value (row, 30);
  type (row, "45");
  g_assert_cmpfloat (adw_spin_row_get_value (row), ==, 45);
  type (row, "199");
  g_assert_cmpfloat (adw_spin_row_get_value (row), ==, 199);
  /* On its way: 2 is out of bounds, 20 is not, 201 is. */
  type (row, "201");
  g_assert_cmpfloat (adw_spin_row_get_value (row), ==, 20);
  type (row, "007");
  g_assert_cmpfloat (adw_spin_row_get_value (row), ==, 20);
  type (row, "");
  type (row, "3");
  g_assert_cmpfloat (adw_spin_row_get_value (row), ==, 20);
  adw_spin_row_update (row);
  g_assert_cmpfloat (adw_spin_row_get_value (row), ==, 5);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "5");
  gtk_window_destroy (window);
}

static void
add_both (GtkWidget  *box,
          const char *classes)
{
  g_auto (GStrv) names = g_strsplit (classes, " ", -1);
  GtkWidget *line = sb_line_new (classes, 12, 20);
  GtkWidget *inscription = gtk_inscription_new (NULL);

  gtk_inscription_set_min_chars (GTK_INSCRIPTION (inscription), 12);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (inscription), 20);
  gtk_widget_set_css_classes (inscription, (const char **) names);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), inscription);
}

static void
assert_as_large (GtkWidget *line,
                 GtkWidget *inscription)
{
  for (int orientation = GTK_ORIENTATION_HORIZONTAL; orientation <= GTK_ORIENTATION_VERTICAL; orientation++)
    {
      int minimum, natural, minimum_wanted, natural_wanted;

      gtk_widget_measure (line, (GtkOrientation) orientation, -1, &minimum, &natural, NULL, NULL);
      gtk_widget_measure (inscription, (GtkOrientation) orientation, -1, &minimum_wanted, &natural_wanted, NULL, NULL);
      g_assert_cmpint (ABS (minimum - minimum_wanted), <=, 1);
      g_assert_cmpint (ABS (natural - natural_wanted), <=, 1);
    }
}

/* Whatever stands in it, and in another size of text, too. */
static void
test_line_is_as_large_as_an_inscription (void)
{
  static const char *const classes[] = { "", "num", "caption dimmed", "monospace", "monospace caption" };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWindow *window;
  int dpi, height[2];

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    add_both (box, classes[i]);
  window = show (box);
  g_object_get (gtk_settings_get_default (), "gtk-xft-dpi", &dpi, NULL);
  for (int large = FALSE; large <= TRUE; large++)
    {
      g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", large ? dpi * 2 : dpi, NULL);
      for (GtkWidget *line = gtk_widget_get_first_child (box); line != NULL;
           line = gtk_widget_get_next_sibling (gtk_widget_get_next_sibling (line)))
        {
          sb_line_set_text (SB_LINE (line), "a text that is longer than there is room for, by far");
          assert_as_large (line, gtk_widget_get_next_sibling (line));
        }
      gtk_widget_measure (gtk_widget_get_first_child (box), GTK_ORIENTATION_VERTICAL, -1, &height[large], NULL, NULL, NULL);
    }
  g_assert_cmpint (height[TRUE], >, height[FALSE]);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", dpi, NULL);
  gtk_window_destroy (window);
}

/* The columns of a picture in which there is ink. */
static void
find_ink (GtkWidget *widget,
          int       *first,
          int       *last)
{
  int width, height;
  g_autofree guchar *pixels = render (widget, &width, &height);

  *first = width;
  *last = -1;
  for (int x = 0; x < width; x++)
    for (int y = 0; y < height; y++)
      if (pixels[4 * (y * width + x) + 3] > 64)
        {
          *first = MIN (*first, x);
          *last = x;
        }
}

/* At its side, on that side in right-to-left as well, whichever way what is written runs; and cut where there is no room. */
static void
test_line_stands_at_its_side (void)
{
  static const char *const texts[] = { "1,234", "سلام" };

  for (int rtl = FALSE; rtl <= TRUE; rtl++)
    for (int end = FALSE; end <= TRUE; end++)
      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        {
          GtkWidget *line = sb_line_new ("num", 20, 20);
          GtkWindow *window;
          int first, last;

          gtk_widget_set_direction (line, rtl ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
          sb_line_set_xalign (SB_LINE (line), (float) end);
          sb_line_set_text (SB_LINE (line), texts[i]);
          window = show (line);
          find_ink (line, &first, &last);
          g_assert_cmpint (last, >, first);
          if (rtl == end)
            g_assert_cmpint (first, <, 6);
          else
            g_assert_cmpint (last, >, gtk_widget_get_width (line) - 6);
          g_assert_cmpint (last - first, <, gtk_widget_get_width (line) / 2);
          gtk_window_destroy (window);
        }
}

static void
add (void)
{
  g_test_add_func ("/chart/ceiling-is-round", test_chart_ceiling);
  g_test_add_func ("/chart/newest-at-the-right", test_chart_draws_newest_at_the_right);
  g_test_add_func ("/chart/gaps-are-gaps", test_chart_draws_gaps);
  g_test_add_func ("/chart/speaks-at-human-pace", test_chart_speaks_at_human_pace);
  g_test_add_func ("/tile/says-title-value-and-unit", test_tile);
  g_test_add_func ("/copy-button/copies", test_copy);
  g_test_add_func ("/copy-button/secret-is-marked", test_copy_secret);
  g_test_add_func ("/line/as-large-as-an-inscription", test_line_is_as_large_as_an_inscription);
  g_test_add_func ("/line/stands-at-its-side", test_line_stands_at_its_side);
  g_test_add_func ("/qr/finder-pattern-and-quiet-zone", test_qr);
  g_test_add_func ("/spin/reads-what-is-typed", test_spin_reads_what_is_typed);
  g_test_add_func ("/snippet/filled-in", test_snippets_are_filled_in);
  g_test_add_func ("/snippet/arduino-takes-the-uri-apart", test_snippet_arduino);
  g_test_add_func ("/snippet/rows-show-and-copy", test_connect_snippets);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
