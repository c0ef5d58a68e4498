/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-export.h"
#include "traffic/sb-traffic-snapshot.h"
#include "widgets/sb-export.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define PROGRESS_INTERVAL 100 /* ms */
#define CHUNK 65536           /* bytes written at once */

/* --- one line --- */

static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc_usec (time);

  return g_date_time_format (date, "%Y-%m-%dT%H:%M:%S.%fZ");
}

static char *
dup_message (const SbTrafficRecord *record)
{
  gsize length = 0;
  const char *bytes = record->payload != NULL ? g_bytes_get_data (record->payload, &length) : "";

  return record->binary ? g_base64_encode ((const guchar *) bytes, length) : g_utf8_make_valid (bytes, (gssize) length);
}

static void
add_member (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            guint64      value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
append_json (GString               *text,
             const SbTrafficRecord *record)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *time = format_time (record->time);
  g_autofree char *message = dup_message (record);
  g_autofree char *line = NULL;

  json_builder_begin_object (builder);
  add_member (builder, "time", time);
  add_member (builder, "direction", sb_direction_to_id (record->direction));
  if (record->peer != NULL)
    {
      add_number (builder, "client", record->peer->id);
      add_member (builder, "label", record->peer->token_label);
      add_member (builder, "name", record->peer->name);
      add_member (builder, "address", record->peer->address);
      add_member (builder, "channel", record->peer->channel);
    }
  add_member (builder, "target", record->target);
  add_number (builder, "size", record->size);
  add_number (builder, "reached", record->reached);
  add_number (builder, "dropped", record->dropped);
  add_member (builder, "rejected", sb_rejection_to_code (record->rejection));
  add_member (builder, "reason", record->reason);
  add_member (builder, "pointer", record->pointer);
  add_member (builder, record->binary ? "base64" : "message", message);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  line = json_to_string (root, FALSE);
  g_string_append (text, line);
  g_string_append_c (text, '\n');
}

char *
sb_traffic_export_dup_line (const SbTrafficRecord *record)
{
  GString *text = g_string_new (NULL);

  append_json (text, record);
  g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

static void
append_csv_number (GString *text,
                   guint64  number)
{
  g_autofree char *field = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  sb_export_add_csv_field (text, field);
}

static void
append_csv (GString               *text,
            const SbTrafficRecord *record)
{
  const char *rejected = sb_rejection_to_code (record->rejection);
  g_autofree char *time = format_time (record->time);
  g_autofree char *message = dup_message (record);

  sb_export_add_csv_field (text, time);
  sb_export_add_csv_field (text, sb_direction_to_id (record->direction));
  sb_export_add_csv_field (text,
                           record->peer != NULL && record->peer->token_label != NULL ? record->peer->token_label : "");
  sb_export_add_csv_field (text, record->peer != NULL && record->peer->address != NULL ? record->peer->address : "");
  sb_export_add_csv_field (text, record->peer != NULL     ? record->peer->channel
                                 : record->target != NULL ? record->target
                                                          : "");
  append_csv_number (text, record->size);
  append_csv_number (text, record->reached);
  append_csv_number (text, record->dropped);
  sb_export_add_csv_field (text, rejected != NULL ? rejected : "");
  sb_export_add_csv_field (text, record->reason != NULL ? record->reason : "");
  sb_export_add_csv_field (text, record->binary ? "base64" : "text");
  sb_export_add_csv_field (text, message);
  sb_export_end_csv_line (text);
}

/* --- the file --- */

typedef struct
{
  GArray *records; /* (element-type SbTrafficRecord): copies, for the log goes on */
  guint n;         /* of them */
  GFile *file;
  gboolean csv;
  _Atomic guint n_written;
  SbTrafficExportProgress progress;
  gpointer progress_data;
  guint progress_id;
} Write;

static void
write_free (gpointer data)
{
  Write *self = data;

  g_clear_pointer (&self->records, g_array_unref);
  g_object_unref (self->file);
  g_free (self);
}

static gboolean
write_lines (Write         *self,
             GOutputStream *stream,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (GString) text =
      g_string_new (self->csv ? "time,direction,client,address,channel,size,reached,dropped,rejected,reason,form,"
                                "message\r\n"
                              : NULL);

  for (guint i = 0; i < self->n; i++)
    {
      const SbTrafficRecord *record = &g_array_index (self->records, SbTrafficRecord, i);

      if (self->csv)
        append_csv (text, record);
      else
        append_json (text, record);
      if (text->len < CHUNK && i + 1 < self->n)
        continue;
      if (!g_output_stream_write_all (stream, text->str, text->len, NULL, cancellable, error))
        return FALSE;
      g_string_truncate (text, 0);
      sb_counter_set (self->n_written, i + 1);
    }
  return TRUE;
}

/* A stream that replaces a file puts it in place when it is closed; closed while cancelled, it leaves what was there. */
static gboolean
write_file (Write        *self,
            GCancellable *cancellable,
            GError      **error)
{
  g_autoptr (GCancellable) abandoned = g_cancellable_new ();
  g_autoptr (GFileOutputStream) stream = NULL;

  stream = g_file_replace (self->file, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                           cancellable, error);
  if (stream == NULL)
    return FALSE;
  if (write_lines (self, G_OUTPUT_STREAM (stream), cancellable, error))
    return g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, error);
  g_cancellable_cancel (abandoned);
  g_output_stream_close (G_OUTPUT_STREAM (stream), abandoned, NULL);
  return FALSE;
}

static void
write_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  Write *self = data;
  GError *error = NULL;
  gboolean written = write_file (self, cancellable, &error);

  /* Here: to free a hundred thousand of them would be felt where they came from. */
  g_clear_pointer (&self->records, g_array_unref);
  if (written)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
