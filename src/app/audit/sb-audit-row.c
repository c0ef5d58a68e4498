/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audit/sb-audit-row.h"
#include "audit/sb-audit-words.h"
#include "sb-page.h"
#include "widgets/sb-format.h"

/**
 * SbAuditRow:
 *
 * One entry of the audit trail: what happened, and when. The list uses it again for other entries.
 */
struct _SbAuditRow
{
  GtkBox parent_instance;

  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *detail;
  GtkLabel *time;
};

G_DEFINE_FINAL_TYPE (SbAuditRow, sb_audit_row, GTK_TYPE_BOX)

static void
sb_audit_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_AUDIT_ROW);

  G_OBJECT_CLASS (sb_audit_row_parent_class)->dispose (object);
}

static void
sb_audit_row_class_init (SbAuditRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_audit_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-audit-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbAuditRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbAuditRow, sentence);
  gtk_widget_class_bind_template_child (widget_class, SbAuditRow, detail);
  gtk_widget_class_bind_template_child (widget_class, SbAuditRow, time);
}

static void
sb_audit_row_init (SbAuditRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_audit_row_new (void)
{
  return g_object_new (SB_TYPE_AUDIT_ROW, NULL);
}

/**
 * sb_audit_row_set_entry:
 * @entry: what to show
 */
void
sb_audit_row_set_entry (SbAuditRow     *self,
                        SbJournalEntry *entry)
{
  SbAct act;
  g_autofree char *sentence = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *clock = NULL;
  g_autofree char *date = NULL;

  g_return_if_fail (SB_IS_AUDIT_ROW (self));
  g_return_if_fail (SB_IS_JOURNAL_ENTRY (entry));

  act = sb_journal_entry_get_act (entry);
  sentence = sb_audit_words_sentence (entry);
  detail = sb_audit_words_detail (entry);
  clock = sb_format_clock (sb_journal_entry_get_time (entry), FALSE);
  date = sb_format_date_time (sb_journal_entry_get_time (entry));
  gtk_image_set_from_icon_name (self->icon, sb_audit_words_icon (act));
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { sb_audit_words_style (act), NULL });
  gtk_label_set_text (self->sentence, sentence);
  gtk_label_set_text (self->detail, detail);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), *detail != '\0');
  gtk_label_set_text (self->time, clock);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->time), date);
}
