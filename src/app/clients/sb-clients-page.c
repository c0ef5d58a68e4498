/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-clients-page.h"
#include "clients/sb-blocks-dialog.h"
#include "clients/sb-channels-dialog.h"
#include "clients/sb-client-actions.h"
#include "clients/sb-client-panel.h"
#include "clients/sb-client-table.h"
#include "clients/sb-client-words.h"
#include "sb-server-commands.h"
#include "widgets/sb-filter-bar.h"
#include "widgets/sb-filter-chip.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

#define REFRESH_INTERVAL 250 /* ms */
#define TICKS_PER_SORT 4     /* an order by numbers that change is looked at once a second */

/**
 * SbClientsPage:
 *
 * Who is connected, and who was: the table, and beside it the client that is selected.
 *
 * Numbers are read four times a second, and only while the page is on the screen.
 */
struct _SbClientsPage
{
  SbPage parent_instance;

  gboolean left;        /* those that left are shown */
  SbClient *shown;      /* in the panel; it may have left */
  gint64 only_token;    /* chip: 0 for all */
  char *only_address;   /* chip: NULL for all */
  char *only_channel;   /* chip: NULL for all */
  guint refresh_id;
  guint n_ticks;
  guint update_id;      /* idle: clients came or went */

  GtkToggleButton *pick_button;
  GtkWidget *pick_bar;
  SbFilterBar *filter_bar;
  SbFilterChip *chip;
  GtkStack *stack;
  GtkWidget *stopped;
  AdwStatusPage *nobody;
  GtkWidget *nobody_left;
  GtkWidget *nothing_found;
  AdwMultiLayoutView *layouts;
  AdwOverlaySplitView *split_view;
  AdwBottomSheet *bottom_sheet;
  SbClientTable *table;
  SbClientPanel *panel;
  GMenuModel *row_menu;
};

G_DEFINE_FINAL_TYPE (SbClientsPage, sb_clients_page, SB_TYPE_PAGE)

static SbEngine *
get_engine (SbClientsPage *self)
{
  return sb_page_get_engine (SB_PAGE (self));
}

static guint64
get_max_backlog (SbClientsPage *self)
{
  SbSessionLimits limits;

  sb_settings_get_session_limits (sb_engine_get_settings (get_engine (self)), &limits);
  return limits.max_backlog;
}

static gboolean
is_showing_left (SbClientsPage *self)
{
  return g_strcmp0 (sb_filter_bar_get_choice (self->filter_bar), "left") == 0;
}

/* --- what is shown --- */

static void
describe_nobody (SbClientsPage *self)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (get_engine (self));
  g_autofree char *text = sb_client_words_nobody (uris);

  adw_status_page_set_description (self->nobody, text);
}

static void
update_stack (SbClientsPage *self)
{
  GtkWidget *child = GTK_WIDGET (self->layouts);
  gboolean left = is_showing_left (self);
  SbClientList *clients = sb_engine_get_clients (get_engine (self));
  guint n_connected = sb_client_list_count (clients);
  guint n_left = g_list_model_get_n_items (sb_client_list_get_recently_left (clients));
  gboolean running = sb_server_is_running (get_engine (self));

  /* What the panel tells of one who left must stay to be read. */
  if (self->shown != NULL)
    child = GTK_WIDGET (self->layouts);
  else if (left && n_left == 0)
    child = self->nobody_left;
  else if (!left && n_connected == 0)
    child = running ? GTK_WIDGET (self->nobody) : self->stopped;
  else if (sb_client_table_count (self->table) == 0)
    child = self->nothing_found;
  if (child == GTK_WIDGET (self->nobody))
    describe_nobody (self);
  gtk_stack_set_visible_child (self->stack, child);
  sb_page_set_says_stopped (SB_PAGE (self), child == self->stopped);
  gtk_widget_set_visible (GTK_WIDGET (self->filter_bar), n_connected > 0 || n_left > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->pick_button), n_connected > 0 && !left);
}

static void
update_title (SbClientsPage *self)
{
  SbClientList *clients = sb_engine_get_clients (get_engine (self));
  guint n = sb_client_list_count (clients);
  guint n_slow = sb_client_list_get_n_slow (clients);
  guint n_rejected = sb_client_list_get_n_rejected (clients);
  g_autofree char *summary = sb_client_words_summary (n, n_slow, n_rejected);
  g_autofree char *count = sb_format_number (n);

  sb_filter_bar_set_facts (self->filter_bar, summary);
  sb_page_set_count (SB_PAGE (self), n > 0 ? count : NULL);
  sb_page_set_attention (SB_PAGE (self), n_slow > 0 || n_rejected > 0);
}

