/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-suggest.h"
#include "access/sb-channel.h"
#include "rules/sb-schema-infer.h"
#include "sb-page.h"
#include "traffic/sb-traffic-text.h"
#include "widgets/sb-format.h"
#include "widgets/sb-slices.h"
#include "widgets/sb-spin.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbRuleSuggest:
 *
 * Asks from how many messages of a channel a schema is to be made, says how many there are, and makes it. Signal "suggested" (string).
 */
struct _SbRuleSuggest
{
  AdwDialog parent_instance;

  SbEngine *engine;
  char *pattern;
  gboolean busy;

  GPtrArray *texts; /* (element-type GBytes) what was found, newest first */
  guint max;        /* so many are looked for */
  gboolean rejected; /* rejected ones, too */
  guint64 next;     /* all from this serial on were looked at */
  guint look_id;    /* idle: looking */

  AdwSpinRow *number_row;
  AdwSwitchRow *rejected_row;
  AdwSwitchRow *bounds_row;
  GtkLabel *found_label;
  GtkWidget *suggest_button;
};

G_DEFINE_FINAL_TYPE (SbRuleSuggest, sb_rule_suggest, ADW_TYPE_DIALOG)

enum
{
  SUGGESTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show_found (SbRuleSuggest *self)
{
  guint n = self->texts->len;
  g_autofree char *number = sb_format_number (n);
  g_autofree char *text = NULL;

  if (n == 0)
    text = g_strdup_printf (_("No message of %s is in the log."), self->pattern);
  else
    text = g_strdup_printf (ngettext ("%s message of %s is used.", "%s messages of %s are used.", n), number, self->pattern);
  gtk_label_set_text (self->found_label, text);
  gtk_widget_set_sensitive (self->suggest_button, n > 0 && !self->busy);
}

/* Whether it is a text of a client on these channels, and whole. */
static gboolean
is_wanted (SbRuleSuggest         *self,
           const SbTrafficRecord *record)
{
  if (record->peer == NULL || record->binary || record->payload == NULL || g_bytes_get_size (record->payload) != record->size)
    return FALSE;
  if (record->rejection != SB_REJECTED_NOT && (!self->rejected || record->rejection != SB_REJECTED_SCHEMA))
    return FALSE;
  return sb_channel_pattern_matches (self->pattern, record->peer->channel);
}

/* One message, the newest first. Between two steps the log may have lost its oldest ones, and got new ones, which are left out. */
static gboolean
look_cb (gpointer user_data)
{
  SbRuleSuggest *self = user_data;
  SbTrafficLog *log = sb_engine_get_traffic (self->engine);
  guint64 first = sb_traffic_log_get_begin (log);
  const SbTrafficRecord *record;

  if (self->next <= first || self->texts->len >= self->max)
    {
      self->look_id = 0;
      show_found (self);
      return G_SOURCE_REMOVE;
    }
  record = sb_traffic_log_peek (log, (guint) (--self->next - first));
  if (is_wanted (self, record))
    g_ptr_array_add (self->texts, g_bytes_ref (record->payload));
  return G_SOURCE_CONTINUE;
}

/* There can be a hundred thousand messages, and each key in the row of numbers asks anew. */
static void
changed_cb (SbRuleSuggest *self)
{
  if (self->engine == NULL)
    return;
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
  self->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->max = (guint) adw_spin_row_get_value (self->number_row);
  self->rejected = adw_switch_row_get_active (self->rejected_row);
  self->next = sb_traffic_log_get_n_logged (sb_engine_get_traffic (self->engine));
  gtk_widget_set_sensitive (self->suggest_button, FALSE);
  self->look_id = sb_slices_add (look_cb, self);
}

/* --- making it --- */

typedef struct
{
  GPtrArray *texts;
  SbSchemaInferFlags flags;
} Work;

static void
work_free (Work *work)
{
  g_ptr_array_unref (work->texts);
  g_free (work);
}

static void
infer_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Work *work = task_data;
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) schema = NULL;
  g_autofree char *compact = NULL;

  /* Oldest first. */
  for (guint i = work->texts->len; i-- > 0;)
    {
      gsize length;
      const char *text = g_bytes_get_data (g_ptr_array_index (work->texts, i), &length);

      if (json_parser_load_from_data (parser, text, (gssize) length, NULL) && json_parser_get_root (parser) != NULL)
        g_ptr_array_add (samples, json_parser_steal_root (parser));
    }
  schema = sb_schema_infer (samples, work->flags);
  compact = json_to_string (schema, FALSE);
  g_task_return_pointer (task, sb_traffic_text_indent (compact, strlen (compact)), g_free);
}

static void
inferred_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  SbRuleSuggest *self = SB_RULE_SUGGEST (source);
  g_autofree char *schema = g_task_propagate_pointer (G_TASK (result), NULL);

  self->busy = FALSE;
  /* Cancelled meanwhile. */
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  g_signal_emit (self, signals[SUGGESTED], 0, schema);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
suggest_cb (SbRuleSuggest *self)
{
  g_autoptr (GTask) task = NULL;
  Work *work;

  if (self->busy || self->look_id != 0)
    return;
  work = g_new0 (Work, 1);
  work->texts = g_ptr_array_ref (self->texts);
  work->flags = adw_switch_row_get_active (self->bounds_row) ? SB_SCHEMA_INFER_BOUNDS : SB_SCHEMA_INFER_NO_FLAGS;
  task = g_task_new (self, NULL, inferred_cb, NULL);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  self->busy = TRUE;
  gtk_widget_set_sensitive (self->suggest_button, FALSE);
  g_task_run_in_thread (task, infer_thread);
}

static void
cancel_cb (SbRuleSuggest *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
sb_rule_suggest_dispose (GObject *object)
{
  SbRuleSuggest *self = SB_RULE_SUGGEST (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->pattern, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_RULE_SUGGEST);

  G_OBJECT_CLASS (sb_rule_suggest_parent_class)->dispose (object);
}

static void
sb_rule_suggest_class_init (SbRuleSuggestClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_rule_suggest_dispose;

  signals[SUGGESTED] = g_signal_new ("suggested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rule-suggest.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRuleSuggest, number_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleSuggest, rejected_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleSuggest, bounds_row);
  gtk_widget_class_bind_template_child (widget_class, SbRuleSuggest, found_label);
  gtk_widget_class_bind_template_child (widget_class, SbRuleSuggest, suggest_button);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, suggest_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
sb_rule_suggest_init (SbRuleSuggest *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_spin_read_typed (self->number_row);
}

/**
 * sb_rule_suggest_new:
 * @pattern: of the channels whose messages are looked at
 */
AdwDialog *
sb_rule_suggest_new (SbEngine   *engine,
                     const char *pattern)
{
  SbRuleSuggest *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (pattern != NULL, NULL);

  self = g_object_new (SB_TYPE_RULE_SUGGEST, NULL);
  self->engine = g_object_ref (engine);
  self->pattern = g_strdup (pattern);
  changed_cb (self);
  return ADW_DIALOG (self);
}