copied_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Write *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->records = sb_traffic_snapshot_take_finish (SB_TRAFFIC_VIEW (source), result, &error);
  if (self->records == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->n = self->records->len;
  g_task_run_in_thread (task, write_thread);
}

static gboolean
progress_cb (gpointer user_data)
{
  Write *self = g_task_get_task_data (user_data);

  self->progress (self->n > 0 ? (double) sb_counter_get (self->n_written) / self->n : 0, self->progress_data);
  return G_SOURCE_CONTINUE;
}

static void
stop_progress_cb (GTask *task)
{
  Write *self = g_task_get_task_data (task);

  g_clear_handle_id (&self->progress_id, g_source_remove);
}

/**
 * sb_traffic_export_write_async:
 * @csv: for spreadsheets, else one JSON object a line
 * @progress: (nullable): not called any more when @callback is
 *
 * Errors: those of files (#GIOErrorEnum), %G_IO_ERROR_CANCELLED among them.
 */
void
sb_traffic_export_write_async (SbTrafficView          *view,
                               GFile                  *file,
                               gboolean                csv,
                               SbTrafficExportProgress progress,
                               gpointer                progress_data,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (view, cancellable, callback, user_data);
  Write *self = g_new0 (Write, 1);

  self->file = g_object_ref (file);
  self->csv = csv;
  self->progress = progress;
  self->progress_data = progress_data;
  g_task_set_task_data (task, self, write_free);
  if (progress != NULL)
    {
      self->progress_id = g_timeout_add (PROGRESS_INTERVAL, progress_cb, task);
      g_signal_connect (task, "notify::completed", G_CALLBACK (stop_progress_cb), NULL);
    }
  sb_traffic_snapshot_take_async (view, cancellable, copied_cb, g_steal_pointer (&task));
}

gboolean
sb_traffic_export_write_finish (GAsyncResult *result,
                                guint        *n_written,
                                GError      **error)
{
  Write *self = g_task_get_task_data (G_TASK (result));

  g_clear_handle_id (&self->progress_id, g_source_remove);
  if (n_written != NULL)
    *n_written = sb_counter_get (self->n_written);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the asking --- */

typedef struct
{
  SbPage *page;
  SbTrafficView *view;
  GFile *file;
  GCancellable *cancellable;
  AdwDialog *dialog; /* owned: how far it is, with a way to stop it */
  GtkProgressBar *bar;
} Export;

static void
export_free (Export *self)
{
  g_object_unref (self->page);
  g_object_unref (self->view);
  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->dialog);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

/* A dialog that only flashed would be a nuisance: it comes with the first progress that is told. */
static void
told_cb (double   fraction,
         gpointer user_data)
{
  Export *self = user_data;

  if (self->dialog == NULL)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
      GtkWidget *view = adw_toolbar_view_new ();

      self->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Progress"), -1);
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->bar));
      gtk_widget_set_margin_start (box, 24);
      gtk_widget_set_margin_end (box, 24);
      gtk_widget_set_margin_top (box, 12);
      gtk_widget_set_margin_bottom (box, 24);
      adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
      adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), box);
      self->dialog = g_object_ref_sink (adw_dialog_new ());
      adw_dialog_set_title (self->dialog, _("Exporting Traffic"));
      adw_dialog_set_content_width (self->dialog, 360);
      adw_dialog_set_child (self->dialog, view);
      g_signal_connect_object (self->dialog, "closed", G_CALLBACK (g_cancellable_cancel), self->cancellable,
                               G_CONNECT_SWAPPED);
      adw_dialog_present (self->dialog, GTK_WIDGET (self->page));
    }
  gtk_progress_bar_set_fraction (self->bar, fraction);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Export) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (self->file);
  guint n = 0;
  gboolean written = sb_traffic_export_write_finish (result, &n, &error);
  g_autofree char *number = sb_format_number (n);

  if (self->dialog != NULL)
    adw_dialog_force_close (self->dialog);
  if (written)
    /* Translators: a number and the name of a file */
    sb_page_say (self->page, ngettext ("%s message exported to “%s”", "%s messages exported to “%s”", n), number,
                 name);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sb_page_say (self->page, _("Export cancelled, nothing was written"));
  else
    sb_page_say (self->page, _("“%s” could not be written: %s"), name, error->message);
}

static void
chosen_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Export) self = user_data;
  Export *export = self;
  g_autofree char *name = NULL;

  self->file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  if (self->file == NULL)
    return;
  name = g_file_get_basename (self->file);
  self->cancellable = g_cancellable_new ();
  sb_traffic_export_write_async (export->view, export->file, g_str_has_suffix (name, ".csv"), told_cb, export,
                                 export->cancellable, written_cb, g_steal_pointer (&self));
}

/**
 * sb_traffic_export_ask:
 *
 * Asks where to, writes what @view shows then, and tells how it went. By the name's ending it becomes CSV or NDJSON.
 */
void
sb_traffic_export_ask (SbPage        *page,
                       SbTrafficView *view)
{
  static const struct
  {
    const char *name;
    const char *suffix;
  } kinds[] = { { N_("JSON, One Message a Line"), "ndjson" }, { N_("CSV, for Spreadsheets"), "csv" } };
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  Export *export = g_new0 (Export, 1);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _(kinds[i].name));
      gtk_file_filter_add_suffix (filter, kinds[i].suffix);
      g_list_store_append (filters, filter);
    }
  gtk_file_dialog_set_title (dialog, _("Export Traffic"));
  gtk_file_dialog_set_initial_name (dialog, "traffic.ndjson");
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  export->page = g_object_ref (page);
  export->view = g_object_ref (view);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))), NULL, chosen_cb, export);
}
