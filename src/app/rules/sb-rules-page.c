/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rules-page.h"
#include "rules/sb-rule-commands.h"
#include "rules/sb-rule-editor.h"
#include "rules/sb-rule-view.h"
#include "rules/sb-schemas-dialog.h"
#include "widgets/sb-filter-bar.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbRulesPage:
 *
 * What may be said: the table of rules, and above it, as a page of its own, the editor of one.
 *
 *   SbRuleList → GtkFilterListModel (search and state) → #SbRuleView
 */
struct _SbRulesPage
{
  SbPage parent_instance;

  GtkFilterListModel *filtered;
  GtkCustomFilter *filter;
  guint update_id; /* idle: something of the rules changed */

  AdwNavigationView *navigation;
  AdwNavigationPage *list_page;
  GtkWidget *add_button;
  SbFilterBar *filter_bar;
  GtkStack *stack;
  GtkWidget *empty;
  GtkWidget *nothing_found;
  SbRuleView *view;
  GMenuModel *row_menu;
};

G_DEFINE_FINAL_TYPE (SbRulesPage, sb_rules_page, SB_TYPE_PAGE)

static SbEngine *
get_engine (SbRulesPage *self)
{
  return sb_page_get_engine (SB_PAGE (self));
}

static SbRuleList *
get_rules (SbRulesPage *self)
{
  return sb_engine_get_rules (get_engine (self));
}

/* --- what is shown --- */

static gboolean
filter_func (gpointer item,
             gpointer user_data)
{
  SbRulesPage *self = user_data;
  const SbRule *rule = sb_rule_item_get_rule (item);
  const char *choice = sb_filter_bar_get_choice (self->filter_bar);

  if (g_strcmp0 (choice, "failing") == 0 && sb_rule_item_get_failed (item) == 0 && rule->problem == NULL)
    return FALSE;
  if (g_strcmp0 (choice, "off") == 0 && rule->spec.enabled)
    return FALSE;
  return !sb_filter_bar_is_searching (self->filter_bar) || sb_filter_bar_matches (self->filter_bar, rule->spec.pattern)
         || sb_filter_bar_matches (self->filter_bar, rule->spec.schema);
}

static void
update_actions (SbRulesPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  SbRuleItem *item = sb_rule_view_get_selected (self->view);
  gboolean enabled = item != NULL && sb_rule_item_get_rule (item)->spec.enabled;
  gboolean listed = adw_navigation_view_get_visible_page (self->navigation) == self->list_page;

  gtk_widget_action_set_enabled (widget, "rule.open", item != NULL && listed);
  gtk_widget_action_set_enabled (widget, "rule.duplicate", item != NULL && listed);
  gtk_widget_action_set_enabled (widget, "rule.remove", item != NULL && listed);
  gtk_widget_action_set_enabled (widget, "rule.show-traffic", item != NULL);
  gtk_widget_action_set_enabled (widget, "rule.enable", item != NULL && listed && !enabled);
  gtk_widget_action_set_enabled (widget, "rule.disable", item != NULL && listed && enabled);
  gtk_widget_action_set_enabled (widget, "rule.add", listed);
}

static void
update_stack (SbRulesPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (get_rules (self)));
  GtkWidget *child = GTK_WIDGET (self->view);

  if (n == 0)
    child = self->empty;
  else if (g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0)
    child = self->nothing_found;
  gtk_stack_set_visible_child (self->stack, child);
  gtk_widget_set_visible (GTK_WIDGET (self->filter_bar), n > 0);
  gtk_widget_set_visible (self->add_button, n > 0); /* the empty page has a larger one */
}

static void
update_title (SbRulesPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (get_rules (self)));
  guint n_problems = sb_rule_list_get_n_problems (get_rules (self));
  guint64 n_failed = sb_rule_list_get_failed (get_rules (self));
  g_autofree char *count = sb_format_number (n);
  g_autofree char *failed = sb_format_number (n_failed);
  g_autofree char *subtitle = NULL;

  if (n_problems > 0)
    subtitle = g_strdup_printf (ngettext ("%u rule cannot be used", "%u rules cannot be used", n_problems), n_problems);
  else if (n > 0)
    subtitle = g_strdup_printf (ngettext ("%s message failed", "%s messages failed", (gulong) n_failed), failed);
  sb_filter_bar_set_facts (self->filter_bar, subtitle);
  sb_page_set_count (SB_PAGE (self), n > 0 ? count : NULL);
  sb_page_set_attention (SB_PAGE (self), n_problems > 0);
}

