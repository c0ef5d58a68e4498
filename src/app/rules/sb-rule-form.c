/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-form.h"
#include "access/sb-channel.h"
#include "rules/sb-rule-words.h"
#include "rules/sb-schema-editor.h"
#include "sb-page.h"
#include "widgets/sb-format.h"
#include "widgets/sb-slices.h"
#include "widgets/sb-spin.h"
#include <glib/gi18n.h>
#include <string.h>

#define COUNT_DELAY 150 /* ms of no typing */

/* What a pattern is to a channel. */
typedef enum
{
  NOT_JUDGED,
  NOT_MEANT,
  MEANT,
  OTHER_COUNTS, /* meant, but a more specific rule counts */
  N_REACHES
} Reach;

/**
 * SbRuleForm:
 *
 * All that a rule is: on which channels, what is asked of a message, and what becomes of one that fails. Signals: "changed"; "enabled-changed"
 * when it was switched on or off, which is no change of the form.
 */
struct _SbRuleForm
{
  GtkBox parent_instance;

  SbEngine *engine; /* NULL: nothing is set yet */
  gint64 id;
  gboolean setting; /* it is not the user who changes something */

  guint count_id;       /* timeout or idle: clients are counted, or soon will be */
  guint n_counted;      /* clients, so far */
  guint n_reached[N_REACHES];
  GHashTable *judged;   /* channel → Reach, while they are counted */
  char *stronger;       /* the pattern of a rule that counts instead; NULL: none yet */
  gboolean had_fault;   /* the pattern, when it was looked at last */

  AdwEntryRow *pattern_row;
  GtkLabel *pattern_message;
  SbSchemaEditor *schema;
  AdwSwitchRow *format_row;
  AdwComboRow *failure_row;
  GtkLabel *failure_label;
  GtkStringList *failure_labels;
  AdwSwitchRow *enabled_row;
  AdwSwitchRow *text_row;
  AdwSwitchRow *binary_row;
  AdwSpinRow *size_row;
  AdwSpinRow *depth_row;
  AdwSpinRow *rate_row;
  GtkLabel *limits_message;
};

G_DEFINE_FINAL_TYPE (SbRuleForm, sb_rule_form, GTK_TYPE_BOX)

enum
{
  CHANGED,
  ENABLED_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const SbRuleFailure failures[] = { SB_RULE_REPLY, SB_RULE_DROP, SB_RULE_DISCONNECT };

/* --- the channels --- */

static const char *
get_pattern (SbRuleForm *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->pattern_row));
}

/* NULL: it is good. */
static char *
find_pattern_fault (SbRuleForm *self)
{
  const char *pattern = get_pattern (self);
  g_autoptr (GError) error = NULL;
  SbRuleItem *other;

  if (!sb_channel_pattern_check (pattern, &error))
    return g_strdup (error->message);
  other = sb_rule_list_find_pattern (sb_engine_get_rules (self->engine), pattern);
  if (other != NULL && sb_rule_item_get_id (other) != self->id)
    return g_strdup_printf (_("There is a rule for %s already"), pattern);
  return NULL;
}

/* --- whom it is about --- */

static Reach
judge (SbRuleForm *self,
       const char *channel)
{
  const char *pattern = get_pattern (self);
  const SbRule *rule;

  if (!sb_channel_pattern_matches (pattern, channel))
    return NOT_MEANT;
  rule = sb_engine_find_rule (self->engine, channel);
  if (rule == NULL || rule->id == self->id || sb_channel_pattern_compare (rule->spec.pattern, pattern) >= 0)
    return MEANT;
  if (self->stronger == NULL)
    self->stronger = g_strdup (rule->spec.pattern);
  return OTHER_COUNTS;
}

/* How many clients are on such channels now, and for how many of them a more specific rule counts instead. */
static void
show_reach (SbRuleForm *self)
{
  guint n_others = self->n_reached[OTHER_COUNTS], n_meant = self->n_reached[MEANT] + n_others;
  g_autofree char *number = sb_format_number (n_meant);
  g_autofree char *meant = NULL;
  g_autofree char *others = NULL;
  g_autofree char *text = NULL;

  meant = n_meant == 0 ? g_strdup (_("No client is on such a channel now."))
                       : g_strdup_printf (ngettext ("%s client is on such a channel now.", "%s clients are on such channels now.", n_meant), number);
  if (n_others > 0)
    /* Translators: stands behind "5 clients are on such channels now."; %s is a pattern of channels */
    others = g_strdup_printf (ngettext ("For %u of them the rule for %s counts, which is more specific.",
                                        "For %u of them a more specific rule counts, such as that for %s.", n_others),
                              n_others, self->stronger);
  text = g_strjoin (" ", meant, others, NULL);
  gtk_label_set_text (self->pattern_message, text);
}

