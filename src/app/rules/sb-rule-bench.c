/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-bench.h"
#include "access/sb-channel.h"
#include "broadcast/sb-json-buffer.h"
#include "rules/sb-rule-words.h"
#include "sb-page.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-format.h"
#include "widgets/sb-slices.h"
#include <glib/gi18n.h>

#define TEST_DELAY 150 /* ms of no typing */
#define N_RECENT 20

/**
 * SbRuleBench:
 *
 * A message and what a rule, saved or not, says of it: that it passes, or each thing that is wrong with it, and where.
 */
struct _SbRuleBench
{
  GtkBox parent_instance;

  SbEngine *engine;
  SbRule *draft;      /* NULL: none that could be used */
  GBytes *binary;     /* a binary message is tried; NULL: the text */
  SbRuleReport *report;
  guint test_id;      /* timeout */
  guint64 wanted;     /* number of the newest test */
  gboolean setting;
  guint look_id;      /* idle: looking for recent messages */
  guint64 next;       /* all from this serial on were looked at */
  guint n_recent;     /* found so far */

  GtkTextView *view;
  SbJsonBuffer *buffer;
  GtkLabel *placeholder;
  GtkWidget *missing_label;
  GtkImage *verdict_icon;
  GtkLabel *verdict_label;
  GtkListBox *findings_list;
  GtkPopover *recent_popover;
  GtkListBox *recent_list;
  GtkWidget *recent_empty;
};

G_DEFINE_FINAL_TYPE (SbRuleBench, sb_rule_bench, GTK_TYPE_BOX)

/* --- the verdict --- */

static void
set_verdict (SbRuleBench *self,
             const char  *icon_name, /* nullable */
             const char  *style,
             const char  *text)
{
  gtk_image_set_from_icon_name (self->verdict_icon, icon_name);
  gtk_widget_set_visible (GTK_WIDGET (self->verdict_icon), icon_name != NULL);
  gtk_widget_set_css_classes (GTK_WIDGET (self->verdict_icon), (const char *[]) { style, NULL });
  gtk_widget_set_css_classes (GTK_WIDGET (self->verdict_label), (const char *[]) { style, NULL });
  gtk_label_set_text (self->verdict_label, text);
}

static GtkWidget *
make_finding_row (const SbRuleFinding *finding)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *place = NULL;
  g_autofree char *subtitle = NULL;

  if (finding->line > 0)
    place = g_strdup_printf (_("line %u, column %u"), finding->line, finding->column);
  subtitle = g_strdup_printf ("%s%s%s%s%s", sb_rule_words_cause (finding->cause),
                              finding->schema_pointer != NULL ? " · " : "",
                              finding->schema_pointer != NULL ? finding->schema_pointer : "",
                              place != NULL ? " · " : "", place != NULL ? place : "");
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), finding->message);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  return row;
}

static void
mark_finding (SbRuleBench *self,
              guint        index)
{
  const SbRuleFinding *finding;

  if (self->report == NULL || index >= self->report->findings->len || self->binary != NULL)
    return;
  finding = g_ptr_array_index (self->report->findings, index);
  if (finding->offset != G_MAXSIZE)
    sb_json_buffer_mark (self->buffer, finding->offset, finding->length);
}

static void
finding_cb (SbRuleBench   *self,
            GtkListBoxRow *row)
{
  if (row == NULL || self->setting)
    return;
  mark_finding (self, (guint) gtk_list_box_row_get_index (row));
  sb_json_buffer_go_to_mark (self->buffer, self->view);
}

/* Enter, or a click: on to the place, to put it right. */
static void
finding_activated_cb (SbRuleBench   *self,
                      GtkListBoxRow *row)
{
  finding_cb (self, row);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
show_report (SbRuleBench *self)
{
  guint n = self->report != NULL ? self->report->findings->len : 0;
  g_autofree char *text = NULL;

  self->setting = TRUE;
  gtk_list_box_remove_all (self->findings_list);
  for (guint i = 0; i < n; i++)
    gtk_list_box_append (self->findings_list, make_finding_row (g_ptr_array_index (self->report->findings, i)));
  self->setting = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->findings_list), n > 0);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_STATE_INVALID,
                               n > 0 ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);

  if (self->draft == NULL)
    set_verdict (self, NULL, "dimmed", _("The rule is not right yet, so nothing can be tried with it"));
  else if (self->report == NULL)
    set_verdict (self, NULL, "dimmed", _("What the rule says of it is shown here, even before it is saved"));
  else if (self->report->code == NULL)
    set_verdict (self, "object-select-symbolic", "success", _("Passes"));
  else
    {
      text = n == 0 ? g_strdup_printf (_("Fails: %s"), self->report->code)
                    : g_strdup_printf (ngettext ("Fails: %u thing is wrong with it", "Fails: %u things are wrong with it", n), n);
      set_verdict (self, "dialog-error-symbolic", "error", text);
      mark_finding (self, 0);
    }
}

