/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-import-dialog.h"
#include "sb-token-import.h"
#include "widgets/sb-export.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbTokenImportDialog:
 *
 * A table of tokens from a file: first what would be issued and what not, then, once, the new secrets. A file never holds secrets, so
 * each token gets a new one.
 */
struct _SbTokenImportDialog
{
  AdwDialog parent_instance;

  SbPage *page;        /* owned */
  GPtrArray *rows;     /* (element-type SbTokenImportRow) */
  guint n_good;
  guint next;          /* the row that is being issued */
  guint n_issued;
  GString *lines;      /* CSV of labels and secrets; overwritten before it is freed */
  GPtrArray *failures; /* (element-type utf8) */

  AdwNavigationView *view;
  GtkButton *issue_button;
  AdwBanner *banner;
  GtkLabel *summary;
  GtkListView *list;
  GtkLabel *issued_label;
  GtkTextView *secrets;
};

G_DEFINE_FINAL_TYPE (SbTokenImportDialog, sb_token_import_dialog, ADW_TYPE_DIALOG)

static void issue_next (SbTokenImportDialog *self);

/* --- the preview --- */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new ());
  /* The item around it takes the focus: a row cannot where it is in no list box. */
  gtk_widget_set_can_focus (row, FALSE);
  gtk_list_item_set_child (item, row);
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_focusable (item, TRUE);
}

static char *
describe (const SbTokenImportRow *row)
{
  g_autofree char *channels = NULL;

  if (row->problem != NULL)
    return g_strdup (row->problem);
  channels = g_strv_contains ((const char *const *) row->spec->channels, "**") ? g_strdup (_("All channels"))
                                                                                 : g_strjoinv (", ", row->spec->channels);
  return g_strdup_printf ("%s · %s", channels, row->spec->may_publish ? _("Publish") : _("Listen only"));
}

static GtkWidget *
find_image (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_IMAGE (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_image (child);
  return found;
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         SbTokenImportDialog      *self)
{
  const SbTokenImportRow *row = g_ptr_array_index (self->rows, gtk_list_item_get_position (item));
  GtkWidget *child = gtk_list_item_get_child (item), *image = find_image (child);
  g_autofree char *facts = describe (row);
  g_autofree char *title = *row->label != '\0' ? g_strdup (row->label) : g_strdup_printf (_("Token %u of the file"), row->position);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (child), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (child), facts);
  gtk_image_set_from_icon_name (GTK_IMAGE (image), row->spec != NULL ? "list-add-symbolic" : "dialog-warning-symbolic");
  gtk_widget_set_css_classes (image, (const char *[]) { row->spec != NULL ? "dimmed" : "warning", NULL });
  gtk_list_item_set_accessible_label (item, title);
  gtk_list_item_set_accessible_description (item, facts);
}

static void
show_preview (SbTokenImportDialog *self)
{
  guint n_bad = self->rows->len - self->n_good;
  g_autofree char *label = NULL;
  GString *text = g_string_new (_("The file holds no secrets: each token is issued anew, with a secret that is shown once."));

  if (n_bad > 0)
    {
      g_string_append_c (text, ' ');
      /* Translators: so many tokens of the file cannot be issued */
      g_string_append_printf (text, ngettext ("%u is left out.", "%u are left out.", n_bad), n_bad);
    }
  gtk_label_set_text (self->summary, text->str);
  g_string_free (text, TRUE);

  label = g_strdup_printf (ngettext ("_Issue %u Token", "_Issue %u Tokens", self->n_good), self->n_good);
  gtk_button_set_label (self->issue_button, self->n_good > 0 ? label : _("_Nothing to Issue"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->issue_button), self->n_good > 0);
}

static void
cancel_cb (SbTokenImportDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

/* --- issuing --- */

static void
show_secrets (SbTokenImportDialog *self)
{
  g_autofree char *text = NULL;
  g_autofree char *failed = self->failures->len > 0 ? g_strdup (g_ptr_array_index (self->failures, 0)) : NULL;

  if (self->n_issued == 0)
    {
      adw_banner_set_title (self->banner, failed != NULL ? failed : "");
      adw_banner_set_revealed (self->banner, failed != NULL);
      gtk_widget_set_sensitive (GTK_WIDGET (self->issue_button), TRUE);
      adw_dialog_set_can_close (ADW_DIALOG (self), TRUE);
      return;
    }
  text = g_strdup_printf (ngettext ("%u token was issued. This is the only time that it is shown.",
                                    "%u tokens were issued. This is the only time that they are shown.", self->n_issued),
                          self->n_issued);
  gtk_label_set_text (self->issued_label, text);
  if (failed != NULL)
    {
      /* Translators: a number of tokens, and why the first of them could not */
      g_autofree char *failures = g_strdup_printf (_("%u could not be issued: %s"), self->failures->len, failed);
      g_autofree char *more = g_strdup_printf ("%s %s", text, failures);

      gtk_label_set_text (self->issued_label, more);
    }
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->secrets), self->lines->str, -1);
  adw_navigation_view_push_by_tag (self->view, "secrets");
}