static gboolean
update_cb (gpointer user_data)
{
  SbRulesPage *self = user_data;

  self->update_id = 0;
  /* The sidebar shows something of it on every page. */
  update_title (self);
  if (!sb_page_is_awake (SB_PAGE (self)))
    return G_SOURCE_REMOVE;
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  sb_rule_view_refresh (self->view);
  update_actions (self);
  update_stack (self);
  return G_SOURCE_REMOVE;
}

/* The counts of many rules change at once; that is looked at once. */
static void
queue_update (SbRulesPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

/* What changed while nobody saw it. */
static void
awake_cb (SbRulesPage *self)
{
  if (sb_page_is_awake (SB_PAGE (self)))
    queue_update (self);
}

static void
item_changed_cb (SbRulesPage *self,
                 SbRuleItem  *item)
{
  if (item == sb_rule_view_get_selected (self->view))
    update_actions (self);
  queue_update (self);
}

static void
filter_changed_cb (SbRulesPage *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

static void
show_all_cb (SbRulesPage *self)
{
  sb_filter_bar_reset (self->filter_bar);
}

static void
visible_page_cb (SbRulesPage *self)
{
  if (sb_page_get_engine (SB_PAGE (self)) != NULL)
    update_actions (self);
}

/* --- the editor --- */

/* The one that is open; NULL: none. */
static SbRuleEditor *
get_editor (SbRulesPage *self)
{
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  return SB_IS_RULE_EDITOR (page) ? SB_RULE_EDITOR (page) : NULL;
}

static void
saved_cb (SbRulesPage *self,
          gint64       id)
{
  SbRuleItem *item = sb_rule_list_find (get_rules (self), id);

  adw_navigation_view_pop_to_page (self->navigation, self->list_page);
  if (item == NULL)
    return;
  sb_rule_view_select (self->view, item);
  sb_page_say (SB_PAGE (self), _("Rule for %s saved"), sb_rule_item_get_rule (item)->spec.pattern);
}

static void
done_cb (SbRulesPage *self)
{
  adw_navigation_view_pop_to_page (self->navigation, self->list_page);
}

static void
open_editor (SbRulesPage      *self,
             SbRuleItem       *item,
             const SbRuleSpec *spec)
{
  AdwNavigationPage *editor = sb_rule_editor_new (SB_PAGE (self), item, spec);

  g_signal_connect_object (editor, "saved", G_CALLBACK (saved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->navigation, editor);
}

static void
activated_cb (SbRulesPage *self)
{
  SbRuleItem *item = sb_rule_view_get_selected (self->view);

  if (item != NULL)
    open_editor (self, item, NULL);
}

static gboolean
save_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  SbRuleEditor *editor = get_editor (SB_RULES_PAGE (widget));

  return editor != NULL && gtk_widget_activate_action (GTK_WIDGET (editor), "rule.save", NULL);
}

static void
open_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  activated_cb (SB_RULES_PAGE (widget));
}

static void
add_action_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("");

  open_editor (SB_RULES_PAGE (widget), NULL, spec);
}

static void
duplicate_action_cb (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  SbRulesPage *self = SB_RULES_PAGE (widget);
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_copy (&sb_rule_item_get_rule (sb_rule_view_get_selected (self->view))->spec);

  /* Two rules cannot have one pattern: that is what is to be written. */
  g_set_str (&spec->pattern, "");
  open_editor (self, NULL, spec);
}

static void
switch_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_rule_commands_set_enabled (SB_PAGE (widget), sb_rule_view_get_selected (SB_RULES_PAGE (widget)->view),
                                g_str_equal (action_name, "rule.enable"));
}

static void
remove_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_rule_commands_remove (SB_PAGE (widget), sb_rule_view_get_selected (SB_RULES_PAGE (widget)->view));
}

static void
show_traffic_action_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  SbRuleItem *item = sb_rule_view_get_selected (SB_RULES_PAGE (widget)->view);
  g_autofree char *filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, sb_rule_item_get_id (item));

  sb_page_go_to (SB_PAGE (widget), "traffic", filter);
}

