/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-send-dialog.h"
#include "broadcast/sb-json-buffer.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

/**
 * SbSendDialog:
 *
 * A message to one client or a few: JSON, checked while it is typed, the mistake underlined. What became of it is told
 * in a toast.
 */
struct _SbSendDialog
{
  AdwDialog parent_instance;

  SbPage *page; /* owned */
  SbTarget *target;
  gboolean sent; /* while it closes, keys still come */

  AdwWindowTitle *window_title;
  GtkSourceView *view;
  SbJsonBuffer *buffer;
  GtkLabel *message;
  GtkWidget *send_button;
};

G_DEFINE_FINAL_TYPE (SbSendDialog, sb_send_dialog, ADW_TYPE_DIALOG)

static void
buffer_cb (SbSendDialog *self)
{
  gboolean wrong = !sb_json_buffer_is_valid (self->buffer) && !sb_json_buffer_is_empty (self->buffer);
  const char *text = sb_json_buffer_get_message (self->buffer);

  gtk_label_set_text (self->message, text != NULL ? text : "");
  gtk_widget_set_sensitive (self->send_button, sb_json_buffer_is_valid (self->buffer));
  gtk_widget_set_css_classes (GTK_WIDGET (self->message), (const char *[]) { "caption", wrong ? "error" : "dimmed", NULL });
}

static void
cancel_cb (SbSendDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_engine_broadcast_finish (SB_ENGINE (source), result, &error);
  guint targeted, sent;

  if (broadcast == NULL)
    {
      sb_page_say (page, "%s", error->message);
      return;
    }
  targeted = sb_broadcast_get_targeted (broadcast);
  sent = sb_broadcast_get_sent (broadcast);
  if (targeted == 0)
    sb_page_say (page, _("Nobody got the message: the client has left"));
  else if (sent < targeted)
    sb_page_say (page, ngettext ("Sent to %u of %u client", "Sent to %u of %u clients", targeted), sent, targeted);
  else
    sb_page_say (page, ngettext ("Sent to %u client", "Sent to %u clients", sent), sent);
}

static void
send_cb (SbSendDialog *self)
{
  g_autoptr (GBytes) bytes = NULL;

  sb_json_buffer_check (self->buffer);
  if (self->sent || !sb_json_buffer_is_valid (self->buffer))
    return;
  self->sent = TRUE;
  bytes = sb_json_buffer_dup_bytes (self->buffer);
  sb_engine_broadcast_async (sb_page_get_engine (self->page), "window", self->target, FALSE, bytes, sent_cb,
                             g_object_ref (self->page));
  adw_dialog_close (ADW_DIALOG (self));
}

static gboolean
send_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  send_cb (SB_SEND_DIALOG (widget));
  return TRUE;
}

static void
sb_send_dialog_dispose (GObject *object)
{
  SbSendDialog *self = SB_SEND_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SEND_DIALOG);
  g_clear_pointer (&self->target, sb_target_free);
  g_clear_object (&self->page);

  G_OBJECT_CLASS (sb_send_dialog_parent_class)->dispose (object);
}

static void
sb_send_dialog_class_init (SbSendDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_send_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-send-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSendDialog, window_title);
  gtk_widget_class_bind_template_child (widget_class, SbSendDialog, view);
  gtk_widget_class_bind_template_child (widget_class, SbSendDialog, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbSendDialog, message);
  gtk_widget_class_bind_template_child (widget_class, SbSendDialog, send_button);
  gtk_widget_class_bind_template_callback (widget_class, buffer_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, send_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Enter, GDK_CONTROL_MASK, send_key_cb, NULL);
}

static void
sb_send_dialog_init (SbSendDialog *self)
{
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (SB_TYPE_JSON_BUFFER);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_code_write_left_to_right (GTK_WIDGET (self));
}

/**
 * sb_send_dialog_new:
 * @page: whose engine sends, and who tells what became of it
 * @heading: whom it is for, in words
 * @target: the same for the engine
 * @text: (nullable): what to begin with
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_send_dialog_new (SbPage         *page,
                    const char     *heading,
                    const SbTarget *target,
                    const char     *text)
{
  SbSendDialog *self;
  SbSessionLimits limits;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);
  g_return_val_if_fail (target != NULL, NULL);

  self = g_object_new (SB_TYPE_SEND_DIALOG, NULL);
  self->page = g_object_ref (page);
  self->target = sb_target_copy (target);
  adw_window_title_set_subtitle (self->window_title, heading);
  sb_settings_get_session_limits (sb_engine_get_settings (sb_page_get_engine (page)), &limits);
  sb_json_buffer_set_limits (self->buffer, &limits.json, limits.max_message);
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text != NULL ? text : "", -1);
  buffer_cb (self);
  return ADW_DIALOG (self);
}
