/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-export.h"
#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  SbPage *page;
  SbExportFunc func;
  GObject *source;
  gboolean own;
  gboolean csv;
  GFile *file;
} Export;

static void
export_free (Export *self)
{
  g_object_unref (self->page);
  g_object_unref (self->source);
  g_clear_object (&self->file);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Export) export = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    sb_page_say (export->page, _("Exported to “%s”"), name);
  else
    sb_page_say (export->page, _("“%s” could not be written: %s"), name, error->message);
}

static void
write_text (Export *export,
            char   *text /* taken */)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  g_file_replace_contents_bytes_async (export->file, bytes, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL, written_cb, export);
}

static void
make_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Export *export = data;

  g_task_return_pointer (task, export->func (export->source, export->csv), g_free);
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  write_text (user_data, g_task_propagate_pointer (G_TASK (result), NULL));
}

static void
chosen_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Export) export = user_data;
  g_autofree char *name = NULL;

  export->file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  if (export->file == NULL)
    return;
  name = g_file_get_basename (export->file);
  export->csv = g_str_has_suffix (name, ".csv");
  if (export->own)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, made_cb, export);

      g_task_set_task_data (task, g_steal_pointer (&export), NULL);
      g_task_run_in_thread (task, make_thread);
      return;
    }
  write_text (export, export->func (export->source, export->csv));
  g_steal_pointer (&export);
}

/**
 * sb_export_ask:
 * @page: what asks, and tells how it went
 * @title: of the dialog
 * @initial_name: "tokens.json"
 * @func: makes the text, when it is known whether it is wanted as CSV
 * @source: what @func makes it of
 * @own: nobody else has @source or changes what is in it, so that @func, which may take long, is called in another thread
 */
void
sb_export_ask (SbPage      *page,
               const char  *title,
               const char  *initial_name,
               SbExportFunc func,
               GObject     *source,
               gboolean     own)
{
  static const struct
  {
    const char *name;
    const char *suffix;
  } kinds[] = { { N_("JSON"), "json" }, { N_("NDJSON, a Line Each"), "ndjson" }, { N_("CSV, for Spreadsheets"), "csv" } };
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  Export *export;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (func != NULL);
  g_return_if_fail (G_IS_OBJECT (source));

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _(kinds[i].name));
      gtk_file_filter_add_suffix (filter, kinds[i].suffix);
      g_list_store_append (filters, filter);
    }
  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_initial_name (dialog, initial_name);
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));

  export = g_new0 (Export, 1);
  export->page = g_object_ref (page);
  export->func = func;
  export->source = g_object_ref (source);
  export->own = own;
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))), NULL, chosen_cb, export);
}

char *
sb_export_format_time (gint64 time)
{
  g_autoptr (GDateTime) date = NULL;

  if (time == 0)
    return g_strdup ("");
  date = g_date_time_new_from_unix_utc_usec (time);
  return g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");
}

void
sb_export_add_csv_field (GString    *csv,
                         const char *text)
{
  gboolean formula;

  g_return_if_fail (csv != NULL && text != NULL);

  if (csv->len > 0 && csv->str[csv->len - 1] != '\n')
    g_string_append_c (csv, ',');

  /* A field that a spreadsheet would run as a formula is kept from it by an apostrophe. */
  formula = *text != '\0' && strchr ("=+-@\t\r", *text) != NULL;
  if (!formula && *text != '\0' && strpbrk (text, ",\"\r\n'") == NULL)
    {
      g_string_append (csv, text);
      return;
    }
  /* An empty first field is quoted as well, to be told from the beginning of a line. */
  g_string_append (csv, formula ? "\"'" : "\"");
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *p);
    }
  g_string_append_c (csv, '"');
}

void
sb_export_end_csv_line (GString *csv)
{
  g_return_if_fail (csv != NULL);

  g_string_append (csv, "\r\n");
}