/* --- testing --- */

typedef struct
{
  SbRuleBench *bench; /* owned */
  guint64 number;
} Test;

static void
tested_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Test *test = user_data;
  g_autoptr (SbRuleBench) self = test->bench;
  g_autoptr (SbRuleReport) report = sb_engine_test_message_finish (SB_ENGINE (source), result, NULL);
  gboolean stale = test->number != self->wanted;

  g_free (test);
  if (stale || self->engine == NULL)
    return;
  g_clear_pointer (&self->report, sb_rule_report_free);
  self->report = g_steal_pointer (&report);
  show_report (self);
}

static gboolean
test_cb (gpointer user_data)
{
  SbRuleBench *self = user_data;
  g_autoptr (GBytes) payload = NULL;
  Test *test;

  self->test_id = 0;
  if (self->draft == NULL || (self->binary == NULL && sb_json_buffer_is_empty (self->buffer)))
    {
      g_clear_pointer (&self->report, sb_rule_report_free);
      show_report (self);
      return G_SOURCE_REMOVE;
    }
  test = g_new0 (Test, 1);
  test->bench = g_object_ref (self);
  test->number = self->wanted;
  payload = self->binary != NULL ? g_bytes_ref (self->binary) : sb_json_buffer_dup_bytes (self->buffer);
  sb_engine_test_message_async (self->engine, self->draft, "/", self->binary != NULL, payload, tested_cb, test);
  return G_SOURCE_REMOVE;
}

/* What stands where no text is: which message is tried, or what one looks like. */
static void
show_placeholder (SbRuleBench *self)
{
  g_autofree char *size = self->binary != NULL ? sb_format_size (g_bytes_get_size (self->binary)) : NULL;
  g_autofree char *text = size != NULL ? g_strdup_printf (_("Binary message of %s"), size) : NULL;

  gtk_label_set_text (self->placeholder, text != NULL ? text : "{ \"text\": \"Hello!\" }");
  if (text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER, text, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER);
}

static void
queue_test (SbRuleBench *self)
{
  show_placeholder (self);
  self->wanted++;
  g_clear_handle_id (&self->test_id, g_source_remove);
  if (self->engine != NULL)
    self->test_id = g_timeout_add (TEST_DELAY, test_cb, self);
}

static void
changed_cb (SbRuleBench *self)
{
  if (!self->setting)
    {
      g_clear_pointer (&self->binary, g_bytes_unref);
      gtk_widget_set_visible (self->missing_label, FALSE);
    }
  queue_test (self);
}

/* --- messages of the log --- */

static void
show_record (SbRuleBench           *self,
             const SbTrafficRecord *record)
{
  gsize length;
  const char *bytes = g_bytes_get_data (record->payload, &length);
  g_autofree char *text = record->binary ? NULL : g_utf8_make_valid (bytes, (gssize) length);

  self->setting = TRUE;
  g_clear_pointer (&self->binary, g_bytes_unref);
  if (record->binary)
    self->binary = g_bytes_ref (record->payload);
  sb_json_buffer_replace (self->buffer, text != NULL ? text : "");
  self->setting = FALSE;
  /* Nothing of it was kept, which is not the message of no bytes. */
  gtk_widget_set_visible (self->missing_label, length == 0 && (record->rejection == SB_REJECTED_TOO_BIG ||
                                                               record->rejection == SB_REJECTED_UTF8));
  queue_test (self);
}

/* By its number, or NULL: it fell out of the log. */
static const SbTrafficRecord *
find_record (SbRuleBench *self,
             guint64      serial)
{
  SbTrafficLog *log = sb_engine_get_traffic (self->engine);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (log));
  guint64 first = sb_traffic_log_get_n_logged (log) - n;

  return serial >= first && serial - first < n ? sb_traffic_log_peek (log, (guint) (serial - first)) : NULL;
}

