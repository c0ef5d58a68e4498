/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-trial.h"
#include "sb-page.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define MAX_TRIED 1000
#define ROWS_AT_ONCE 5

/**
 * SbRuleTrial:
 *
 * What would have become of recent messages by a rule that is not saved: how many would have failed, and which. Signal "test" (uint64: the
 * serial of the message that was chosen).
 */
struct _SbRuleTrial
{
  AdwBin parent_instance;

  SbEngine *engine;
  SbRule *draft;   /* NULL: none */
  gint64 replaces;
  SbTrial *trial;  /* NULL: none yet */
  gboolean running;
  gboolean again;  /* once more, when the running one has come to its end */
  guint64 n_logged; /* as of the newest trial */
  guint n_rows;

  GtkImage *icon;
  GtkLabel *summary;
  GtkListBox *list;
  GtkWidget *more_button;
};

G_DEFINE_FINAL_TYPE (SbRuleTrial, sb_rule_trial, ADW_TYPE_BIN)

enum
{
  TEST,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GtkWidget *
make_row (SbRuleTrial          *self,
          const SbTrialFailure *failure)
{
  SbTrafficLog *log = sb_engine_get_traffic (self->engine);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (log));
  guint64 first = sb_traffic_log_get_n_logged (log) - n;
  g_autoptr (SbTrafficEntry) entry = NULL;
  const SbRuleFinding *finding = failure->report->findings->len > 0 ? g_ptr_array_index (failure->report->findings, 0) : NULL;
  GtkWidget *row;

  if (failure->serial < first || failure->serial - first >= n)
    return NULL;
  entry = g_list_model_get_item (G_LIST_MODEL (log), (guint) (failure->serial - first));
  row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sb_traffic_entry_get_preview (entry));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), finding != NULL ? finding->message : failure->report->code);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_widget_set_tooltip_text (row, _("Try This Message"));
  g_object_set_data_full (G_OBJECT (row), "serial", g_memdup2 (&failure->serial, sizeof failure->serial), g_free);
  return row;
}

static void
show_rows (SbRuleTrial *self)
{
  guint n = self->trial != NULL ? self->trial->failures->len : 0;

  gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < MIN (n, self->n_rows); i++)
    {
      GtkWidget *row = make_row (self, g_ptr_array_index (self->trial->failures, i));

      if (row != NULL)
        gtk_list_box_append (self->list, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->list), n > 0);
  gtk_widget_set_visible (self->more_button, n > self->n_rows);
}

static char *
describe (const SbTrial *trial)
{
  g_autofree char *failed = sb_format_number (trial->n_failed);
  g_autofree char *tried = sb_format_number (trial->n_tried);
  GString *text = g_string_new (NULL);

  if (trial->n_tried == 0)
    g_string_append (text, _("No message on these channels is in the log yet."));
  else if (trial->n_failed == 0)
    g_string_append_printf (text, ngettext ("The %s recent message would have passed.", "All %s recent messages would have passed.", trial->n_tried),
                            tried);
  else
    g_string_append_printf (text, ngettext ("%s of %s recent message would have failed.", "%s of %s recent messages would have failed.", trial->n_tried),
                            failed, tried);
  if (trial->n_now_passing > 0)
    {
      g_string_append_c (text, ' ');
      /* Translators: a number of messages; stands behind a sentence on how many would have failed */
      g_string_append_printf (text, ngettext ("%u that was rejected would have passed.", "%u that were rejected would have passed.", trial->n_now_passing),
                              trial->n_now_passing);
    }
  if (trial->n_not_whole > 0)
    {
      g_string_append_c (text, ' ');
      /* Translators: a number of messages, which could not be tried */
      g_string_append_printf (text, ngettext ("%u was too long to be kept whole.", "%u were too long to be kept whole.", trial->n_not_whole),
                              trial->n_not_whole);
    }
  return g_string_free (text, FALSE);
}

static void
show_trial (SbRuleTrial *self)
{
  gboolean failing = self->trial != NULL && self->trial->n_failed > 0;
  gboolean passing = self->trial != NULL && self->trial->n_failed == 0 && self->trial->n_tried > 0;
  g_autofree char *text =
      self->trial != NULL
          ? describe (self->trial)
          : g_strdup (_("How many messages would have failed is shown here once channels and schema are right."));

  gtk_label_set_text (self->summary, text);
  gtk_image_set_from_icon_name (self->icon, failing ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { failing ? "warning" : "success", NULL });
  gtk_widget_set_visible (GTK_WIDGET (self->icon), failing || passing);
  show_rows (self);
}

