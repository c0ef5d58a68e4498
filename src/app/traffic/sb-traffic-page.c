/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-page.h"
#include "sb-server-commands.h"
#include "traffic/sb-traffic-actions.h"
#include "traffic/sb-traffic-chips.h"
#include "traffic/sb-traffic-export.h"
#include "traffic/sb-traffic-table.h"
#include "traffic/sb-traffic-words.h"
#include "widgets/sb-filter-bar.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

#define DETAIL_HEIGHT 260

/**
 * SbTrafficPage:
 *
 * What is said, as it is said: the table, and below it the message that is selected.
 *
 *   SbTrafficLog → #SbTrafficView (search, kind, chip, pause) → #SbTrafficTable
 */
struct _SbTrafficPage
{
  SbPage parent_instance;

  SbTrafficView *view;
  guint n_new;          /* lines that came since the table stopped following */
  guint update_id;      /* idle: something came */

  GtkToggleButton *pause_button;
  SbFilterBar *filter_bar;
  SbTrafficChips *chips;
  GtkStack *stack;
  GtkWidget *stopped;
  GtkWidget *quiet;
  GtkWidget *nothing_found;
  AdwMultiLayoutView *layouts;
  GtkPaned *paned;
  AdwBottomSheet *bottom_sheet;
  SbTrafficTable *table;
  SbTrafficDetail *detail;
  GtkRevealer *new_revealer;
  AdwButtonContent *new_content;
  GMenuModel *row_menu;
};

G_DEFINE_FINAL_TYPE (SbTrafficPage, sb_traffic_page, SB_TYPE_PAGE)

static SbEngine *
get_engine (SbTrafficPage *self)
{
  return sb_page_get_engine (SB_PAGE (self));
}

static SbTrafficLog *
get_log (SbTrafficPage *self)
{
  return sb_engine_get_traffic (get_engine (self));
}

/* --- what is shown --- */

static void
update_stack (SbTrafficPage *self)
{
  GtkWidget *child = GTK_WIDGET (self->layouts);
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (get_log (self))) > 0;
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->view));

  if (n_shown == 0 && any && !sb_traffic_view_is_searching (self->view))
    child = self->nothing_found;
  else if (n_shown == 0 && !any)
    child = sb_server_is_running (get_engine (self)) ? self->quiet : self->stopped;
  gtk_stack_set_visible_child (self->stack, child);
  sb_page_set_says_stopped (SB_PAGE (self), child == self->stopped);
  gtk_widget_set_visible (GTK_WIDGET (self->filter_bar), any || n_shown > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->pause_button), any || n_shown > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "traffic.export", n_shown > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "traffic.clear", any);
}

static void
update_title (SbTrafficPage *self)
{
  SbTrafficLog *log = get_log (self);
  double rate = sb_meter_get_current (sb_engine_get_meter (get_engine (self)), SB_MEASURE_MESSAGES_IN);
  g_autofree char *summary =
      sb_traffic_words_summary (rate, sb_traffic_log_get_n_not_kept (log) + sb_traffic_log_get_n_dropped (log),
                                sb_server_is_running (get_engine (self)));

  sb_filter_bar_set_facts (self->filter_bar, summary);
}

static void
update_new (SbTrafficPage *self)
{
  gboolean paused = sb_traffic_view_get_paused (self->view);
  guint n = self->n_new + sb_traffic_view_get_n_waiting (self->view);
  g_autofree char *number = sb_format_number (n);
  /* Translators: a number of messages */
  g_autofree char *text = g_strdup_printf (ngettext ("%s new", "%s new", n), number);

  adw_button_content_set_label (self->new_content, n > 0 ? text : paused ? _("Resume") : C_("messages", "Newest"));
  gtk_revealer_set_reveal_child (self->new_revealer, paused || !sb_traffic_table_get_following (self->table));
  gtk_widget_set_can_target (GTK_WIDGET (self->new_revealer), gtk_revealer_get_reveal_child (self->new_revealer));
}