static gboolean
update_cb (gpointer user_data)
{
  SbClientsPage *self = user_data;

  self->update_id = 0;
  update_title (self);
  if (sb_page_is_awake (SB_PAGE (self)))
    update_stack (self);
  return G_SOURCE_REMOVE;
}

/* Thousands may come or go at once. */
static void
queue_update (SbClientsPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
filter_changed_cb (SbClientsPage *self)
{
  SbClientList *clients = sb_engine_get_clients (get_engine (self));
  const SbClientMatch match = {
    .kind = sb_clients_kind_from_name (sb_filter_bar_get_choice (self->filter_bar)),
    .token_id = self->only_token,
    .address = self->only_address,
    .channel = self->only_channel,
    .text = sb_filter_bar_get_text (self->filter_bar),
  };

  if (self->left != is_showing_left (self))
    {
      self->left = is_showing_left (self);
      gtk_toggle_button_set_active (self->pick_button, FALSE);
      g_clear_object (&self->shown);
      sb_client_table_set_source (
          self->table, self->left ? sb_client_list_get_recently_left (clients) : G_LIST_MODEL (clients), self->left);
    }
  sb_client_table_set_match (self->table, &match);
  update_stack (self);
}

static void
clear_chip (SbClientsPage *self)
{
  self->only_token = 0;
  g_clear_pointer (&self->only_address, g_free);
  g_clear_pointer (&self->only_channel, g_free);
  sb_filter_chip_set_text (self->chip, NULL);
}

static void
chip_cleared_cb (SbClientsPage *self)
{
  clear_chip (self);
  filter_changed_cb (self);
}

static void
show_all_cb (SbClientsPage *self)
{
  const char *choice = is_showing_left (self) ? "left" : "all";

  clear_chip (self);
  sb_filter_bar_set_text (self->filter_bar, "");
  sb_filter_bar_set_choice (self->filter_bar, choice);
  filter_changed_cb (self);
}

/* --- numbers --- */

static gboolean
refresh_cb (gpointer user_data)
{
  SbClientsPage *self = user_data;
  guint64 max_backlog = get_max_backlog (self);

  sb_client_table_refresh (self->table, max_backlog);
  sb_client_panel_refresh (self->panel, max_backlog);
  if (++self->n_ticks % TICKS_PER_SORT == 0)
    {
      sb_client_table_resort (self->table);
      update_stack (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
awake_cb (SbClientsPage *self)
{
  gboolean awake = sb_page_is_awake (SB_PAGE (self));

  if (self->refresh_id != 0 && !awake)
    g_clear_handle_id (&self->refresh_id, g_source_remove);
  else if (self->refresh_id == 0 && awake)
    self->refresh_id = g_timeout_add (REFRESH_INTERVAL, refresh_cb, self);
  sb_client_table_set_asleep (self->table, !awake);
  update_stack (self);
}

/* --- the panel --- */

static gboolean
is_narrow (SbClientsPage *self)
{
  return g_str_equal (adw_multi_layout_view_get_layout_name (self->layouts), "narrow");
}

/* Those that an action is for: the selected, or the one in the panel. */
static GPtrArray *
dup_meant (SbClientsPage *self)
{
  GPtrArray *clients = sb_client_table_dup_selected (self->table);

  if (clients->len == 0 && self->shown != NULL)
    g_ptr_array_add (clients, g_object_ref (self->shown));
  return clients;
}

static void
update_actions (SbClientsPage *self)
{
  g_autoptr (GPtrArray) clients = dup_meant (self);

  sb_client_actions_update (SB_PAGE (self), clients);
}

static void
show_panel (SbClientsPage *self,
            gboolean       shown)
{
  adw_overlay_split_view_set_show_sidebar (self->split_view, shown);
  /* A sheet covers the list: it comes only when asked for, not while arrow keys walk over the rows. */
  if (!shown)
    adw_bottom_sheet_set_open (self->bottom_sheet, FALSE);
}

static void
selection_changed_cb (SbClientsPage *self)
{
  g_autoptr (GPtrArray) selected = sb_client_table_dup_selected (self->table);

  if (selected->len == 1)
    {
      g_set_object (&self->shown, g_ptr_array_index (selected, 0));
      sb_client_panel_set_client (self->panel, self->shown, sb_engine_get_traffic (get_engine (self)),
                                  get_max_backlog (self));
    }
  else if (selected->len > 1 || (self->shown != NULL && sb_client_get_left_at (self->shown) == 0) ||
           (self->shown != NULL && sb_client_table_contains (self->table, self->shown)))
    {
      g_clear_object (&self->shown);
    }
  if (selected->len > 1)
    sb_client_panel_set_many (self->panel, selected);
  /* Else the one in the panel has just left: it stays, and says how that came about. */
  if (self->shown != NULL && selected->len == 0)
    sb_client_panel_refresh (self->panel, get_max_backlog (self));
  show_panel (self, self->shown != NULL || selected->len > 1);
  update_actions (self);
  queue_update (self);
}

static void
activated_cb (SbClientsPage *self)
{
  if (is_narrow (self))
    adw_bottom_sheet_set_open (self->bottom_sheet, TRUE);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->panel), GTK_DIR_TAB_FORWARD);
}

static void
close_details (SbClientsPage *self)
{
  g_clear_object (&self->shown);
  sb_client_table_select (self->table, NULL);
  show_panel (self, FALSE);
  update_actions (self);
  queue_update (self);
}

static void
sheet_cb (SbClientsPage *self)
{
  if (!adw_bottom_sheet_get_open (self->bottom_sheet) && is_narrow (self) &&
      !gtk_toggle_button_get_active (self->pick_button))
    close_details (self);
}

static void
picking_cb (SbClientsPage *self)
{
  gboolean picking = gtk_toggle_button_get_active (self->pick_button);

  sb_client_table_set_picking (self->table, picking);
  gtk_action_bar_set_revealed (GTK_ACTION_BAR (self->pick_bar), picking && is_narrow (self));
  if (!picking)
    close_details (self);
}

static void
select_all_cb (SbClientsPage *self)
{
  sb_client_table_select_all (self->table);
}

/* --- actions --- */

static void
close_details_action_cb (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  SbClientsPage *self = SB_CLIENTS_PAGE (widget);

  if (gtk_toggle_button_get_active (self->pick_button))
    gtk_toggle_button_set_active (self->pick_button, FALSE);
  else
    close_details (self);
}

static void
run_action_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_autoptr (GPtrArray) clients = dup_meant (SB_CLIENTS_PAGE (widget));

  sb_client_actions_run (SB_PAGE (widget), action_name, clients);
}

static void
show_blocks_action_cb (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  adw_dialog_present (sb_blocks_dialog_new (SB_PAGE (widget)), widget);
}

static void
show_channels_action_cb (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  adw_dialog_present (sb_channels_dialog_new (SB_PAGE (widget)), widget);
}

/* --- empty states --- */

static void
start_cb (SbClientsPage *self)
{
  sb_server_start (GTK_WIDGET (self), get_engine (self));
}

static void
issue_cb (SbClientsPage *self)
{
  sb_page_go_to (SB_PAGE (self), "tokens", "issue");
}

static void
copy_address_cb (SbClientsPage *self)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (get_engine (self));

  if (uris == NULL || uris[0] == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), uris[1] != NULL ? uris[1] : uris[0]);
  sb_page_say (SB_PAGE (self), _("Address copied"));
}

