/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-template-commands.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

/* What is asked for a name: a new template, or an old one's other name. */
typedef struct
{
  SbPage *page; /* owned */
  gint64 id;    /* 0: a new one */
  SbMessage *message;
  AdwEntryRow *name_row;
  AdwAlertDialog *alert;
} Naming;

static void
naming_free (Naming *self)
{
  g_object_unref (self->page);
  sb_message_unref (self->message);
  g_free (self);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) template = sb_engine_save_template_finish (SB_ENGINE (source), result, &error);

  if (template == NULL)
    sb_page_say (page, "%s", error->message);
  else
    sb_page_say (page, _("Template “%s” saved"), sb_template_get_name (template));
}

static void
named_cb (AdwAlertDialog *alert,
          GAsyncResult   *result,
          gpointer        user_data)
{
  Naming *self = user_data;
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
  SbEngine *engine = sb_page_get_engine (self->page);

  if (g_str_equal (adw_alert_dialog_choose_finish (alert, result), "save"))
    {
      SbTemplate *same = self->id == 0 ? sb_engine_find_template_named (engine, name) : NULL;

      sb_engine_save_template_async (engine, "window", same != NULL ? sb_template_get_id (same) : self->id, name,
                                     self->message->target, self->message->binary, self->message->payload, saved_cb,
                                     g_object_ref (self->page));
    }
  naming_free (self);
}

/* Says on the button, and below the heading, what the name will do. */
static void
name_changed_cb (Naming *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
  SbTemplate *same = sb_engine_find_template_named (sb_page_get_engine (self->page), name);
  gboolean taken = same != NULL && sb_template_get_id (same) != self->id;
  const char *body = "";

  if (taken)
    body = self->id == 0 ? _("There is a template with this name: it will be replaced.") : _("Another template has this name.");
  adw_alert_dialog_set_body (self->alert, body);
  adw_alert_dialog_set_response_label (self->alert, "save", taken && self->id == 0 ? _("_Replace") : _("_Save"));
  adw_alert_dialog_set_response_enabled (self->alert, "save", *name != '\0' && !(taken && self->id != 0));
}

static void
ask_name (SbPage     *page,
          GtkWidget  *parent,
          const char *heading,
          gint64      id,
          const char *name,
          SbMessage  *message)
{
  Naming *self = g_new0 (Naming, 1);
  GtkWidget *group = adw_preferences_group_new ();

  self->page = g_object_ref (page);
  self->id = id;
  self->message = sb_message_ref (message);
  self->name_row = ADW_ENTRY_ROW (adw_entry_row_new ());
  self->alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, NULL));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name_row), _("Name"));
  adw_entry_row_set_max_length (self->name_row, SB_TEMPLATE_MAX_NAME);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
  adw_entry_row_set_activates_default (self->name_row, TRUE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (self->name_row));
  adw_alert_dialog_set_extra_child (self->alert, group);
  adw_alert_dialog_add_responses (self->alert, "cancel", _("_Cancel"), "save", _("_Save"), NULL);
  adw_alert_dialog_set_response_appearance (self->alert, "save", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (self->alert, "save");
  adw_alert_dialog_set_close_response (self->alert, "cancel");
  g_signal_connect_swapped (self->name_row, "changed", G_CALLBACK (name_changed_cb), self);
  name_changed_cb (self);
  adw_dialog_set_focus (ADW_DIALOG (self->alert), GTK_WIDGET (self->name_row));
  adw_alert_dialog_choose (self->alert, parent, NULL, (GAsyncReadyCallback) named_cb, self);
}

void
sb_template_commands_save (SbPage         *page,
                           const SbTarget *target,
                           gboolean        binary,
                           GBytes         *payload)
{
  g_autoptr (SbMessage) message = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (payload != NULL);

  message = sb_message_new (target, binary, payload);
  ask_name (page, GTK_WIDGET (page), _("Save as Template"), 0, "", message);
}

void
sb_template_commands_rename (SbPage     *page,
                             GtkWidget  *parent,
                             SbTemplate *template)
{
  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_TEMPLATE (template));

  ask_name (page, parent, _("Rename Template"), sb_template_get_id (template), sb_template_get_name (template),
            sb_template_get_message (template));
}

/* --- delete --- */

typedef struct
{
  SbPage *page; /* owned */
  AdwToastOverlay *toasts; /* owned */
  SbTemplate *template; /* owned */
} Deletion;

static void
deletion_free (gpointer data)
{
  Deletion *self = data;

  g_object_unref (self->page);
  g_object_unref (self->toasts);
  g_object_unref (self->template);
  g_free (self);
}

static void
undo_cb (Deletion *self)
{
  const SbMessage *message = sb_template_get_message (self->template);

  sb_engine_save_template_async (sb_page_get_engine (self->page), "window", 0, sb_template_get_name (self->template),
                                 message->target, message->binary, message->payload, saved_cb, g_object_ref (self->page));
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Deletion *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    {
      sb_page_say (self->page, "%s", error->message);
      deletion_free (self);
      return;
    }
  title = g_strdup_printf (_("Template “%s” deleted"), sb_template_get_name (self->template));
  adw_toast_overlay_add_toast (self->toasts, sb_toast_new_undo (title, NULL, G_CALLBACK (undo_cb), self, deletion_free));
}

void
sb_template_commands_delete (SbPage          *page,
                             AdwToastOverlay *toasts,
                             SbTemplate      *template)
{
  Deletion *self;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (ADW_IS_TOAST_OVERLAY (toasts));
  g_return_if_fail (SB_IS_TEMPLATE (template));

  self = g_new0 (Deletion, 1);
  self->page = g_object_ref (page);
  self->toasts = g_object_ref (toasts);
  self->template = g_object_ref (template);
  sb_engine_delete_template_async (sb_page_get_engine (page), "window", sb_template_get_id (template), deleted_cb, self);
}
