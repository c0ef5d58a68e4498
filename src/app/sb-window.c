/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-window"

#include "sb-window.h"
#include "audit/sb-audit-page.h"
#include "broadcast/sb-broadcast-page.h"
#include "clients/sb-clients-page.h"
#include "overview/sb-overview-page.h"
#include "preferences/sb-preferences-dialog.h"
#include "rules/sb-rules-page.h"
#include "sb-app-settings.h"
#include "sb-restart-watch.h"
#include "sb-server-card.h"
#include "sb-server-commands.h"
#include "sb-sidebar-row.h"
#include "tokens/sb-tokens-page.h"
#include "traffic/sb-traffic-page.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

/**
 * SbWindow:
 *
 * The window: the sidebar, and beside it the chosen page. It makes every page once and keeps it. Owned by the
 * application.
 */
struct _SbWindow
{
  AdwApplicationWindow parent_instance;

  SbEngine *engine;
  SbRestartWatch *restart_watch;
  GHashTable *pages; /* name (static) → SbPage (a reference) */
  GListModel *dialogs;

  AdwToastOverlay *toasts;
  AdwNavigationSplitView *split_view;
  SbServerCard *server_card;
  GtkListBox *page_list;
};

G_DEFINE_FINAL_TYPE (SbWindow, sb_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_ENGINE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const struct
{
  const char *name;
  const char *icon_name;
  GType (*get_type) (void);
} page_kinds[] = {
  { "overview", "view-grid-symbolic", sb_overview_page_get_type },
  { "clients", "system-users-symbolic", sb_clients_page_get_type },
  { "traffic", "signalbox-traffic-symbolic", sb_traffic_page_get_type },
  { "broadcast", "signalbox-broadcast-symbolic", sb_broadcast_page_get_type },
  { "tokens", "dialog-password-symbolic", sb_tokens_page_get_type },
  { "rules", "signalbox-rules-symbolic", sb_rules_page_get_type },
  { "audit", "document-open-recent-symbolic", sb_audit_page_get_type },
};

static GtkListBoxRow *
find_row (SbWindow *self,
          SbPage   *page)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->page_list, i)) != NULL; i++)
    if (sb_sidebar_row_get_page (SB_SIDEBAR_ROW (row)) == page)
      return row;
  return NULL;
}

/* Where the pages lie on each other, libadwaita marks a page that is replaced while it is on top to be removed whenever it is popped,
 * and the mark stays when the page comes back: the next time that there is room for both it is removed twice. So it is popped first. */
static void
set_content (SbWindow *self,
             SbPage   *page)
{
  if (adw_navigation_split_view_get_content (self->split_view) != ADW_NAVIGATION_PAGE (page))
    {
      if (adw_navigation_split_view_get_collapsed (self->split_view))
        adw_navigation_split_view_set_show_content (self->split_view, FALSE);
      adw_navigation_split_view_set_content (self->split_view, ADW_NAVIGATION_PAGE (page));
    }
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
}

static void
row_activated_cb (SbWindow     *self,
                  SbSidebarRow *row)
{
  set_content (self, sb_sidebar_row_get_page (row));
}

static void
show_page_action_cb (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  const char *name, *filter;

  g_variant_get (parameter, "(&s&s)", &name, &filter);
  if (g_hash_table_contains (SB_WINDOW (widget)->pages, name))
    sb_window_show_page (SB_WINDOW (widget), name, filter);
}

static void
search_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  AdwNavigationPage *page = adw_navigation_split_view_get_content (self->split_view);

  if (page != NULL)
    {
      adw_navigation_split_view_set_show_content (self->split_view, TRUE);
      sb_page_focus_search (SB_PAGE (page));
    }
}

/* While there is room for both, the sidebar goes as it would if there were not. */
static void
toggle_sidebar_action_cb (GtkWidget  *widget,
                          const char *action_name,
                          GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  gboolean narrow = adw_application_window_get_current_breakpoint (ADW_APPLICATION_WINDOW (self)) != NULL;

  if (narrow)
    adw_navigation_split_view_set_show_content (self->split_view,
                                                !adw_navigation_split_view_get_show_content (self->split_view));
  else
    {
      adw_navigation_split_view_set_show_content (self->split_view, TRUE);
      adw_navigation_split_view_set_collapsed (self->split_view,
                                               !adw_navigation_split_view_get_collapsed (self->split_view));
    }
}