static gboolean
update_cb (gpointer user_data)
{
  SbTrafficPage *self = user_data;

  self->update_id = 0;
  if (!sb_page_is_awake (SB_PAGE (self)))
    return G_SOURCE_REMOVE;
  update_stack (self);
  update_new (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (SbTrafficPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
view_changed_cb (SbTrafficPage *self,
                 guint          position,
                 guint          n_removed,
                 guint          n_added)
{
  if (!sb_traffic_table_get_following (self->table))
    self->n_new += n_added;
  queue_update (self);
}

static void
awake_cb (SbTrafficPage *self)
{
  sb_traffic_view_set_asleep (self->view, !sb_page_is_awake (SB_PAGE (self)));
  update_stack (self);
  update_title (self);
}

static void
ticked_cb (SbTrafficPage *self)
{
  if (sb_page_is_awake (SB_PAGE (self)))
    update_title (self);
}

static SbTrafficKind
get_kind (SbTrafficPage *self)
{
  const char *choice = sb_filter_bar_get_choice (self->filter_bar);

  if (g_str_equal (choice, "clients"))
    return SB_TRAFFIC_FROM_CLIENTS;
  if (g_str_equal (choice, "broadcasts"))
    return SB_TRAFFIC_BROADCASTS;
  return g_str_equal (choice, "rejected") ? SB_TRAFFIC_REJECTED : SB_TRAFFIC_ALL;
}

/* A selection would have every line that is shown made an object, to look for the selected one among them: so it is
 * taken off meanwhile, and found again by its number. */
static void
filter_changed_cb (SbTrafficPage *self)
{
  SbTrafficMatch match = { get_kind (self) };
  SbTrafficEntry *selected = sb_traffic_table_get_selected (self->table);
  guint64 serial = selected != NULL ? sb_traffic_entry_get_serial (selected) : 0;
  gboolean was_selected = selected != NULL, following = sb_traffic_table_get_following (self->table);
  guint position;

  sb_traffic_chips_narrow (self->chips, &match);
  sb_traffic_match_set_text (&match, sb_filter_bar_get_text (self->filter_bar));
  if (was_selected)
    sb_traffic_table_select (self->table, GTK_INVALID_LIST_POSITION);
  sb_traffic_view_set_match (self->view, &match);
  sb_traffic_match_clear (&match);
  if (was_selected && sb_traffic_view_find (self->view, serial, &position))
    sb_traffic_table_select (self->table, position);
  else if (was_selected || following)
    sb_traffic_table_set_following (self->table, TRUE);
  self->n_new = 0;
  update_stack (self);
  update_new (self);
}

static void
show_all_cb (SbTrafficPage *self)
{
  sb_filter_bar_reset (self->filter_bar);
  sb_traffic_chips_clear (self->chips);
  filter_changed_cb (self);
}

/* --- following and pausing --- */

static void
following_cb (SbTrafficPage *self)
{
  self->n_new = 0;
  update_new (self);
}

static void
pause_cb (SbTrafficPage *self)
{
  gboolean paused = gtk_toggle_button_get_active (self->pause_button);

  gtk_button_set_icon_name (GTK_BUTTON (self->pause_button),
                            paused ? "media-playback-start-symbolic" : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button), paused ? _("Resume") : _("Pause"));
  sb_traffic_view_set_paused (self->view, paused);
  self->n_new = 0;
  update_stack (self);
  update_new (self);
}

static void
go_on_cb (SbTrafficPage *self)
{
  gtk_toggle_button_set_active (self->pause_button, FALSE);
  sb_traffic_table_set_following (self->table, TRUE);
}

/* --- the detail --- */

static gboolean
is_narrow (SbTrafficPage *self)
{
  return g_str_equal (adw_multi_layout_view_get_layout_name (self->layouts), "narrow");
}

static SbTrafficEntry *
get_selected (SbTrafficPage *self)
{
  return sb_traffic_table_get_selected (self->table);
}

static void
update_actions (SbTrafficPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  SbTrafficEntry *entry = get_selected (self);
  gboolean from_client = entry != NULL && sb_traffic_entry_get_record (entry)->peer != NULL;

  sb_traffic_actions_update (SB_PAGE (self), entry);
  gtk_widget_action_set_enabled (widget, "traffic.only-client", from_client);
  gtk_widget_action_set_enabled (widget, "traffic.only-channel", from_client);
  gtk_widget_action_set_enabled (widget, "traffic.close-details", entry != NULL);
}

static void
selected_cb (SbTrafficPage *self)
{
  SbTrafficEntry *entry = get_selected (self);

  if (entry != NULL)
    sb_traffic_detail_set_entry (self->detail, entry);
  if (entry != NULL && !gtk_widget_get_visible (GTK_WIDGET (self->detail)) &&
      gtk_widget_get_height (GTK_WIDGET (self->layouts)) > 0)
    gtk_paned_set_position (self->paned, MAX (gtk_widget_get_height (GTK_WIDGET (self->layouts)) - DETAIL_HEIGHT, 0));
  gtk_widget_set_visible (GTK_WIDGET (self->detail), entry != NULL);
  /* A sheet covers the list: it comes only when asked for. */
  if (entry == NULL)
    adw_bottom_sheet_set_open (self->bottom_sheet, FALSE);
  update_actions (self);
}

static void
activated_cb (SbTrafficPage *self)
{
  if (is_narrow (self))
    adw_bottom_sheet_set_open (self->bottom_sheet, TRUE);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->detail), GTK_DIR_TAB_FORWARD);
}

