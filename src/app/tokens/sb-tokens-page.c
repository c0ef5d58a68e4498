/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-tokens-page.h"
#include "tokens/sb-rotate-dialog.h"
#include "tokens/sb-token-commands.h"
#include "tokens/sb-token-details.h"
#include "tokens/sb-token-dialog.h"
#include "tokens/sb-token-export.h"
#include "tokens/sb-token-import-dialog.h"
#include "tokens/sb-token-table.h"
#include "tokens/sb-token-words.h"
#include "widgets/sb-export.h"
#include "widgets/sb-filter-bar.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

/**
 * SbTokensPage:
 *
 * Who may come in: the table of tokens, and what can be done with the one that is selected.
 *
 *   SbTokenList → GtkFilterListModel (search and state) → #SbTokenTable
 */
struct _SbTokensPage
{
  SbPage parent_instance;

  GtkFilterListModel *filtered;
  GtkCustomFilter *filter;
  guint update_id; /* idle: something of the tokens changed */

  GtkWidget *issue_button;
  SbFilterBar *filter_bar;
  GtkStack *stack;
  GtkWidget *empty;
  GtkWidget *nothing_found;
  AdwMultiLayoutView *layouts;
  AdwOverlaySplitView *split_view;
  AdwBottomSheet *bottom_sheet;
  SbTokenTable *table;
  SbTokenDetails *details;
  GMenuModel *row_menu;
};

G_DEFINE_FINAL_TYPE (SbTokensPage, sb_tokens_page, SB_TYPE_PAGE)

static SbEngine *
get_engine (SbTokensPage *self)
{
  return sb_page_get_engine (SB_PAGE (self));
}

/* --- what is shown --- */

static gboolean
state_is_chosen (SbTokenState state,
                 const char  *choice)
{
  if (g_str_equal (choice, "all"))
    return TRUE;
  if (g_str_equal (choice, "active"))
    return state == SB_TOKEN_ACTIVE || state == SB_TOKEN_EXPIRING || state == SB_TOKEN_NOT_YET_VALID;
  return g_str_equal (choice, sb_token_state_to_id (state));
}

static gboolean
filter_func (gpointer item,
             gpointer user_data)
{
  SbTokensPage *self = user_data;
  SbToken *token = sb_token_item_get_token (item);
  g_autofree char *channels = NULL;

  if (!state_is_chosen (sb_token_item_get_state (item), sb_filter_bar_get_choice (self->filter_bar)))
    return FALSE;
  if (!sb_filter_bar_is_searching (self->filter_bar))
    return TRUE;
  channels = sb_token_words_channels (token);
  return sb_filter_bar_matches (self->filter_bar, token->spec.label)
         || sb_filter_bar_matches (self->filter_bar, token->hint)
         || sb_filter_bar_matches (self->filter_bar, channels)
         || sb_filter_bar_matches (self->filter_bar, sb_token_item_get_last_address (item));
}

static void
update_stack (SbTokensPage *self)
{
  GtkWidget *child = GTK_WIDGET (self->layouts);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (get_engine (self))));

  if (n == 0)
    child = self->empty;
  else if (g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0)
    child = self->nothing_found;
  gtk_stack_set_visible_child (self->stack, child);
  gtk_widget_set_visible (GTK_WIDGET (self->filter_bar), n > 0);
  gtk_widget_set_visible (self->issue_button, n > 0); /* the empty page has a larger one */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "token.export", n > 0);
}

static void
update_title (SbTokensPage *self)
{
  guint n_active = sb_token_list_get_n_active (sb_engine_get_tokens (get_engine (self)));
  guint n_clients = sb_client_list_count (sb_engine_get_clients (get_engine (self)));
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (get_engine (self)))) > 0;
  g_autofree char *summary = any ? sb_token_words_summary (n_active, n_clients) : NULL;
  g_autofree char *count = sb_format_number (n_active);

  sb_filter_bar_set_facts (self->filter_bar, summary);
  sb_page_set_count (SB_PAGE (self), n_active > 0 ? count : NULL);
}

/* It lets nobody in any more: what is left is to delete it. */
static gboolean
is_over (SbTokenItem *item)
{
  SbTokenState state = sb_token_item_get_state (item);

  return state == SB_TOKEN_REVOKED || state == SB_TOKEN_EXPIRED;
}

static void
update_actions (SbTokensPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  SbTokenItem *item = sb_token_table_get_selected (self->table);
  gboolean over = item != NULL && is_over (item);
  gboolean revoked = item != NULL && sb_token_item_get_state (item) == SB_TOKEN_REVOKED;

  gtk_widget_action_set_enabled (widget, "token.show-clients", item != NULL && sb_token_item_get_live (item) > 0);
  gtk_widget_action_set_enabled (widget, "token.edit", item != NULL && !revoked);
  gtk_widget_action_set_enabled (widget, "token.rotate", item != NULL && !over);
  gtk_widget_action_set_enabled (widget, "token.revoke", item != NULL && !over);
  gtk_widget_action_set_enabled (widget, "token.delete", item != NULL && over);
  gtk_widget_action_set_enabled (widget, "token.close-details", item != NULL);
}

