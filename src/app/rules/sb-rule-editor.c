/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-editor.h"
#include "rules/sb-rule-bench.h"
#include "rules/sb-rule-commands.h"
#include "rules/sb-rule-form.h"
#include "rules/sb-rule-trial.h"
#include "rules/sb-rule-words.h"
#include "rules/sb-rule-suggest.h"
#include "access/sb-channel.h"
#include "widgets/sb-format.h"
#include "widgets/sb-question.h"
#include <glib/gi18n.h>

#define DRAFT_DELAY 250 /* ms of no typing */
#define COUNT_INTERVAL 2 /* s */

/**
 * SbRuleEditor:
 *
 * One rule: what it is, for changing, and beside it what that would mean to messages. Every change is made a draft by the engine, which says
 * what is wrong with it; the bench and the trial work with the draft. Signals: "saved" (int64: its id), "done": nothing is to be saved.
 */
struct _SbRuleEditor
{
  AdwNavigationPage parent_instance;

  SbPage *page; /* not owned: it holds this */
  SbEngine *engine;
  SbRuleItem *item; /* NULL: a new rule */
  SbRuleSpec *original;
  guint draft_id;   /* timeout */
  guint count_id;   /* timeout, while it is to be seen */
  guint64 wanted;   /* number of the newest draft */
  gboolean good;    /* the newest draft can be saved */
  gboolean busy;    /* being saved */

  GtkWidget *cancel_button;
  AdwWindowTitle *window_title;
  AdwBanner *banner;
  SbRuleForm *form;
  SbRuleTrial *trial;
  SbRuleBench *bench;
  GtkWidget *counts_group;
  AdwActionRow *counts_row;
};

G_DEFINE_FINAL_TYPE (SbRuleEditor, sb_rule_editor, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  SAVED,
  DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gint64
get_id (SbRuleEditor *self)
{
  return self->item != NULL ? sb_rule_item_get_id (self->item) : 0;
}

/* --- what has changed --- */

/* But for "enabled", which of a rule that exists is switched at once. */
static gboolean
specs_equal (const SbRuleSpec *a,
             const SbRuleSpec *b)
{
  return g_str_equal (a->pattern, b->pattern) && a->allow_text == b->allow_text && a->allow_binary == b->allow_binary
         && a->max_size == b->max_size && a->max_depth == b->max_depth && a->messages_per_second == b->messages_per_second
         && g_strcmp0 (a->schema, b->schema) == 0 && a->assert_format == b->assert_format && a->on_failure == b->on_failure;
}

gboolean
sb_rule_editor_is_dirty (SbRuleEditor *self)
{
  g_autoptr (SbRuleSpec) spec = NULL;

  g_return_val_if_fail (SB_IS_RULE_EDITOR (self), FALSE);

  spec = sb_rule_form_dup_spec (self->form);
  return !specs_equal (spec, self->original);
}

static void
update (SbRuleEditor *self)
{
  gboolean dirty = sb_rule_editor_is_dirty (self);
  gboolean new = self->item == NULL;

  gtk_widget_set_visible (self->cancel_button, dirty || new);
  adw_navigation_page_set_can_pop (ADW_NAVIGATION_PAGE (self), !dirty && !new);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "rule.save",
                                 (dirty || new) && self->good && !self->busy && sb_rule_form_has_pattern (self->form));
}

/* --- drafts --- */

typedef struct
{
  SbRuleEditor *editor; /* owned */
  guint64 number;
  gboolean whole; /* its pattern is the one that was written */
} Draft;

static void
drafted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Draft *draft = user_data;
  g_autoptr (SbRuleEditor) self = draft->editor;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = sb_engine_draft_rule_finish (SB_ENGINE (source), result, &error);
  gboolean stale = draft->number != self->wanted, whole = draft->whole;

  g_free (draft);
  /* Something was written meanwhile, or the editor is gone. */
  if (stale || self->engine == NULL)
    return;
  self->good = rule != NULL && whole;
  sb_rule_form_set_fault (self->form, error);
  sb_rule_bench_set_draft (self->bench, rule);
  sb_rule_trial_set_draft (self->trial, whole ? rule : NULL, get_id (self));
  update (self);
}