void
sb_rule_bench_show_message (SbRuleBench *self,
                            guint64      serial)
{
  const SbTrafficRecord *record;

  g_return_if_fail (SB_IS_RULE_BENCH (self));

  record = find_record (self, serial);
  if (record == NULL || record->payload == NULL)
    return;
  show_record (self, record);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
recent_cb (SbRuleBench   *self,
           GtkListBoxRow *row)
{
  guint64 serial = *(guint64 *) g_object_get_data (G_OBJECT (row), "serial");

  gtk_popover_popdown (self->recent_popover);
  sb_rule_bench_show_message (self, serial);
}

static void
add_recent (SbRuleBench    *self,
            SbTrafficEntry *entry)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *label = gtk_label_new (sb_traffic_entry_get_preview (entry));
  guint64 *serial = g_new (guint64, 1);

  *serial = sb_traffic_entry_get_serial (entry);
  g_object_set_data_full (G_OBJECT (row), "serial", serial, g_free);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_set_margin_start (label, 6);
  gtk_widget_set_margin_end (label, 6);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 6);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  gtk_list_box_append (self->recent_list, row);
}

/* One message, the newest first. Between two steps the log may have lost its oldest ones, and got new ones, which are left out. */
static gboolean
look_cb (gpointer user_data)
{
  SbRuleBench *self = user_data;
  SbTrafficLog *log = sb_engine_get_traffic (self->engine);
  guint64 first = sb_traffic_log_get_begin (log);
  const SbTrafficRecord *record;
  g_autoptr (SbTrafficEntry) entry = NULL;

  if (self->next <= first || self->n_recent >= N_RECENT)
    {
      self->look_id = 0;
      gtk_widget_set_visible (self->recent_empty, self->n_recent == 0);
      return G_SOURCE_REMOVE;
    }
  record = sb_traffic_log_peek (log, (guint) (--self->next - first));
  if (record->peer == NULL || record->payload == NULL || g_bytes_get_size (record->payload) != record->size
      || !sb_channel_pattern_matches (self->draft != NULL ? self->draft->spec.pattern : "**", record->peer->channel))
    return G_SOURCE_CONTINUE;
  entry = g_list_model_get_item (G_LIST_MODEL (log), (guint) (self->next - first));
  add_recent (self, entry);
  self->n_recent++;
  return G_SOURCE_CONTINUE;
}

/* Of channels where little is said, all hundred thousand messages are looked at. */
static void
recent_shown_cb (SbRuleBench *self)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  if (self->engine == NULL || !gtk_widget_get_visible (GTK_WIDGET (self->recent_popover)))
    return;
  gtk_list_box_remove_all (self->recent_list);
  gtk_widget_set_visible (self->recent_empty, FALSE);
  self->n_recent = 0;
  self->next = sb_traffic_log_get_n_logged (sb_engine_get_traffic (self->engine));
  self->look_id = sb_slices_add (look_cb, self);
}

/* --- the widget --- */

static void
sb_rule_bench_dispose (GObject *object)
{
  SbRuleBench *self = SB_RULE_BENCH (object);

  g_clear_handle_id (&self->test_id, g_source_remove);
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->draft, sb_rule_unref);
  g_clear_pointer (&self->binary, g_bytes_unref);
  g_clear_pointer (&self->report, sb_rule_report_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_RULE_BENCH);

  G_OBJECT_CLASS (sb_rule_bench_parent_class)->dispose (object);
}

static void
sb_rule_bench_class_init (SbRuleBenchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_rule_bench_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rule-bench.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, view);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, placeholder);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, missing_label);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, verdict_icon);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, verdict_label);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, findings_list);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, recent_popover);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, recent_list);
  gtk_widget_class_bind_template_child (widget_class, SbRuleBench, recent_empty);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, finding_cb);
  gtk_widget_class_bind_template_callback (widget_class, finding_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, recent_cb);
  gtk_widget_class_bind_template_callback (widget_class, recent_shown_cb);
}

static void
sb_rule_bench_init (SbRuleBench *self)
{
  g_type_ensure (SB_TYPE_JSON_BUFFER);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_code_write_left_to_right (GTK_WIDGET (self));
  show_placeholder (self);
  show_report (self);
}

void
sb_rule_bench_set_engine (SbRuleBench *self,
                          SbEngine    *engine)
{
  g_return_if_fail (SB_IS_RULE_BENCH (self));
  g_return_if_fail (SB_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
}

void
sb_rule_bench_set_draft (SbRuleBench *self,
                         SbRule      *draft)
{
  g_return_if_fail (SB_IS_RULE_BENCH (self));

  g_clear_pointer (&self->draft, sb_rule_unref);
  self->draft = draft != NULL ? sb_rule_ref (draft) : NULL;
  queue_test (self);
}
