/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast-fixture.h"

/* --- the editor --- */

static void
test_line_of_truth (void)
{
  static const struct
  {
    const char *text;
    const char *message; /* begins so */
    gboolean valid;
  } cases[] = {
    { "", "Any JSON value", FALSE },
    { " \n\t", "Any JSON value", FALSE },
    { "{}", "Valid JSON, 2 bytes", TRUE },
    { "7", "Valid JSON, 1 byte", TRUE },
    { "\"ä\"", "Valid JSON, 4 bytes", TRUE },
    { "{\n  \"a\": 1\n  \"b\": 2\n}", "Line 3, column 3: ", FALSE },
    { "{\"a\":1,\"a\":2}", "Line 1, column 8: ", FALSE },
    { "[1,2", "Line 1, column 5: ", FALSE },
    { "[1,]", "Line 1, column 4: ", FALSE },
    { "hello", "Line 1, column 1: ", FALSE },
    { "\"ä\" x", "Line 1, column 5: ", FALSE },
  };
  g_autoptr (SbJsonBuffer) buffer = sb_json_buffer_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].text);
      gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), cases[i].text, -1);
      g_assert_true (g_str_has_prefix (sb_json_buffer_get_message (buffer), cases[i].message));
      g_assert_cmpint (sb_json_buffer_is_valid (buffer), ==, cases[i].valid);
    }
}

/* What is underlined, from the first underlined character to the end of the run. */
static char *
dup_underlined (SbJsonBuffer *buffer)
{
  GtkTextTag *tag = NULL;
  GtkTextIter start, end;
  g_autoptr (GSList) tags = NULL;

  gtk_text_buffer_get_start_iter (GTK_TEXT_BUFFER (buffer), &start);
  do
    {
      g_clear_pointer (&tags, g_slist_free);
      tags = gtk_text_iter_get_tags (&start);
      for (GSList *l = tags; l != NULL && tag == NULL; l = l->next)
        {
          PangoUnderline underline;

          g_object_get (l->data, "underline", &underline, NULL);
          if (underline == PANGO_UNDERLINE_ERROR)
            tag = l->data;
        }
    }
  while (tag == NULL && gtk_text_iter_forward_char (&start));
  if (tag == NULL)
    return NULL;
  end = start;
  gtk_text_iter_forward_to_tag_toggle (&end, tag);
  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (buffer), &start, &end, TRUE);
}

static void
test_mistake_is_underlined (void)
{
  static const struct
  {
    const char *text;
    const char *underlined; /* NULL: nothing */
  } cases[] = {
    { "{}", NULL },
    { "{\n  \"ä\": 1\n  \"next\": 2\n}", "\"next\"" },
    { "{\"a\": flase}", "flase" },
    { "[1,2", "2" },
    { "[1,2 \n ", "2" },
    { "[1,]", "]" },
    { "", NULL },
  };
  g_autoptr (SbJsonBuffer) buffer = sb_json_buffer_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *underlined = NULL;

      g_test_message ("%s", cases[i].text);
      gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), cases[i].text, -1);
      underlined = dup_underlined (buffer);
      g_assert_cmpstr (underlined, ==, cases[i].underlined);
    }
}

static void
test_limits (void)
{
  g_autoptr (SbJsonBuffer) buffer = sb_json_buffer_new ();
  SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), "[[[1]]]", -1);
  g_assert_true (sb_json_buffer_is_valid (buffer));
  limits.max_depth = 2;
  sb_json_buffer_set_limits (buffer, &limits, 100);
  g_assert_false (sb_json_buffer_is_valid (buffer));
  limits.max_depth = 3;
  sb_json_buffer_set_limits (buffer, &limits, 7);
  g_assert_true (sb_json_buffer_is_valid (buffer));
  sb_json_buffer_set_limits (buffer, &limits, 6);
  g_assert_false (sb_json_buffer_is_valid (buffer));
  g_assert_nonnull (strstr (sb_json_buffer_get_message (buffer), "Too big"));
}

/* A long text is checked when the typing pauses, and is not valid before. */
static void
test_long_text_is_checked_later (void)
{
  g_autoptr (SbJsonBuffer) buffer = sb_json_buffer_new ();
  g_autofree char *filler = g_strnfill (100000, 'x');
  g_autofree char *text = g_strdup_printf ("\"%s\"", filler);

  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), text, -1);
  g_assert_false (sb_json_buffer_is_valid (buffer));
  app_test_wait_until (sb_json_buffer_is_valid (buffer));
  g_assert_cmpstr (sb_json_buffer_get_message (buffer), ==, "Valid JSON, 100,002 bytes");
}

static void
test_quote (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  write_message (page, "{\"a\": nonsense}");
  g_assert_null (app_test_find (page, GTK_TYPE_BUTTON, "Send as _Text"));
  write_message (page, "Doors \"open\" now\n");
  app_test_click (page, "Send as _Text");
  bytes = sb_json_buffer_dup_bytes (get_buffer (page));
  data = g_bytes_get_data (bytes, &size);
  g_assert_cmpmem (data, size, "\"Doors \\\"open\\\" now\"", 20);
  g_assert_true (sb_json_buffer_is_valid (get_buffer (page)));
  g_assert_null (app_test_find (page, GTK_TYPE_BUTTON, "Send as _Text"));
  gtk_text_buffer_undo (GTK_TEXT_BUFFER (get_buffer (page)));
  g_assert_false (sb_json_buffer_is_valid (get_buffer (page)));
}

static void
add_tests (void)
{
  g_test_add_func ("/broadcast/line-of-truth", test_line_of_truth);
  g_test_add_func ("/broadcast/mistake-is-underlined", test_mistake_is_underlined);
  g_test_add_func ("/broadcast/limits", test_limits);
  g_test_add_func ("/broadcast/long-text-is-checked-later", test_long_text_is_checked_later);
  g_test_add_func ("/broadcast/quote", test_quote);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  return app_test_run (argc, argv, add_tests);
}