static gboolean
draft_cb (gpointer user_data)
{
  SbRuleEditor *self = user_data;
  g_autoptr (SbRuleSpec) spec = sb_rule_form_dup_spec (self->form);
  Draft *draft = g_new0 (Draft, 1);

  self->draft_id = 0;
  draft->editor = g_object_ref (self);
  draft->number = ++self->wanted;
  draft->whole = sb_rule_form_has_pattern (self->form);
  /* A schema can be written, and messages tried, before the channel is decided. */
  if (!sb_channel_pattern_check (spec->pattern, NULL))
    g_set_str (&spec->pattern, "**");
  sb_engine_draft_rule_async (self->engine, spec, drafted_cb, draft);
  return G_SOURCE_REMOVE;
}

/* Also where it is no word of the rule that has changed: a schema that it refers to may have come, changed or gone. */
static void
check_anew (SbRuleEditor *self)
{
  if (self->engine == NULL)
    return;
  self->good = FALSE;
  self->wanted++;
  g_clear_handle_id (&self->draft_id, g_source_remove);
  self->draft_id = g_timeout_add (DRAFT_DELAY, draft_cb, self);
  update (self);
}

static void
changed_cb (SbRuleEditor *self)
{
  adw_banner_set_revealed (self->banner, FALSE);
  check_anew (self);
}

/* --- saving --- */

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbRuleEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = sb_engine_set_rule_finish (SB_ENGINE (source), result, &error);

  self->busy = FALSE;
  if (self->engine == NULL)
    return;
  if (rule != NULL)
    {
      g_signal_emit (self, signals[SAVED], 0, rule->id);
      return;
    }
  sb_rule_form_set_fault (self->form, error);
  adw_banner_set_title (self->banner, error->message);
  adw_banner_set_revealed (self->banner, TRUE);
  update (self);
}

static void
save (SbRuleEditor *self)
{
  g_autoptr (SbRuleSpec) spec = NULL;

  sb_rule_form_take_typed (self->form);
  spec = sb_rule_form_dup_spec (self->form);
  self->busy = TRUE;
  update (self);
  sb_engine_set_rule_async (self->engine, "window", get_id (self), spec, saved_cb, g_object_ref (self));
}

static void
save_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  save (SB_RULE_EDITOR (widget));
}

static void
cancel_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbRuleEditor *self = SB_RULE_EDITOR (widget);

  if (sb_rule_editor_is_dirty (self))
    sb_question_ask_unsaved (widget, self->good && sb_rule_form_has_pattern (self->form), "rule.save");
  else
    g_signal_emit (self, signals[DONE], 0);
}

/* --- what acts at once --- */

static void
enabled_cb (SbRuleEditor *self)
{
  gboolean enabled = sb_rule_form_get_enabled (self->form);

  if (self->item != NULL && sb_rule_item_get_rule (self->item)->spec.enabled != enabled)
    sb_rule_commands_set_enabled (self->page, self->item, enabled);
}

static gboolean
is_seen (SbRuleEditor *self)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self)) && sb_page_is_awake (self->page);
}

static void
show_counts (SbRuleEditor *self)
{
  g_autofree char *counts = sb_rule_words_counts (self->item);
  g_autofree char *causes = sb_rule_words_causes (self->item);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->counts_row), counts);
  adw_action_row_set_subtitle (self->counts_row, causes != NULL ? causes : "");
}

static void
item_changed_cb (SbRuleEditor *self)
{
  sb_rule_form_set_enabled (self->form, sb_rule_item_get_rule (self->item)->spec.enabled);
  if (is_seen (self))
    show_counts (self);
}

/* What changed while nobody saw it. */
static void
awake_cb (SbRuleEditor *self)
{
  if (self->item != NULL && is_seen (self))
    show_counts (self);
}

/* --- from traffic --- */

static void
test_cb (SbRuleEditor *self,
         guint64       serial)
{
  sb_rule_bench_show_message (self->bench, serial);
}


static void
suggested_cb (SbRuleEditor *self,
              const char   *schema)
{
  sb_rule_form_suggest (self->form, schema);
}