/* --- the page --- */

static void
show_client (SbClientsPage *self,
             guint64        id)
{
  SbClientList *clients = sb_engine_get_clients (get_engine (self));
  GListModel *left = sb_client_list_get_recently_left (clients);
  SbClient *client = sb_client_list_find (clients, id);

  for (guint i = 0; client == NULL && i < g_list_model_get_n_items (left); i++)
    {
      g_autoptr (SbClient) candidate = g_list_model_get_item (left, i);

      if (sb_client_get_id (candidate) == id)
        client = candidate;
    }
  if (client == NULL)
    {
      sb_page_say (SB_PAGE (self), _("This client left long ago"));
      return;
    }
  clear_chip (self);
  sb_filter_bar_set_text (self->filter_bar, "");
  sb_filter_bar_set_choice (self->filter_bar, sb_client_get_left_at (client) != 0 ? "left" : "all");
  filter_changed_cb (self);
  sb_client_table_select (self->table, client);
  if (is_narrow (self))
    adw_bottom_sheet_set_open (self->bottom_sheet, TRUE);
}

static void
sb_clients_page_show (SbPage     *page,
                      const char *filter)
{
  SbClientsPage *self = SB_CLIENTS_PAGE (page);
  const char *value = strchr (filter, ':');
  g_autofree char *text = NULL;

  if (g_str_has_prefix (filter, "client:"))
    {
      show_client (self, g_ascii_strtoull (value + 1, NULL, 10));
      return;
    }
  clear_chip (self);
  sb_filter_bar_reset (self->filter_bar);
  if (g_str_has_prefix (filter, "token:"))
    {
      SbTokenItem *token;

      self->only_token = g_ascii_strtoll (value + 1, NULL, 10);
      token = sb_token_list_find (sb_engine_get_tokens (get_engine (self)), self->only_token);
      text = g_strdup_printf (_("Token: %s"), token != NULL ? sb_token_item_get_token (token)->spec.label : value + 1);
    }
  else if (g_str_has_prefix (filter, "address:"))
    {
      self->only_address = g_strdup (value + 1);
      text = g_strdup_printf (_("Address: %s"), value + 1);
    }
  else if (g_str_has_prefix (filter, "channel:"))
    {
      self->only_channel = g_strdup (value + 1);
      text = g_strdup_printf (_("Channel: %s"), value + 1);
    }
  else
    sb_filter_bar_set_choice (self->filter_bar, filter);
  sb_filter_chip_set_text (self->chip, text);
  filter_changed_cb (self);
}

