/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-question.h"
#include <glib/gi18n.h>

/* An alert dialog's answer as an asynchronous function. Unlike adw_alert_dialog_choose() it answers as well when the window
 * is gone before anybody chose. Main thread. */

static void
answer (GTask      *task,
        const char *response)
{
  if (g_task_get_task_data (task) != NULL)
    return;
  g_task_set_task_data (task, g_strdup (response), g_free);
  g_task_return_boolean (task, TRUE);
}

static void
response_cb (AdwAlertDialog *dialog,
             const char     *response,
             GTask          *task)
{
  answer (task, response);
}

static void
dialog_gone_cb (gpointer  task,
                GClosure *closure)
{
  answer (task, "");
  g_object_unref (task);
}

static void
unsaved_cb (AdwAlertDialog *dialog,
            const char     *response,
            GtkWidget      *page)
{
  if (g_str_equal (response, "discard"))
    g_signal_emit_by_name (page, "done");
  else if (g_str_equal (response, "save"))
    gtk_widget_activate_action (page, g_object_get_data (G_OBJECT (dialog), "save-action"), NULL);
}

void
sb_question_ask_unsaved (GtkWidget  *page,
                         gboolean    can_save,
                         const char *save_action)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Save Changes?"), _("What is not saved will be lost.")));

  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "discard", _("_Discard"), "save", _("_Save"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (dialog, "save", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_response_enabled (dialog, "save", can_save);
  adw_alert_dialog_set_default_response (dialog, can_save ? "save" : "cancel");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  g_object_set_data (G_OBJECT (dialog), "save-action", (gpointer) save_action);
  g_signal_connect_object (dialog, "response", G_CALLBACK (unsaved_cb), page, G_CONNECT_DEFAULT);
  adw_dialog_present (ADW_DIALOG (dialog), page);
}

/**
 * sb_question_ask_async:
 * @dialog: (transfer floating): with its responses
 * @parent: over which the question is asked
 */
void
sb_question_ask_async (AdwAlertDialog     *dialog,
                       GtkWidget          *parent,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), task, dialog_gone_cb, 0);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}

/**
 * sb_question_ask_finish:
 *
 * Returns: (transfer full): the response that was chosen; "" where the dialog went with its window
 */
char *
sb_question_ask_finish (GAsyncResult *result)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_strdup (g_task_get_task_data (G_TASK (result)));
}