static void
schemas_action_cb (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  adw_dialog_present (sb_schemas_dialog_new (get_engine (SB_RULES_PAGE (widget))), widget);
}

/* --- the page --- */

/* "rule:3" (open), "add:/news", "add" */
static void
sb_rules_page_show (SbPage     *page,
                    const char *filter)
{
  SbRulesPage *self = SB_RULES_PAGE (page);
  SbRuleEditor *editor = get_editor (self);
  SbRuleItem *item = NULL;
  g_autoptr (SbRuleSpec) spec = NULL;

  if (g_str_has_prefix (filter, "rule:"))
    item = sb_rule_list_find (get_rules (self), g_ascii_strtoll (filter + strlen ("rule:"), NULL, 10));
  else if (g_str_has_prefix (filter, "add:"))
    spec = sb_rule_spec_new (filter + strlen ("add:"));
  else if (g_str_equal (filter, "add"))
    spec = sb_rule_spec_new ("");
  if (item == NULL && spec == NULL)
    return;
  /* What is being written is not thrown away. */
  if (editor != NULL && (sb_rule_editor_is_dirty (editor) || (item != NULL && sb_rule_editor_get_item (editor) == item)))
    return;
  adw_navigation_view_pop_to_page (self->navigation, self->list_page);
  if (item != NULL)
    sb_rule_view_select (self->view, item);
  open_editor (self, item, spec);
}

static void
sb_rules_page_focus_search (SbPage *page)
{
  SbRulesPage *self = SB_RULES_PAGE (page);

  if (get_editor (self) == NULL && gtk_widget_get_visible (GTK_WIDGET (self->filter_bar)))
    sb_filter_bar_focus_search (self->filter_bar);
}

static void
sb_rules_page_constructed (GObject *object)
{
  SbRulesPage *self = SB_RULES_PAGE (object);
  SbRuleList *rules = get_rules (self);

  G_OBJECT_CLASS (sb_rules_page_parent_class)->constructed (object);

  self->filter = gtk_custom_filter_new (filter_func, self, NULL);
  self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (rules)), GTK_FILTER (g_object_ref (self->filter)));
  sb_rule_view_set_rules (self->view, G_LIST_MODEL (self->filtered));
  sb_table_set_menu (SB_TABLE (self->view), self->row_menu);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", sb_table_get_actions (SB_TABLE (self->view)));
  g_signal_connect_object (sb_table_get_model (SB_TABLE (self->view)), "selection-changed", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (rules, "items-changed", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rules, "item-changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::awake", G_CALLBACK (awake_cb), NULL);
  update_actions (self);
  update_title (self);
  update_stack (self);
}

static void
sb_rules_page_dispose (GObject *object)
{
  SbRulesPage *self = SB_RULES_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  /* It asks this page. */
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_RULES_PAGE);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);

  G_OBJECT_CLASS (sb_rules_page_parent_class)->dispose (object);
}

static void
sb_rules_page_class_init (SbRulesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = sb_rules_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = sb_rules_page_dispose;
  SB_PAGE_CLASS (klass)->show = sb_rules_page_show;
  SB_PAGE_CLASS (klass)->focus_search = sb_rules_page_focus_search;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rules-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, navigation);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, list_page);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, add_button);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, filter_bar);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, view);
  gtk_widget_class_bind_template_child (widget_class, SbRulesPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, visible_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);

  gtk_widget_class_install_action (widget_class, "rule.add", NULL, add_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.open", NULL, open_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.duplicate", NULL, duplicate_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.enable", NULL, switch_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.disable", NULL, switch_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.remove", NULL, remove_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.show-traffic", NULL, show_traffic_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.schemas", NULL, schemas_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "rule.add", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "rule.open", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, save_key_cb, NULL);
}

static void
sb_rules_page_init (SbRulesPage *self)
{
  GtkEventController *keys;

  g_type_ensure (SB_TYPE_FILTER_BAR);
  g_type_ensure (SB_TYPE_RULE_VIEW);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_filter_bar_add_choice (self->filter_bar, "all", _("All"));
  sb_filter_bar_add_choice (self->filter_bar, "failing", C_("rules", "With Failures"));
  sb_filter_bar_add_choice (self->filter_bar, "off", C_("rules", "Off"));

  /* Only in the table: elsewhere the key deletes text. */
  keys = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Delete, 0),
                                                          gtk_named_action_new ("rule.remove")));
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
}