static void
suggest_action_cb (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  SbRuleEditor *self = SB_RULE_EDITOR (widget);
  g_autoptr (SbRuleSpec) spec = sb_rule_form_dup_spec (self->form);
  AdwDialog *dialog = sb_rule_suggest_new (self->engine, sb_channel_pattern_check (spec->pattern, NULL) ? spec->pattern : "**");

  g_signal_connect_object (dialog, "suggested", G_CALLBACK (suggested_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

/* --- the page --- */

static gboolean
count_cb (gpointer user_data)
{
  SbRuleEditor *self = user_data;

  if (!sb_page_is_awake (self->page))
    return G_SOURCE_CONTINUE;
  sb_rule_form_count (self->form);
  sb_rule_trial_refresh (self->trial);
  return G_SOURCE_CONTINUE;
}

static void
sb_rule_editor_map (GtkWidget *widget)
{
  SbRuleEditor *self = SB_RULE_EDITOR (widget);

  GTK_WIDGET_CLASS (sb_rule_editor_parent_class)->map (widget);

  if (self->item != NULL)
    show_counts (self);
  if (self->count_id == 0)
    self->count_id = g_timeout_add_seconds (COUNT_INTERVAL, count_cb, self);
}

static void
sb_rule_editor_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&SB_RULE_EDITOR (widget)->count_id, g_source_remove);

  GTK_WIDGET_CLASS (sb_rule_editor_parent_class)->unmap (widget);
}

static void
sb_rule_editor_dispose (GObject *object)
{
  SbRuleEditor *self = SB_RULE_EDITOR (object);

  g_clear_handle_id (&self->draft_id, g_source_remove);
  g_clear_handle_id (&self->count_id, g_source_remove);
  g_clear_object (&self->engine);
  g_clear_object (&self->item);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_RULE_EDITOR);

  G_OBJECT_CLASS (sb_rule_editor_parent_class)->dispose (object);
}

static void
sb_rule_editor_finalize (GObject *object)
{
  g_clear_pointer (&SB_RULE_EDITOR (object)->original, sb_rule_spec_free);

  G_OBJECT_CLASS (sb_rule_editor_parent_class)->finalize (object);
}

static void
sb_rule_editor_class_init (SbRuleEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_rule_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_rule_editor_finalize;
  widget_class->map = sb_rule_editor_map;
  widget_class->unmap = sb_rule_editor_unmap;

  signals[SAVED] =
    g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[DONE] = g_signal_new ("done", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rule-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, window_title);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, banner);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, form);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, trial);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, bench);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, counts_group);
  gtk_widget_class_bind_template_child (widget_class, SbRuleEditor, counts_row);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
  gtk_widget_class_bind_template_callback (widget_class, test_cb);

  gtk_widget_class_install_action (widget_class, "rule.save", NULL, save_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.cancel", NULL, cancel_action_cb);
  gtk_widget_class_install_action (widget_class, "rule.suggest", NULL, suggest_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "rule.cancel", NULL);
}

static void
sb_rule_editor_init (SbRuleEditor *self)
{
  g_type_ensure (SB_TYPE_RULE_FORM);
  g_type_ensure (SB_TYPE_RULE_TRIAL);
  g_type_ensure (SB_TYPE_RULE_BENCH);
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwNavigationPage *
sb_rule_editor_new (SbPage           *page,
                    SbRuleItem       *item,
                    const SbRuleSpec *spec)
{
  SbRuleEditor *self;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);
  g_return_val_if_fail (item != NULL || spec != NULL, NULL);

  self = g_object_new (SB_TYPE_RULE_EDITOR, NULL);
  self->page = page;
  self->engine = g_object_ref (sb_page_get_engine (page));
  self->item = item != NULL ? g_object_ref (item) : NULL;
  self->original = sb_rule_spec_copy (item != NULL ? &sb_rule_item_get_rule (item)->spec : spec);
  if (item != NULL)
    {
      adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), self->original->pattern);
      g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (page, "notify::awake", G_CALLBACK (awake_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "schemas-changed", G_CALLBACK (check_anew), self, G_CONNECT_SWAPPED);
  adw_window_title_set_title (self->window_title, adw_navigation_page_get_title (ADW_NAVIGATION_PAGE (self)));
  gtk_widget_set_visible (self->counts_group, item != NULL);
  sb_rule_form_set_rule (self->form, self->engine, get_id (self), self->original);
  sb_rule_bench_set_engine (self->bench, self->engine);
  sb_rule_trial_set_engine (self->trial, self->engine);
  draft_cb (self);
  update (self);
  return ADW_NAVIGATION_PAGE (self);
}

SbRuleItem *
sb_rule_editor_get_item (SbRuleEditor *self)
{
  g_return_val_if_fail (SB_IS_RULE_EDITOR (self), NULL);

  return self->item;
}
