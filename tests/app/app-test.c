/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "sb-app-settings.h"
#include "snap.h"
#include "widgets/sb-line.h"
#include <glib/gstdio.h>

void
app_test_make_dir (char **dir)
{
  g_autoptr (GError) error = NULL;

  *dir = g_dir_make_tmp ("signalbox-app-test-XXXXXX", &error);
  g_assert_no_error (error);
}

void
app_test_remove_dir (const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        app_test_remove_dir (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

/* The tick ends a wait for a condition that changes without an event. */
static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
app_test_iterate (void)
{
  static guint tick_id;

  if (tick_id == 0)
    tick_id = g_timeout_add (20, tick_cb, NULL);
  g_main_context_iteration (NULL, TRUE);
}

AppTest *
app_test_new_in (const char *dir)
{
  static guint n_applications;
  AppTest *self = g_new0 (AppTest, 1);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  self->application = sb_application_new ();
  /* A test may make several: they must not find each other. */
  id = g_strdup_printf (APPLICATION_ID ".Test%u", ++n_applications);
  g_application_set_application_id (G_APPLICATION (self->application), id);
  g_application_set_flags (G_APPLICATION (self->application), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (self->application), NULL, &error);
  g_assert_no_error (error);
  sb_application_open_data_dir (self->application, dir);
  return self;
}

AppTest *
app_test_new (const char *settings)
{
  GSettings *window_settings = sb_app_settings_get ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_auto (GStrv) keys = NULL;

  g_assert_nonnull (window_settings);
  g_object_get (window_settings, "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (char **key = keys; *key != NULL; key++)
    g_settings_reset (window_settings, *key);
  return app_test_new_again (settings);
}

AppTest *
app_test_new_again (const char *settings)
{
  AppTest *self;
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  GtkWindow *window;

  app_test_make_dir (&dir);
  path = g_build_filename (dir, "settings.ini", NULL);
  text = g_strconcat ("[server]\n",
                      settings == NULL || strstr (settings, "port=") == NULL ? "port=0\n" : "",
                      settings == NULL || strstr (settings, "start-on-launch=") == NULL ? "start-on-launch=false\n" : "",
                      settings, NULL);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);

  self = app_test_new_in (dir);
  self->dir = g_steal_pointer (&dir);
  app_test_wait_until (gtk_application_get_active_window (GTK_APPLICATION (self->application)) != NULL);
  window = gtk_application_get_active_window (GTK_APPLICATION (self->application));
  g_assert_true (SB_IS_WINDOW (window));
  self->window = g_object_ref (SB_WINDOW (window));
  self->engine = g_object_ref (sb_application_get_engine (self->application));
  app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (window)) && gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  return self;
}

void
app_test_free (AppTest *self)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (GTK_APPLICATION (self->application))) != NULL)
    gtk_window_destroy (windows->data);
  g_clear_object (&self->window);
  g_clear_object (&self->engine);
  /* What g_application_run() would do at its end: the engine is closed. */
  G_APPLICATION_GET_CLASS (self->application)->shutdown (G_APPLICATION (self->application));
  /* The application is kept until the program ends: GApplication will not be disposed of without having been run. */
  if (self->dir != NULL)
    app_test_remove_dir (self->dir);
  g_free (self->dir);
  g_free (self);
}

void
app_test_start (AppTest *self)
{
  g_autoptr (GError) error = NULL;

  sb_engine_start (self->engine, &error);
  g_assert_no_error (error);
  app_test_wait_until (sb_engine_get_state (self->engine) == SB_ENGINE_LISTENING);
}

void
app_test_resize_window (GtkWindow *window,
                        int        width,
                        int        height)
{
  GtkWidget *widget = GTK_WIDGET (window);
  int border = 0, default_width;

  /* Without a compositor the toolkit draws a border into the window, which is no part of its content. */
  gtk_window_get_default_size (window, &default_width, NULL);
  border = default_width - gtk_widget_get_width (widget);
  gtk_window_set_default_size (window, width + border, height + border);
  app_test_wait_until (gtk_widget_get_width (widget) == width && gtk_widget_get_height (widget) == height);
}