static void
issued_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbTokenImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  char *secret = sb_engine_issue_token_finish (SB_ENGINE (source), result, NULL, &error);
  const SbTokenImportRow *row = g_ptr_array_index (self->rows, self->next);

  if (secret != NULL)
    {
      sb_export_add_csv_field (self->lines, row->label);
      sb_export_add_csv_field (self->lines, secret);
      g_string_append_c (self->lines, '\n');
      self->n_issued++;
    }
  else
    g_ptr_array_add (self->failures, g_strdup (error->message));
  sb_token_secret_free (secret);
  self->next++;
  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    issue_next (self);
}

/* One after the other: each is on disk before its secret is shown. */
static void
issue_next (SbTokenImportDialog *self)
{
  while (self->next < self->rows->len)
    {
      const SbTokenImportRow *row = g_ptr_array_index (self->rows, self->next);

      if (row->spec != NULL)
        {
          sb_engine_issue_token_async (sb_page_get_engine (self->page), "window", row->spec, issued_cb, g_object_ref (self));
          return;
        }
      self->next++;
    }
  show_secrets (self);
}

static void
issue_cb (SbTokenImportDialog *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->issue_button), FALSE);
  adw_banner_set_revealed (self->banner, FALSE);
  /* Closed by accident, secrets would be lost. */
  adw_dialog_set_can_close (ADW_DIALOG (self), FALSE);
  self->next = 0;
  g_ptr_array_set_size (self->failures, 0);
  issue_next (self);
}

/* --- the secrets --- */

static void
copy_cb (SbTokenImportDialog *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->lines->str);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    sb_page_say (page, _("Saved as “%s”"), name);
  else
    sb_page_say (page, _("“%s” could not be written: %s"), name, error->message);
}

static void
save_chosen_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (SbTokenImportDialog) self = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL || self->lines == NULL)
    return;
  bytes = g_bytes_new (self->lines->str, self->lines->len);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL,
                                       saved_cb, g_object_ref (self->page));
}

static void
save_cb (SbTokenImportDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Save New Tokens"));
  gtk_file_dialog_set_initial_name (dialog, "new-tokens.csv");
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, save_chosen_cb, g_object_ref (self));
}

static void
done_cb (SbTokenImportDialog *self)
{
  adw_dialog_force_close (ADW_DIALOG (self));
}

/* --- the dialog --- */

static void
sb_token_import_dialog_dispose (GObject *object)
{
  SbTokenImportDialog *self = SB_TOKEN_IMPORT_DIALOG (object);

  if (self->lines != NULL)
    {
      explicit_bzero (self->lines->str, self->lines->allocated_len);
      g_string_free (g_steal_pointer (&self->lines), TRUE);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TOKEN_IMPORT_DIALOG);
  g_clear_pointer (&self->failures, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->page);

  G_OBJECT_CLASS (sb_token_import_dialog_parent_class)->dispose (object);
}

static void
sb_token_import_dialog_class_init (SbTokenImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_token_import_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-token-import-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, view);
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, issue_button);
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, list);
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, issued_label);
  gtk_widget_class_bind_template_child (widget_class, SbTokenImportDialog, secrets);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, issue_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, done_cb);
}

static void
sb_token_import_dialog_init (SbTokenImportDialog *self)
{
  self->failures = g_ptr_array_new_with_free_func (g_free);
  /* Room for all, so that no copy with secrets in it is left behind while it grows. */
  self->lines = g_string_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
sb_token_import_dialog_new (SbPage    *page,
                            GPtrArray *rows)
{
  SbTokenImportDialog *self;
  g_autoptr (GtkStringList) positions = gtk_string_list_new (NULL);
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);
  g_return_val_if_fail (rows != NULL, NULL);

  self = g_object_new (SB_TYPE_TOKEN_IMPORT_DIALOG, NULL);
  self->page = g_object_ref (page);
  self->rows = g_ptr_array_ref (rows);
  for (guint i = 0; i < rows->len; i++)
    {
      const SbTokenImportRow *row = g_ptr_array_index (rows, i);

      self->n_good += row->spec != NULL;
      gtk_string_list_append (positions, row->label);
    }
  g_string_free (self->lines, TRUE);
  self->lines = g_string_sized_new (self->n_good * (4 * SB_TOKEN_MAX_LABEL + SB_TOKEN_SECRET_SIZE + 16) + 1);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (positions))));
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, selection);
  show_preview (self);
  return ADW_DIALOG (self);
}

/* --- the file --- */

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_load_contents_finish (G_FILE (source), result, &data, &length, NULL, &error) ||
      (rows = sb_token_import_parse (data, length, g_get_real_time (), &error)) == NULL)
    {
      sb_page_say (page, "%s", error->message);
      return;
    }
  adw_dialog_present (sb_token_import_dialog_new (page, rows), GTK_WIDGET (page));
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL)
    g_file_load_contents_async (file, NULL, loaded_cb, g_object_ref (page));
}

void
sb_token_import_ask (SbPage *page)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  g_return_if_fail (SB_IS_PAGE (page));

  gtk_file_dialog_set_title (dialog, _("Import Tokens"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))), NULL, opened_cb, g_object_ref (page));
}