/* One client. A channel is judged once, however many are on it. */
static gboolean
count_cb (gpointer user_data)
{
  SbRuleForm *self = user_data;
  g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_clients (self->engine)), self->n_counted++);
  const char *channel;
  Reach reach;

  if (client == NULL)
    {
      self->count_id = 0;
      g_clear_pointer (&self->judged, g_hash_table_unref);
      show_reach (self);
      return G_SOURCE_REMOVE;
    }
  channel = sb_client_get_peer (client)->channel;
  reach = GPOINTER_TO_INT (g_hash_table_lookup (self->judged, channel));
  if (reach == NOT_JUDGED)
    {
      reach = judge (self, channel);
      g_hash_table_insert (self->judged, g_strdup (channel), GINT_TO_POINTER (reach));
    }
  self->n_reached[reach]++;
  return G_SOURCE_CONTINUE;
}

static void
stop_counting (SbRuleForm *self)
{
  g_clear_handle_id (&self->count_id, g_source_remove);
  g_clear_pointer (&self->judged, g_hash_table_unref);
  g_clear_pointer (&self->stronger, g_free);
  self->n_counted = 0;
  memset (self->n_reached, 0, sizeof self->n_reached);
}

static gboolean
begin_counting_cb (gpointer user_data)
{
  SbRuleForm *self = user_data;

  self->judged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->count_id = sb_slices_add (count_cb, self);
  return G_SOURCE_REMOVE;
}

/* Until it has come to its end, what was shown stays. */
static void
count_reach (SbRuleForm *self,
             guint       delay)
{
  stop_counting (self);
  if (delay > 0)
    self->count_id = g_timeout_add (delay, begin_counting_cb, self);
  else
    begin_counting_cb (self);
}

static void
show_pattern_message (SbRuleForm *self,
                      const char *text,
                      gboolean    wrong)
{
  gtk_label_set_text (self->pattern_message, text);
  gtk_widget_set_css_classes (GTK_WIDGET (self->pattern_message), (const char *[]) { "caption", wrong ? "error" : "dimmed", NULL });
}

/* Beginning to write is no mistake. @delay: ms of no typing before clients are counted */
static void
show_pattern (SbRuleForm *self,
              guint       delay)
{
  gboolean empty = *get_pattern (self) == '\0';
  g_autofree char *fault = find_pattern_fault (self);
  gboolean wrong = fault != NULL && !empty;

  if (fault != NULL)
    {
      stop_counting (self);
      show_pattern_message (self,
                            wrong ? fault : _("“*” stands for one part of a channel’s name, “**” at the end for all below. Of several rules the most specific one counts."),
                            wrong);
    }
  else
    {
      /* The count of the pattern before this one stays for the moment, but neither the hint nor a fault that is put right. */
      if (self->had_fault)
        show_pattern_message (self, "", FALSE);
      count_reach (self, delay);
    }
  self->had_fault = fault != NULL;
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->pattern_row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->pattern_row), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->pattern_row), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/* --- the rest --- */

static void
changed_cb (SbRuleForm *self)
{
  if (self->engine != NULL && !self->setting)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
pattern_cb (SbRuleForm *self)
{
  if (self->engine == NULL || self->setting)
    return;
  show_pattern (self, COUNT_DELAY);
  changed_cb (self);
}

static void
enabled_cb (SbRuleForm *self)
{
  if (self->engine != NULL && !self->setting)
    g_signal_emit (self, signals[ENABLED_CHANGED], 0);
}

static void
size_cb (SbRuleForm *self)
{
  guint64 size = (guint64) adw_spin_row_get_value (self->size_row);
  g_autofree char *text = sb_format_size (size);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->size_row), size < 1024 ? _("Bytes") : text);
  changed_cb (self);
}

static void
failure_cb (SbRuleForm *self)
{
  static const char *const explanations[] = {
    N_("Its sender is told what is wrong, and where"),
    N_("Nobody is told; it is counted, and listed in Traffic"),
    N_("Its sender is told, and disconnected"),
  };
  guint selected = adw_combo_row_get_selected (self->failure_row);

  if (selected < G_N_ELEMENTS (explanations))
    gtk_label_set_text (self->failure_label, _(explanations[selected]));
  changed_cb (self);
}

static void
sb_rule_form_dispose (GObject *object)
{
  SbRuleForm *self = SB_RULE_FORM (object);

  stop_counting (self);
  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_RULE_FORM);

  G_OBJECT_CLASS (sb_rule_form_parent_class)->dispose (object);
}

static void
sb_rule_form_class_init (SbRuleFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_rule_form_dispose;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENABLED_CHANGED] =
    g_signal_new ("enabled-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rule-form.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, pattern_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, pattern_message);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, schema);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, format_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, failure_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, failure_label);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, failure_labels);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, enabled_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, text_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, binary_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, size_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, depth_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, rate_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleForm, limits_message);
  gtk_widget_class_bind_template_callback (widget_class, pattern_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
  gtk_widget_class_bind_template_callback (widget_class, failure_cb);
  gtk_widget_class_bind_template_callback (widget_class, size_cb);
}

static void
sb_rule_form_init (SbRuleForm *self)
{
  g_type_ensure (SB_TYPE_SCHEMA_EDITOR);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_spin_read_typed (self->size_row);
  sb_spin_read_typed (self->depth_row);
  sb_spin_read_typed (self->rate_row);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    gtk_string_list_append (self->failure_labels, sb_rule_words_failure (failures[i]));
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->pattern_row), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->pattern_message,
                                  NULL, -1);
}