static void
close_action_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

static void
start_server_action_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  sb_server_start (widget, SB_WINDOW (widget)->engine);
}

static void
stop_server_action_cb (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  sb_server_stop (widget, SB_WINDOW (widget)->engine);
}

static void
preferences_action_cb (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  AdwDialog *dialog = sb_preferences_dialog_new (SB_WINDOW (widget)->engine, SB_WINDOW (widget)->restart_watch);

  adw_dialog_present (dialog, widget);
  sb_preferences_dialog_show (SB_PREFERENCES_DIALOG (dialog), g_variant_get_string (parameter, NULL));
}

/* --- size and page, as they were left --- */

static void
restore_state (SbWindow *self)
{
  GSettings *settings = sb_app_settings_get ();
  g_autofree char *page = NULL;

  if (settings == NULL)
    return;
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  page = g_settings_get_string (settings, "page");
  if (g_hash_table_contains (self->pages, page))
    sb_window_show_page (self, page, NULL);
}

static void
save_failed_cb (SbWindow   *self,
                const char *message)
{
  sb_window_add_toast (self, sb_toast_new (message));
}

static void
content_changed_cb (SbWindow *self)
{
  GSettings *settings = sb_app_settings_get ();
  AdwNavigationPage *page = adw_navigation_split_view_get_content (self->split_view);

  /* With its application gone, the window is on its way out. */
  if (settings == NULL || gtk_window_get_application (GTK_WINDOW (self)) == NULL || page == NULL)
    return;
  g_settings_set_string (settings, "page", adw_navigation_page_get_tag (page));
}

/* What that means to the server is for the application to say. */
static gboolean
sb_window_close_request (GtkWindow *window)
{
  GtkApplication *application = gtk_window_get_application (window);

  if (application == NULL || !g_action_group_has_action (G_ACTION_GROUP (application), "close"))
    return GTK_WINDOW_CLASS (sb_window_parent_class)->close_request (window);
  g_action_group_activate_action (G_ACTION_GROUP (application), "close", NULL);
  return GDK_EVENT_STOP;
}

static void
make_pages (SbWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (page_kinds); i++)
    {
      SbPage *page = g_object_new (page_kinds[i].get_type (), "engine", self->engine, NULL);

      g_hash_table_insert (self->pages, (char *) page_kinds[i].name, g_object_ref_sink (page));
      gtk_list_box_append (self->page_list, sb_sidebar_row_new (page, page_kinds[i].icon_name));
    }
}

/* Without animations libadwaita's sheet is freed, with the dialog, within the press of its button that closes it, and then touched
 * once more (1.7). */
static void
outlive_closing_cb (AdwDialog *dialog)
{
  g_idle_add_once ((GSourceOnceFunc) g_object_unref, g_object_ref (dialog));
}

static void
dialogs_changed_cb (GListModel *dialogs,
                    guint       position,
                    guint       n_removed,
                    guint       n_added)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (AdwDialog) dialog = g_list_model_get_item (dialogs, i);

      g_signal_handlers_disconnect_by_func (dialog, outlive_closing_cb, NULL);
      g_signal_connect (dialog, "closed", G_CALLBACK (outlive_closing_cb), NULL);
    }
}