void
app_test_resize (AppTest *self,
                 int      width,
                 int      height)
{
  app_test_resize_window (GTK_WINDOW (self->window), width, height);
}

static void
take_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

char *
app_test_issue (AppTest           *self,
                const SbTokenSpec *spec,
                SbToken          **token)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *secret;

  sb_engine_issue_token_async (self->engine, "window", spec, take_result_cb, &result);
  app_test_wait_until (result != NULL);
  secret = sb_engine_issue_token_finish (self->engine, result, token, &error);
  g_assert_no_error (error);
  return secret;
}

typedef struct
{
  SoupWebsocketConnection *connection;
  GCallback hear; /* nullable */
  gpointer data;
} Connecting;

/* Whoever comes may be told something at once: from the next turn of the loop on. */
static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Connecting *connecting = user_data;
  g_autoptr (GError) error = NULL;

  connecting->connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  g_assert_no_error (error);
  if (connecting->hear != NULL)
    g_signal_connect (connecting->connection, "message", connecting->hear, connecting->data);
}

SoupWebsocketConnection *
app_test_connect (AppTest    *self,
                  const char *channel,
                  const char *secret)
{
  return app_test_connect_hearing (self, channel, secret, NULL, NULL);
}

SoupWebsocketConnection *
app_test_connect_hearing (AppTest    *self,
                          const char *channel,
                          const char *secret,
                          GCallback   hear,
                          gpointer    data)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strdup_printf ("ws://127.0.0.1:%u%s", sb_engine_get_port (self->engine), channel);
  g_autofree char *bearer = g_strconcat ("Bearer ", secret, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  Connecting connecting = { NULL, hear, data };
  guint before = sb_client_list_count (sb_engine_get_clients (self->engine));

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  soup_session_websocket_connect_async (session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, connected_cb,
                                        &connecting);
  app_test_wait_until (connecting.connection != NULL);
  app_test_wait_until (sb_client_list_count (sb_engine_get_clients (self->engine)) > before);
  return connecting.connection;
}

static gboolean
has_text (GtkWidget  *widget,
          const char *property,
          const char *text)
{
  g_autofree char *value = NULL;
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (widget), property);

  if (pspec == NULL || pspec->value_type != G_TYPE_STRING || !(pspec->flags & G_PARAM_READABLE))
    return FALSE;
  g_object_get (widget, property, &value, NULL);
  return g_strcmp0 (value, text) == 0;
}

static gboolean
says (GtkWidget  *widget,
      const char *text)
{
  static const char *const properties[] = { "label", "title", "text", "placeholder-text", "tooltip-text" };

  if (text == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if (has_text (widget, properties[i], text))
      return TRUE;
  if (GTK_IS_BUTTON (widget) && ADW_IS_BUTTON_CONTENT (gtk_button_get_child (GTK_BUTTON (widget))))
    return has_text (gtk_button_get_child (GTK_BUTTON (widget)), "label", text);
  return FALSE;
}

GtkWidget *
app_test_find (GtkWidget  *root,
               GType       type,
               const char *text)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_visible (root))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && says (root, text))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root);
       child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = app_test_find (child, type, text);
  return found;
}

GtkColumnViewColumn *
app_test_get_column (GtkWidget  *root,
                     const char *id,
                     guint      *position)
{
  GListModel *columns = gtk_column_view_get_columns (GTK_COLUMN_VIEW (app_test_get (root, GTK_TYPE_COLUMN_VIEW, NULL)));

  for (*position = 0; *position < g_list_model_get_n_items (columns); (*position)++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, *position);

      if (g_str_equal (gtk_column_view_column_get_id (column), id))
        return column;
    }
  g_error ("There is no column %s", id);
}

