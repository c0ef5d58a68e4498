/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-commands.h"
#include "widgets/sb-format.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

/* What is asked and done. It keeps the id it is about: the selection may have moved on when the answer comes. */
typedef struct
{
  SbPage *page; /* owned */
  gint64 id;
  char *label;
} Command;

static Command *
command_new (SbPage      *page,
             SbTokenItem *item)
{
  Command *command = g_new0 (Command, 1);

  command->page = g_object_ref (page);
  command->id = sb_token_item_get_id (item);
  command->label = g_strdup (sb_token_item_get_token (item)->spec.label);
  return command;
}

static void
command_free (Command *command)
{
  g_object_unref (command->page);
  g_free (command->label);
  g_free (command);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    sb_page_say (command->page, "%s", error->message);
  else
    sb_page_say (command->page, _("“%s” is valid again. Its clients have to reconnect."), command->label);
}

static void
undo_cb (Command *command)
{
  Command *again = g_new0 (Command, 1);

  again->page = g_object_ref (command->page);
  again->id = command->id;
  again->label = g_strdup (command->label);
  sb_engine_restore_token_async (sb_page_get_engine (command->page), "window", command->id, restored_cb, again);
}

static void
revoked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  g_autofree char *text = NULL;
  SbPage *page = command->page;
  int n_closed = sb_engine_command_finish (SB_ENGINE (source), result, &error);

  if (n_closed < 0)
    {
      sb_page_say (page, "%s", error->message);
      return;
    }
  number = sb_format_number (n_closed);
  if (n_closed == 0)
    text = g_strdup_printf (_("“%s” revoked"), command->label);
  else
    text = g_strdup_printf (ngettext ("“%s” revoked, %s client disconnected", "“%s” revoked, %s clients disconnected", n_closed),
                            command->label, number);

  sb_page_add_toast (page, sb_toast_new_undo (text, NULL, G_CALLBACK (undo_cb), g_steal_pointer (&command),
                                              (GDestroyNotify) command_free));
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    sb_page_say (command->page, "%s", error->message);
  else
    sb_page_say (command->page, _("“%s” deleted"), command->label);
}

static void
confirmed_cb (AdwAlertDialog *alert,
              GAsyncResult   *result,
              gpointer        user_data)
{
  g_autoptr (Command) command = user_data;
  const char *response = adw_alert_dialog_choose_finish (alert, result);
  SbEngine *engine = sb_page_get_engine (command->page);
  gint64 id = command->id;

  if (g_str_equal (response, "revoke"))
    sb_engine_revoke_token_async (engine, "window", id, revoked_cb, g_steal_pointer (&command));
  else if (g_str_equal (response, "delete"))
    sb_engine_delete_token_async (engine, "window", id, deleted_cb, g_steal_pointer (&command));
}

/* @id: of the response that does it; @label: on its button. */
static void
ask (SbPage      *page,
     SbTokenItem *item,
     const char  *heading,
     const char  *body,
     const char  *id,
     const char  *label)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), id, label, NULL);
  adw_alert_dialog_set_response_appearance (alert, id, ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  adw_alert_dialog_choose (alert, GTK_WIDGET (page), NULL, (GAsyncReadyCallback) confirmed_cb, command_new (page, item));
}

/**
 * sb_token_commands_revoke:
 * @page: where the question and, for a few seconds, the way back are shown
 * @item: a token that is not revoked
 *
 * Asks, saying how many clients it disconnects, and revokes.
 */
void
sb_token_commands_revoke (SbPage      *page,
                          SbTokenItem *item)
{
  const char *label;
  guint live;
  g_autofree char *number = NULL;
  g_autofree char *body = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_TOKEN_ITEM (item));

  label = sb_token_item_get_token (item)->spec.label;
  live = sb_token_item_get_live (item);
  number = sb_format_number (live);
  if (live == 0)
    body = g_strdup_printf (_("“%s” lets nobody in any more. No client is connected with it now."), label);
  else
    body = g_strdup_printf (ngettext ("“%s” lets nobody in any more, and %s client is disconnected at once.",
                                      "“%s” lets nobody in any more, and %s clients are disconnected at once.", live),
                            label, number);
  ask (page, item, _("Revoke Token?"), body, "revoke", _("_Revoke"));
}

/**
 * sb_token_commands_delete:
 * @page: where the question is shown
 * @item: a token that is revoked or expired
 *
 * Asks, and deletes.
 */
void
sb_token_commands_delete (SbPage      *page,
                          SbTokenItem *item)
{
  g_autofree char *body = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_TOKEN_ITEM (item));

  body = g_strdup_printf (_("“%s” disappears from this table for good. What was done with it stays in the audit trail."),
                          sb_token_item_get_token (item)->spec.label);
  ask (page, item, _("Delete Token?"), body, "delete", _("_Delete"));
}