static void
sb_clients_page_focus_search (SbPage *page)
{
  SbClientsPage *self = SB_CLIENTS_PAGE (page);

  if (gtk_widget_get_visible (GTK_WIDGET (self->filter_bar)))
    sb_filter_bar_focus_search (self->filter_bar);
}

static void
sb_clients_page_constructed (GObject *object)
{
  SbClientsPage *self = SB_CLIENTS_PAGE (object);
  SbEngine *engine = get_engine (self);
  SbClientList *clients = sb_engine_get_clients (engine);

  G_OBJECT_CLASS (sb_clients_page_parent_class)->constructed (object);

  sb_client_table_set_source (self->table, G_LIST_MODEL (clients), FALSE);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", sb_table_get_actions (SB_TABLE (self->table)));
  g_signal_connect_object (clients, "notify", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (clients, "items-changed", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_client_list_get_recently_left (clients), "items-changed", G_CALLBACK (queue_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::awake", G_CALLBACK (awake_cb), NULL);
  awake_cb (self);
  update_title (self);
  update_actions (self);
}

static void
sb_clients_page_dispose (GObject *object)
{
  SbClientsPage *self = SB_CLIENTS_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_CLIENTS_PAGE);
  g_clear_object (&self->shown);
  g_clear_pointer (&self->only_address, g_free);
  g_clear_pointer (&self->only_channel, g_free);

  G_OBJECT_CLASS (sb_clients_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  sb_client_actions_install (widget_class, run_action_cb);
  gtk_widget_class_install_action (widget_class, "clients.show-blocks", NULL, show_blocks_action_cb);
  gtk_widget_class_install_action (widget_class, "clients.show-channels", NULL, show_channels_action_cb);
  gtk_widget_class_install_action (widget_class, "client.close-details", NULL, close_details_action_cb);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "client.disconnect", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "client.close-details", NULL);
}

static void
sb_clients_page_class_init (SbClientsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  SbPageClass *page_class = SB_PAGE_CLASS (klass);

  object_class->constructed = sb_clients_page_constructed;
  object_class->dispose = sb_clients_page_dispose;
  page_class->show = sb_clients_page_show;
  page_class->focus_search = sb_clients_page_focus_search;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-clients-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, pick_button);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, pick_bar);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, filter_bar);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, chip);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, stopped);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, nobody);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, nobody_left);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, layouts);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, split_view);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, bottom_sheet);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, table);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, panel);
  gtk_widget_class_bind_template_child (widget_class, SbClientsPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, picking_cb);
  gtk_widget_class_bind_template_callback (widget_class, select_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, chip_cleared_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, issue_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_address_cb);
  gtk_widget_class_bind_template_callback (widget_class, selection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, sheet_cb);
  install_actions (widget_class);
}

static void
sb_clients_page_init (SbClientsPage *self)
{
  g_type_ensure (SB_TYPE_FILTER_BAR);
  g_type_ensure (SB_TYPE_FILTER_CHIP);
  g_type_ensure (SB_TYPE_CLIENT_PANEL);
  g_type_ensure (SB_TYPE_CLIENT_TABLE);
  gtk_widget_init_template (GTK_WIDGET (self));

  sb_filter_bar_add_choice (self->filter_bar, "all", C_("clients", "All"));
  sb_filter_bar_add_choice (self->filter_bar, "slow", C_("clients", "Slow"));
  sb_filter_bar_add_choice (self->filter_bar, "rejected", C_("clients", "Rejected"));
  sb_filter_bar_add_choice (self->filter_bar, "idle", C_("clients", "Idle"));
  sb_filter_bar_add_choice (self->filter_bar, "left", C_("clients", "Recently Left"));
  sb_table_set_menu (SB_TABLE (self->table), self->row_menu);
}