static gboolean
update_cb (gpointer user_data)
{
  SbTokensPage *self = user_data;

  self->update_id = 0;
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  sb_token_table_resort (self->table);
  update_actions (self);
  update_title (self);
  update_stack (self);
  return G_SOURCE_REMOVE;
}

/* Many connections of many tokens may come and go at once; what they change is looked at once. */
static void
queue_update (SbTokensPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
item_changed_cb (SbTokensPage *self,
                 SbTokenItem  *item)
{
  if (item == sb_token_table_get_selected (self->table))
    update_actions (self);
  queue_update (self);
}

static void
tokens_changed_cb (SbTokensPage *self,
                   guint         position,
                   guint         n_removed,
                   guint         n_added,
                   GListModel   *tokens)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);

      g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
    }
  queue_update (self);
}

static void
ticked_cb (SbTokensPage *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  sb_token_table_refresh (self->table);
  sb_token_details_refresh (self->details);
  update_title (self);
}

static void
filter_changed_cb (SbTokensPage *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

static void
show_all_cb (SbTokensPage *self)
{
  sb_filter_bar_reset (self->filter_bar);
}

/* --- details --- */

static gboolean
is_narrow (SbTokensPage *self)
{
  return g_str_equal (adw_multi_layout_view_get_layout_name (self->layouts), "narrow");
}

static void
selected_cb (SbTokensPage *self)
{
  SbTokenItem *item = sb_token_table_get_selected (self->table);

  if (item != NULL)
    sb_token_details_set_item (self->details, item);
  adw_overlay_split_view_set_show_sidebar (self->split_view, item != NULL);
  /* A sheet covers the list: it comes only when asked for, not while arrow keys walk over the rows. */
  if (item == NULL)
    adw_bottom_sheet_set_open (self->bottom_sheet, FALSE);
  update_actions (self);
}

static void
activated_cb (SbTokensPage *self)
{
  if (is_narrow (self))
    adw_bottom_sheet_set_open (self->bottom_sheet, TRUE);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->details), GTK_DIR_TAB_FORWARD);
}

static void
sheet_cb (SbTokensPage *self)
{
  if (!adw_bottom_sheet_get_open (self->bottom_sheet) && is_narrow (self))
    sb_token_table_select (self->table, NULL);
}

static void
close_details_action_cb (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  sb_token_table_select (SB_TOKENS_PAGE (widget)->table, NULL);
}

static void
show_clients_action_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  SbTokenItem *item = sb_token_table_get_selected (SB_TOKENS_PAGE (widget)->table);
  g_autofree char *filter = g_strdup_printf ("token:%" G_GINT64_FORMAT, sb_token_item_get_id (item));

  sb_page_go_to (SB_PAGE (widget), "clients", filter);
}

/* --- issue, edit, rotate --- */

static void
issue_action_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  adw_dialog_present (sb_token_dialog_new_issue (get_engine (SB_TOKENS_PAGE (widget))), widget);
}

static void
say_closed (SbTokensPage *self,
            guint         n_closed)
{
  g_autofree char *number = sb_format_number (n_closed);

  if (n_closed == 0)
    sb_page_say (SB_PAGE (self), _("Token changed"));
  else
    sb_page_say (SB_PAGE (self), ngettext ("Token changed, %s client disconnected", "Token changed, %s clients disconnected", n_closed),
                 number);
}

static void
edit_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbTokensPage *self = SB_TOKENS_PAGE (widget);
  SbTokenItem *item = sb_token_table_get_selected (self->table);
  AdwDialog *dialog = sb_token_dialog_new_edit (get_engine (self), sb_token_item_get_token (item));

  g_signal_connect_object (dialog, "edited", G_CALLBACK (say_closed), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

static void
rotate_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbTokensPage *self = SB_TOKENS_PAGE (widget);

  adw_dialog_present (sb_rotate_dialog_new (get_engine (self), sb_token_table_get_selected (self->table)), widget);
}

/* --- revoke, delete --- */

static void
revoke_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_token_commands_revoke (SB_PAGE (widget), sb_token_table_get_selected (SB_TOKENS_PAGE (widget)->table));
}

static void
delete_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_token_commands_delete (SB_PAGE (widget), sb_token_table_get_selected (SB_TOKENS_PAGE (widget)->table));
}

/* The Delete key: whichever of the two the token is due for. */
static gboolean
delete_key_cb (GtkWidget *widget,
               GVariant  *arguments,
               gpointer   user_data)
{
  SbTokenItem *item = sb_token_table_get_selected (SB_TOKENS_PAGE (widget)->table);

  if (item == NULL)
    return FALSE;
  gtk_widget_activate_action (widget, is_over (item) ? "token.delete" : "token.revoke", NULL);
  return TRUE;
}

static void
export_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbEngine *engine = get_engine (SB_TOKENS_PAGE (widget));

  sb_export_ask (SB_PAGE (widget), _("Export Tokens"), "tokens.json", sb_token_export, G_OBJECT (sb_engine_get_tokens (engine)), FALSE);
}