void
sb_rule_form_set_rule (SbRuleForm       *self,
                       SbEngine         *engine,
                       gint64            id,
                       const SbRuleSpec *spec)
{
  g_return_if_fail (SB_IS_RULE_FORM (self));
  g_return_if_fail (SB_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);
  g_return_if_fail (spec != NULL);

  self->id = id;
  self->setting = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->pattern_row), spec->pattern);
  sb_schema_editor_set_engine (self->schema, engine);
  sb_schema_editor_load (self->schema, spec->schema);
  adw_switch_row_set_active (self->format_row, spec->assert_format);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    if (failures[i] == spec->on_failure)
      adw_combo_row_set_selected (self->failure_row, i);
  adw_switch_row_set_active (self->enabled_row, spec->enabled);
  adw_switch_row_set_active (self->text_row, spec->allow_text);
  adw_switch_row_set_active (self->binary_row, spec->allow_binary);
  adw_spin_row_set_value (self->size_row, spec->max_size);
  adw_spin_row_set_value (self->depth_row, spec->max_depth);
  adw_spin_row_set_value (self->rate_row, spec->messages_per_second);
  failure_cb (self);
  size_cb (self);
  self->setting = FALSE;
  self->engine = g_object_ref (engine);
  self->had_fault = TRUE;
  show_pattern (self, 0);
}

SbRuleSpec *
sb_rule_form_dup_spec (SbRuleForm *self)
{
  SbRuleSpec *spec;
  guint failure;

  g_return_val_if_fail (SB_IS_RULE_FORM (self), NULL);

  spec = sb_rule_spec_new (get_pattern (self));
  failure = adw_combo_row_get_selected (self->failure_row);
  spec->schema = sb_schema_editor_dup_text (self->schema);
  spec->assert_format = adw_switch_row_get_active (self->format_row);
  spec->on_failure = failure < G_N_ELEMENTS (failures) ? failures[failure] : SB_RULE_REPLY;
  spec->enabled = adw_switch_row_get_active (self->enabled_row);
  spec->allow_text = adw_switch_row_get_active (self->text_row);
  spec->allow_binary = adw_switch_row_get_active (self->binary_row);
  spec->max_size = (guint) adw_spin_row_get_value (self->size_row);
  spec->max_depth = (guint) adw_spin_row_get_value (self->depth_row);
  spec->messages_per_second = (guint) adw_spin_row_get_value (self->rate_row);
  return spec;
}

void
sb_rule_form_take_typed (SbRuleForm *self)
{
  g_return_if_fail (SB_IS_RULE_FORM (self));

  adw_spin_row_update (self->size_row);
  adw_spin_row_update (self->depth_row);
  adw_spin_row_update (self->rate_row);
}

gboolean
sb_rule_form_has_pattern (SbRuleForm *self)
{
  g_autofree char *fault = NULL;

  g_return_val_if_fail (SB_IS_RULE_FORM (self), FALSE);

  fault = find_pattern_fault (self);
  return fault == NULL;
}

void
sb_rule_form_set_fault (SbRuleForm   *self,
                        const GError *error)
{
  gboolean of_schema = error != NULL && g_error_matches (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA);
  gboolean of_limits = error != NULL && !of_schema && !g_error_matches (error, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL);

  g_return_if_fail (SB_IS_RULE_FORM (self));

  sb_schema_editor_set_fault (self->schema, of_schema ? error : NULL);
  gtk_label_set_text (self->limits_message, of_limits ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->limits_message), of_limits);
}

/* As the rule is now: that is no change. */
void
sb_rule_form_set_enabled (SbRuleForm *self,
                          gboolean    enabled)
{
  g_return_if_fail (SB_IS_RULE_FORM (self));

  self->setting = TRUE;
  adw_switch_row_set_active (self->enabled_row, enabled);
  self->setting = FALSE;
}

gboolean
sb_rule_form_get_enabled (SbRuleForm *self)
{
  g_return_val_if_fail (SB_IS_RULE_FORM (self), FALSE);

  return adw_switch_row_get_active (self->enabled_row);
}

void
sb_rule_form_suggest (SbRuleForm *self,
                      const char *schema)
{
  g_return_if_fail (SB_IS_RULE_FORM (self));

  sb_schema_editor_replace (self->schema, schema);
}

void
sb_rule_form_count (SbRuleForm *self)
{
  g_return_if_fail (SB_IS_RULE_FORM (self));

  /* What is being counted comes to its end. */
  if (self->count_id == 0)
    show_pattern (self, 0);
}