static void
sb_window_constructed (GObject *object)
{
  SbWindow *self = SB_WINDOW (object);

  G_OBJECT_CLASS (sb_window_parent_class)->constructed (object);

  self->restart_watch = sb_restart_watch_new (self->engine);
  sb_server_card_set_engine (self->server_card, self->engine);
  make_pages (self);
  sb_window_show_page (self, "overview", NULL);
  self->dialogs = adw_application_window_get_dialogs (ADW_APPLICATION_WINDOW (self));
  g_signal_connect (self->dialogs, "items-changed", G_CALLBACK (dialogs_changed_cb), NULL);
  g_signal_connect_object (sb_engine_get_settings (self->engine), "save-failed", G_CALLBACK (save_failed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->split_view, "notify::content", G_CALLBACK (content_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
sb_window_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  SbWindow *self = SB_WINDOW (object);

  if (prop_id == PROP_ENGINE)
    g_value_set_object (value, self->engine);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_window_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  SbWindow *self = SB_WINDOW (object);

  if (prop_id == PROP_ENGINE)
    self->engine = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_window_dispose (GObject *object)
{
  SbWindow *self = SB_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_WINDOW);
  g_clear_pointer (&self->pages, g_hash_table_unref);
  g_clear_object (&self->dialogs);
  g_clear_object (&self->restart_watch);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_window_parent_class)->dispose (object);
}

static void
sb_window_class_init (SbWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sb_window_constructed;
  object_class->get_property = sb_window_get_property;
  object_class->set_property = sb_window_set_property;
  object_class->dispose = sb_window_dispose;

  properties[PROP_ENGINE] = g_param_spec_object ("engine", NULL, NULL, SB_TYPE_ENGINE,
                                                 G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  GTK_WINDOW_CLASS (klass)->close_request = sb_window_close_request;

  g_type_ensure (SB_TYPE_SERVER_CARD);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, server_card);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, page_list);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);

  gtk_widget_class_install_action (widget_class, "win.show-page", "(ss)", show_page_action_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action_cb);
  gtk_widget_class_install_action (widget_class, "win.toggle-sidebar", NULL, toggle_sidebar_action_cb);
  gtk_widget_class_install_action (widget_class, "win.preferences", "s", preferences_action_cb);
  gtk_widget_class_install_action (widget_class, "win.start-server", NULL, start_server_action_cb);
  gtk_widget_class_install_action (widget_class, "win.stop-server", NULL, stop_server_action_cb);
  gtk_widget_class_install_action (widget_class, "win.close", NULL, close_action_cb);
}

static void
sb_window_init (SbWindow *self)
{
  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
#if DEVELOPMENT_PROFILE
  gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
#endif
}

/**
 * sb_window_new:
 * @application: (nullable): who owns the window; %NULL in tests
 * @engine: what it shows
 */
SbWindow *
sb_window_new (GtkApplication *application,
               SbEngine       *engine)
{
  SbWindow *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_WINDOW, "application", application, "engine", engine, NULL);
  if (application != NULL)
    restore_state (self);
  return self;
}

/**
 * sb_window_find:
 *
 * Returns: (transfer none) (nullable): the window of @application, which may have others as well
 */
SbWindow *
sb_window_find (GtkApplication *application)
{
  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    if (SB_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

/**
 * sb_window_get_engine:
 *
 * Returns: (transfer none): what the window shows
 */
SbEngine *
sb_window_get_engine (SbWindow *self)
{
  g_return_val_if_fail (SB_IS_WINDOW (self), NULL);

  return self->engine;
}

/**
 * sb_window_get_page:
 * @name: "overview", "clients", …
 *
 * Returns: (transfer none) (nullable): the page, or %NULL where there is none of that name
 */
SbPage *
sb_window_get_page (SbWindow   *self,
                    const char *name)
{
  g_return_val_if_fail (SB_IS_WINDOW (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->pages, name);
}

/**
 * sb_window_show_page:
 * @name: "overview", "clients", …; it must exist
 * @filter: (nullable): what the page is to show, see #SbPageClass
 *
 * What the action win.show-page does.
 */
void
sb_window_show_page (SbWindow   *self,
                     const char *name,
                     const char *filter)
{
  SbPage *page;

  g_return_if_fail (SB_IS_WINDOW (self));
  page = sb_window_get_page (self, name);
  g_return_if_fail (page != NULL);

  gtk_list_box_select_row (self->page_list, find_row (self, page));
  set_content (self, page);
  sb_page_show (page, filter);
}

/**
 * sb_window_add_toast:
 * @toast: (transfer full): what happened
 */
void
sb_window_add_toast (SbWindow *self,
                     AdwToast *toast)
{
  g_return_if_fail (SB_IS_WINDOW (self));

  adw_toast_overlay_add_toast (self->toasts, toast);
}