static void
import_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_token_import_ask (SB_PAGE (widget));
}

/* --- the page --- */

static void
sb_tokens_page_show (SbPage     *page,
                     const char *filter)
{
  SbTokensPage *self = SB_TOKENS_PAGE (page);
  SbTokenItem *item;

  if (g_str_equal (filter, "issue"))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "token.issue", NULL);
      return;
    }
  if (!g_str_has_prefix (filter, "token:"))
    {
      sb_filter_bar_set_choice (self->filter_bar, filter);
      return;
    }
  item = sb_token_list_find (sb_engine_get_tokens (get_engine (self)), g_ascii_strtoll (filter + strlen ("token:"), NULL, 10));
  if (item == NULL)
    {
      sb_page_say (page, _("This token was deleted"));
      return;
    }
  sb_filter_bar_reset (self->filter_bar);
  update_stack (self);
  sb_token_table_select (self->table, item);
  if (is_narrow (self))
    adw_bottom_sheet_set_open (self->bottom_sheet, TRUE);
}

static void
sb_tokens_page_focus_search (SbPage *page)
{
  SbTokensPage *self = SB_TOKENS_PAGE (page);

  if (gtk_widget_get_visible (GTK_WIDGET (self->filter_bar)))
    sb_filter_bar_focus_search (self->filter_bar);
}

static void
sb_tokens_page_constructed (GObject *object)
{
  SbTokensPage *self = SB_TOKENS_PAGE (object);
  SbEngine *engine = get_engine (self);
  GListModel *tokens = G_LIST_MODEL (sb_engine_get_tokens (engine));

  G_OBJECT_CLASS (sb_tokens_page_parent_class)->constructed (object);

  self->filter = gtk_custom_filter_new (filter_func, self, NULL);
  self->filtered = gtk_filter_list_model_new (g_object_ref (tokens), GTK_FILTER (g_object_ref (self->filter)));
  sb_token_table_set_model (self->table, G_LIST_MODEL (self->filtered));
  g_signal_connect_object (tokens, "items-changed", G_CALLBACK (tokens_changed_cb), self, G_CONNECT_SWAPPED);
  tokens_changed_cb (self, 0, 0, g_list_model_get_n_items (tokens), tokens);
  g_signal_connect_object (engine, "ticked", G_CALLBACK (ticked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::n-clients", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  update_stack (self);
  update_title (self);
  update_actions (self);
}

static void
sb_tokens_page_dispose (GObject *object)
{
  SbTokensPage *self = SB_TOKENS_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  /* The filter asks this page: it must not any more. */
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TOKENS_PAGE);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);

  G_OBJECT_CLASS (sb_tokens_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "token.issue", NULL, issue_action_cb);
  gtk_widget_class_install_action (widget_class, "token.edit", NULL, edit_action_cb);
  gtk_widget_class_install_action (widget_class, "token.rotate", NULL, rotate_action_cb);
  gtk_widget_class_install_action (widget_class, "token.revoke", NULL, revoke_action_cb);
  gtk_widget_class_install_action (widget_class, "token.delete", NULL, delete_action_cb);
  gtk_widget_class_install_action (widget_class, "token.show-clients", NULL, show_clients_action_cb);
  gtk_widget_class_install_action (widget_class, "token.close-details", NULL, close_details_action_cb);
  gtk_widget_class_install_action (widget_class, "token.export", NULL, export_action_cb);
  gtk_widget_class_install_action (widget_class, "token.import", NULL, import_action_cb);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "token.issue", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "token.edit", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "token.close-details", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_key_cb, NULL);
}

static void
sb_tokens_page_class_init (SbTokensPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  SbPageClass *page_class = SB_PAGE_CLASS (klass);

  object_class->constructed = sb_tokens_page_constructed;
  object_class->dispose = sb_tokens_page_dispose;
  page_class->show = sb_tokens_page_show;
  page_class->focus_search = sb_tokens_page_focus_search;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-tokens-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, issue_button);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, filter_bar);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, layouts);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, split_view);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, bottom_sheet);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, table);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, details);
  gtk_widget_class_bind_template_child (widget_class, SbTokensPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, sheet_cb);
  install_actions (widget_class);
}

static void
sb_tokens_page_init (SbTokensPage *self)
{
  g_type_ensure (SB_TYPE_FILTER_BAR);
  g_type_ensure (SB_TYPE_TOKEN_DETAILS);
  g_type_ensure (SB_TYPE_TOKEN_TABLE);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", sb_table_get_actions (SB_TABLE (self->table)));

  sb_filter_bar_add_choice (self->filter_bar, "all", C_("tokens", "All"));
  sb_filter_bar_add_choice (self->filter_bar, "active", _("Active"));
  sb_filter_bar_add_choice (self->filter_bar, "expiring", _("Expiring"));
  sb_filter_bar_add_choice (self->filter_bar, "expired", C_("tokens", "Expired"));
  sb_filter_bar_add_choice (self->filter_bar, "revoked", C_("tokens", "Revoked"));
  sb_table_set_menu (SB_TABLE (self->table), self->row_menu);
}