static gboolean
same_failures (const SbTrial *a, /* nullable */
               const SbTrial *b) /* nullable */
{
  if (a == NULL || b == NULL || a->failures->len != b->failures->len)
    return FALSE;
  for (guint i = 0; i < a->failures->len; i++)
    {
      const SbTrialFailure *failure_a = g_ptr_array_index (a->failures, i), *failure_b = g_ptr_array_index (b->failures, i);

      if (failure_a->serial != failure_b->serial)
        return FALSE;
    }
  return TRUE;
}

static void run (SbRuleTrial *self);

static void
tried_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbRuleTrial) self = user_data;
  g_autoptr (SbTrial) trial = sb_engine_try_rule_finish (SB_ENGINE (source), result, NULL);
  g_autoptr (SbTrial) before = NULL;

  self->running = FALSE;
  if (self->engine == NULL)
    return;
  if (self->again)
    {
      run (self);
      return;
    }
  before = g_steal_pointer (&self->trial);
  self->trial = self->draft != NULL ? g_steal_pointer (&trial) : NULL;
  /* Rows that would stay the same are kept: one of them may have the focus. */
  if (before != NULL && self->trial != NULL && before->failures->len > 0 && same_failures (before, self->trial))
    {
      g_autofree char *text = describe (self->trial);

      gtk_label_set_text (self->summary, text);
    }
  else
    show_trial (self);
}

static void
run (SbRuleTrial *self)
{
  self->again = self->running;
  if (self->running)
    return;
  if (self->draft == NULL)
    {
      g_clear_pointer (&self->trial, sb_trial_free);
      show_trial (self);
      return;
    }
  self->running = TRUE;
  self->n_logged = sb_traffic_log_get_n_logged (sb_engine_get_traffic (self->engine));
  sb_engine_try_rule_async (self->engine, self->draft, self->replaces, MAX_TRIED, tried_cb, g_object_ref (self));
}

static void
row_cb (SbRuleTrial   *self,
        GtkListBoxRow *row)
{
  g_signal_emit (self, signals[TEST], 0, *(guint64 *) g_object_get_data (G_OBJECT (row), "serial"));
}

static void
more_cb (SbRuleTrial *self)
{
  self->n_rows += 4 * ROWS_AT_ONCE;
  show_rows (self);
}

static void
sb_rule_trial_dispose (GObject *object)
{
  SbRuleTrial *self = SB_RULE_TRIAL (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->draft, sb_rule_unref);
  g_clear_pointer (&self->trial, sb_trial_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_RULE_TRIAL);

  G_OBJECT_CLASS (sb_rule_trial_parent_class)->dispose (object);
}

static void
sb_rule_trial_class_init (SbRuleTrialClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_rule_trial_dispose;

  signals[TEST] = g_signal_new ("test", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rule-trial.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRuleTrial, icon);
  gtk_widget_class_bind_template_child (widget_class, SbRuleTrial, summary);
  gtk_widget_class_bind_template_child (widget_class, SbRuleTrial, list);
  gtk_widget_class_bind_template_child (widget_class, SbRuleTrial, more_button);
  gtk_widget_class_bind_template_callback (widget_class, row_cb);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
}

static void
sb_rule_trial_init (SbRuleTrial *self)
{
  self->n_rows = ROWS_AT_ONCE;
  gtk_widget_init_template (GTK_WIDGET (self));
  show_trial (self);
}

void
sb_rule_trial_set_engine (SbRuleTrial *self,
                          SbEngine    *engine)
{
  g_return_if_fail (SB_IS_RULE_TRIAL (self));
  g_return_if_fail (SB_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
}

void
sb_rule_trial_set_draft (SbRuleTrial *self,
                         SbRule      *draft,
                         gint64       replaces)
{
  g_return_if_fail (SB_IS_RULE_TRIAL (self));

  g_clear_pointer (&self->draft, sb_rule_unref);
  self->draft = draft != NULL ? sb_rule_ref (draft) : NULL;
  self->replaces = replaces;
  run (self);
}

void
sb_rule_trial_refresh (SbRuleTrial *self)
{
  g_return_if_fail (SB_IS_RULE_TRIAL (self));

  if (self->draft != NULL && !self->running
      && sb_traffic_log_get_n_logged (sb_engine_get_traffic (self->engine)) != self->n_logged)
    run (self);
}