gboolean
app_test_shows (GtkWidget  *root,
                const char *text)
{
  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return FALSE;
  if ((GTK_IS_LABEL (root) || GTK_IS_INSCRIPTION (root) || SB_IS_LINE (root)) && says (root, text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (app_test_shows (child, text))
      return TRUE;
  return FALSE;
}

GtkWidget *
app_test_get (GtkWidget  *root,
              GType       type,
              const char *text)
{
  GtkWidget *found = app_test_find (root, type, text);

  if (found == NULL)
    g_error ("There is no visible %s that says “%s”", g_type_name (type), text != NULL ? text : "anything");
  return found;
}

void
app_test_click (GtkWidget  *root,
                const char *text)
{
  GtkWidget *widget = app_test_find (root, GTK_TYPE_BUTTON, text);

  if (widget == NULL)
    widget = app_test_get (root, GTK_TYPE_LIST_BOX_ROW, text);
  g_assert_true (gtk_widget_is_sensitive (widget));
  if (GTK_IS_BUTTON (widget))
    g_signal_emit_by_name (widget, "clicked");
  else
    gtk_widget_activate (widget);
}

AdwDialog *
app_test_dialog (AppTest *self)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

static gboolean
is_named (GtkWidget *widget)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  return (tooltip != NULL && *tooltip != '\0') ||
         gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

static gboolean
is_without_bar (GtkWidget *sheet)
{
  return sheet != NULL && adw_bottom_sheet_get_bottom_bar (ADW_BOTTOM_SHEET (sheet)) == NULL;
}

void
app_test_assert_named (GtkWidget *root)
{
  /* A sheet makes a button for a bar at the bottom, which it never shows where there is no such bar. */
  if (GTK_IS_BUTTON (root) && GTK_IS_STACK (gtk_widget_get_parent (root)) && !gtk_widget_get_child_visible (root) &&
      is_without_bar (gtk_widget_get_ancestor (root, ADW_TYPE_BOTTOM_SHEET)))
    return;
  /* The toolkit names those it makes itself. */
  if (GTK_IS_WINDOW_CONTROLS (root) || GTK_IS_SPIN_BUTTON (root) || !gtk_widget_get_visible (root))
    return;
  if (GTK_IS_BUTTON (root) && app_test_find (root, GTK_TYPE_LABEL, NULL) == NULL &&
      !GTK_IS_MENU_BUTTON (gtk_widget_get_parent (root)) &&
      !is_named (root))
    g_error ("A %s with icon %s in a %s has no name for a screen reader", G_OBJECT_TYPE_NAME (root),
             gtk_button_get_icon_name (GTK_BUTTON (root)), G_OBJECT_TYPE_NAME (gtk_widget_get_parent (root)));
  if ((GTK_IS_MENU_BUTTON (root) || GTK_IS_SWITCH (root)) && !is_named (root) &&
      gtk_widget_get_ancestor (root, ADW_TYPE_SWITCH_ROW) == NULL)
    g_error ("A %s in a %s has no name for a screen reader", G_OBJECT_TYPE_NAME (root),
             G_OBJECT_TYPE_NAME (gtk_widget_get_parent (root)));
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    app_test_assert_named (child);
}

void
app_test_snap_window (GtkWidget  *widget,
                      const char *name)
{
  const char *dir = g_getenv ("SNAP_DIR");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  gint64 until = g_get_monotonic_time () + G_TIME_SPAN_SECOND;

  if (dir == NULL)
    return;
  /* Only for the eye: let transitions come to their end. */
  while (g_get_monotonic_time () < until)
    app_test_iterate ();
  path = g_strdup_printf ("%s/%s.png", dir, name);
  snap_to_png (GTK_WIDGET (gtk_widget_get_root (widget)), path, &error);
  g_assert_no_error (error);
}

void
app_test_snap (AppTest    *self,
               const char *name)
{
  app_test_snap_window (GTK_WIDGET (self->window), name);
}

int
app_test_run (int    argc,
              char  *argv[],
              void (*add) (void))
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  add ();
  return g_test_run ();
}
