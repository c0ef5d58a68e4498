/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audit/sb-audit-export.h"
#include "watch/sb-journal-entry.h"
#include "widgets/sb-export.h"
#include <json-glib/json-glib.h>

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_entry (JsonBuilder    *builder,
           SbJournalEntry *entry)
{
  g_autofree char *time = sb_export_format_time (sb_journal_entry_get_time (entry));

  json_builder_begin_object (builder);
  add_text (builder, "time", time);
  add_text (builder, "act", sb_act_to_id (sb_journal_entry_get_act (entry)));
  add_text (builder, "actor", sb_journal_entry_get_actor (entry));
  add_text (builder, "subject", sb_journal_entry_get_subject (entry));
  add_text (builder, "detail", sb_journal_entry_get_detail (entry));
  json_builder_set_member_name (builder, "count");
  json_builder_add_int_value (builder, sb_journal_entry_get_count (entry));
  json_builder_end_object (builder);
}

/* One object a line. */
static char *
to_json (GListModel *entries)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (entries, i);
      g_autoptr (JsonBuilder) builder = json_builder_new ();
      g_autoptr (JsonNode) root = NULL;
      g_autofree char *line = NULL;

      add_entry (builder, entry);
      root = json_builder_get_root (builder);
      line = json_to_string (root, FALSE);
      g_string_append_printf (lines, "%s\n", line);
    }
  return g_string_free (lines, FALSE);
}

static char *
to_csv (GListModel *entries)
{
  GString *csv = g_string_new ("time,act,actor,subject,detail,count\r\n");

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (entries, i);
      g_autofree char *time = sb_export_format_time (sb_journal_entry_get_time (entry));

      sb_export_add_csv_field (csv, time);
      sb_export_add_csv_field (csv, sb_act_to_id (sb_journal_entry_get_act (entry)));
      sb_export_add_csv_field (csv, sb_journal_entry_get_actor (entry));
      sb_export_add_csv_field (csv, sb_journal_entry_get_subject (entry));
      sb_export_add_csv_field (csv, sb_journal_entry_get_detail (entry));
      g_string_append_printf (csv, ",%u", sb_journal_entry_get_count (entry));
      sb_export_end_csv_line (csv);
    }
  return g_string_free (csv, FALSE);
}

/**
 * sb_audit_export:
 * @entries: a #GListModel of #SbJournalEntry
 * @csv: a line of names, then a line for each entry; else NDJSON, an object a line
 *
 * An #SbExportFunc.
 */
char *
sb_audit_export (gpointer entries,
                 gboolean csv)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (entries), NULL);

  return csv ? to_csv (entries) : to_json (entries);
}