static void
sheet_cb (SbTrafficPage *self)
{
  if (!adw_bottom_sheet_get_open (self->bottom_sheet) && is_narrow (self))
    sb_traffic_table_select (self->table, GTK_INVALID_LIST_POSITION);
}

/* --- actions --- */

static void
close_details_action_cb (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  sb_traffic_table_select (SB_TRAFFIC_PAGE (widget)->table, GTK_INVALID_LIST_POSITION);
}

static void
run_action_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (widget);

  sb_traffic_actions_run (SB_PAGE (self), action_name, self->detail);
}

static void
only_client_action_cb (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (widget);

  sb_traffic_chips_set_client (self->chips, sb_traffic_entry_get_record (get_selected (self))->peer->id);
  filter_changed_cb (self);
}

static void
only_channel_action_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (widget);

  sb_traffic_chips_set_channel (self->chips, sb_traffic_entry_get_record (get_selected (self))->peer->channel);
  filter_changed_cb (self);
}

static void
export_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_traffic_export_ask (SB_PAGE (widget), SB_TRAFFIC_PAGE (widget)->view);
}

static void
clear_chosen_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (SbTrafficPage) self = user_data;

  if (!g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "clear"))
    return;
  sb_traffic_table_select (self->table, GTK_INVALID_LIST_POSITION);
  gtk_toggle_button_set_active (self->pause_button, FALSE);
  sb_traffic_log_clear (get_log (self));
  sb_traffic_table_set_following (self->table, TRUE);
  update_title (self);
}

static void
clear_action_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (
      _("Clear Traffic?"), _("All messages listed here are forgotten. Nothing else is changed.")));

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "clear", _("C_lear"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "clear", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  adw_alert_dialog_choose (alert, widget, NULL, clear_chosen_cb, g_object_ref (widget));
}

static void
start_cb (SbTrafficPage *self)
{
  sb_server_start (GTK_WIDGET (self), get_engine (self));
}

static void
broadcast_cb (SbTrafficPage *self)
{
  sb_page_go_to (SB_PAGE (self), "broadcast", NULL);
}

static gboolean
pause_key_cb (GtkWidget *widget,
              GVariant  *arguments,
              gpointer   user_data)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (widget);

  gtk_toggle_button_set_active (self->pause_button, !gtk_toggle_button_get_active (self->pause_button));
  return TRUE;
}

/* --- the page --- */

static void
sb_traffic_page_show (SbPage     *page,
                      const char *filter)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (page);

  sb_filter_bar_reset (self->filter_bar);
  sb_traffic_chips_clear (self->chips);
  if (g_str_has_prefix (filter, "client:"))
    sb_traffic_chips_set_client (self->chips, g_ascii_strtoull (filter + strlen ("client:"), NULL, 10));
  else if (g_str_has_prefix (filter, "channel:"))
    sb_traffic_chips_set_channel (self->chips, filter + strlen ("channel:"));
  else if (g_str_has_prefix (filter, "rejected:"))
    {
      sb_filter_bar_set_choice (self->filter_bar, "rejected");
      sb_traffic_chips_set_client (self->chips, g_ascii_strtoull (filter + strlen ("rejected:"), NULL, 10));
    }
  else if (g_str_has_prefix (filter, "rule:"))
    {
      sb_filter_bar_set_choice (self->filter_bar, "rejected");
      sb_traffic_chips_set_rule (self->chips, g_ascii_strtoll (filter + strlen ("rule:"), NULL, 10));
    }
  else
    sb_filter_bar_set_choice (self->filter_bar, filter);
  filter_changed_cb (self);
}

