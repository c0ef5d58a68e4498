/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-application"

#include "sb-trouble-window.h"
#include "sb-application.h"
#include "sb-engine.h"
#include "sb-page.h"
#include "store/sb-database.h"
#include <glib/gi18n.h>

/**
 * SbTroubleWindow:
 *
 * What is shown in place of the window when the data could not be opened: why, in words, and what can be done.
 */
struct _SbTroubleWindow
{
  AdwApplicationWindow parent_instance;

  char *data_dir;
  AdwStatusPage *status_page;
  GtkWidget *retry_button;
};

G_DEFINE_FINAL_TYPE (SbTroubleWindow, sb_trouble_window, ADW_TYPE_APPLICATION_WINDOW)

static const char *
title_for (const GError *error)
{
  if (g_error_matches (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE))
    return _("Already in Use");
  if (g_error_matches (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT))
    return _("The Data Is Damaged");
  if (g_error_matches (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_TOO_NEW))
    return _("Made by a Later Version");
  if (g_error_matches (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL))
    return _("The Disk Is Full");
  if (error->domain == SB_SETTINGS_ERROR)
    return _("The Settings Cannot Be Read");
  return _("The Data Cannot Be Opened");
}

static void
open_dir (SbTroubleWindow *self,
          const char      *data_dir)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  sb_application_open_data_dir (SB_APPLICATION (application), data_dir);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
retry_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbTroubleWindow *self = SB_TROUBLE_WINDOW (widget);
  g_autofree char *data_dir = g_strdup (self->data_dir);

  open_dir (self, data_dir);
}

static void
folder_chosen_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (SbTroubleWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);

  if (folder != NULL && g_file_peek_path (folder) != NULL)
    open_dir (self, g_file_peek_path (folder));
  else if (folder != NULL)
    adw_status_page_set_description (self->status_page, _("That folder is not on this computer. Choose another one."));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    {
      g_autofree char *text = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (self->status_page, text);
    }
}

static void
choose_folder_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Folder for Signalbox’s Data"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (widget), NULL, folder_chosen_cb, g_object_ref (widget));
}

static void
sb_trouble_window_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_TROUBLE_WINDOW);

  G_OBJECT_CLASS (sb_trouble_window_parent_class)->dispose (object);
}

static void
sb_trouble_window_finalize (GObject *object)
{
  g_free (SB_TROUBLE_WINDOW (object)->data_dir);

  G_OBJECT_CLASS (sb_trouble_window_parent_class)->finalize (object);
}

static void
sb_trouble_window_class_init (SbTroubleWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_trouble_window_dispose;
  object_class->finalize = sb_trouble_window_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-trouble-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTroubleWindow, status_page);
  gtk_widget_class_bind_template_child (widget_class, SbTroubleWindow, retry_button);
  gtk_widget_class_install_action (widget_class, "trouble.retry", NULL, retry_cb);
  gtk_widget_class_install_action (widget_class, "trouble.choose-folder", NULL, choose_folder_cb);
}

static void
sb_trouble_window_init (SbTroubleWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->retry_button);
}

/**
 * sb_trouble_window_new:
 * @application: an #SbApplication
 * @data_dir: the directory that could not be opened
 * @error: why
 */
GtkWindow *
sb_trouble_window_new (GtkApplication *application,
                       const char     *data_dir,
                       const GError   *error)
{
  SbTroubleWindow *self = g_object_new (SB_TYPE_TROUBLE_WINDOW, "application", application, NULL);
  g_autofree char *text = NULL;

  self->data_dir = g_strdup (data_dir);
  adw_status_page_set_title (self->status_page, title_for (error));
  text = g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (self->status_page, text);
  return GTK_WINDOW (self);
}