static void
sb_traffic_page_focus_search (SbPage *page)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (page);

  if (gtk_widget_get_visible (GTK_WIDGET (self->filter_bar)))
    sb_filter_bar_focus_search (self->filter_bar);
}

static void
sb_traffic_page_constructed (GObject *object)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (object);
  SbEngine *engine = get_engine (self);

  G_OBJECT_CLASS (sb_traffic_page_parent_class)->constructed (object);

  self->view = sb_traffic_view_new (sb_engine_get_traffic (engine));
  sb_traffic_table_set_view (self->table, self->view);
  sb_traffic_chips_set_engine (self->chips, engine);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", sb_table_get_actions (SB_TABLE (self->table)));
  g_signal_connect_object (self->view, "items-changed", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "notify::n-waiting", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_traffic (engine), "items-changed", G_CALLBACK (queue_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "ticked", G_CALLBACK (ticked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::awake", G_CALLBACK (awake_cb), NULL);
  awake_cb (self);
  update_new (self);
  update_actions (self);
}

static void
sb_traffic_page_dispose (GObject *object)
{
  SbTrafficPage *self = SB_TRAFFIC_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TRAFFIC_PAGE);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (sb_traffic_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  sb_traffic_actions_install (widget_class, run_action_cb);
  gtk_widget_class_install_action (widget_class, "traffic.only-client", NULL, only_client_action_cb);
  gtk_widget_class_install_action (widget_class, "traffic.only-channel", NULL, only_channel_action_cb);
  gtk_widget_class_install_action (widget_class, "traffic.close-details", NULL, close_details_action_cb);
  gtk_widget_class_install_action (widget_class, "traffic.export", NULL, export_action_cb);
  gtk_widget_class_install_action (widget_class, "traffic.clear", NULL, clear_action_cb);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "traffic.close-details", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "traffic.copy-line", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Pause, 0, pause_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_space, GDK_CONTROL_MASK, pause_key_cb, NULL);
}

static void
sb_traffic_page_class_init (SbTrafficPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  SbPageClass *page_class = SB_PAGE_CLASS (klass);

  object_class->constructed = sb_traffic_page_constructed;
  object_class->dispose = sb_traffic_page_dispose;
  page_class->show = sb_traffic_page_show;
  page_class->focus_search = sb_traffic_page_focus_search;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-traffic-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, filter_bar);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, chips);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, stopped);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, quiet);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, layouts);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, paned);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, bottom_sheet);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, table);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, detail);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, new_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, new_content);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, pause_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, broadcast_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, following_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, sheet_cb);
  gtk_widget_class_bind_template_callback (widget_class, go_on_cb);
  install_actions (widget_class);
}

static void
sb_traffic_page_init (SbTrafficPage *self)
{
  g_type_ensure (SB_TYPE_FILTER_BAR);
  g_type_ensure (SB_TYPE_TRAFFIC_CHIPS);
  g_type_ensure (SB_TYPE_TRAFFIC_DETAIL);
  g_type_ensure (SB_TYPE_TRAFFIC_TABLE);
  gtk_widget_init_template (GTK_WIDGET (self));

  sb_filter_bar_add_choice (self->filter_bar, "all", C_("messages", "All"));
  sb_filter_bar_add_choice (self->filter_bar, "clients", _("From Clients"));
  sb_filter_bar_add_choice (self->filter_bar, "broadcasts", _("Broadcasts"));
  sb_filter_bar_add_choice (self->filter_bar, "rejected", C_("messages", "Rejected"));
  sb_table_set_menu (SB_TABLE (self->table), self->row_menu);
}
