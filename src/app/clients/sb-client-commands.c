/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-commands.h"
#include "clients/sb-send-dialog.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define MAX_REASON 100 /* characters, as the engine takes them */

static const struct
{
  const char *label;
  gint64 duration; /* µs; 0: until it is lifted */
} durations[] = {
  { N_("For 10 Minutes"), 10 * G_TIME_SPAN_MINUTE },
  { N_("For 1 Hour"), G_TIME_SPAN_HOUR },
  { N_("For 1 Day"), G_TIME_SPAN_DAY },
  { N_("Until Signalbox Quits"), 0 },
};

#define DEFAULT_DURATION 1

/* What is asked and done. The selection may have moved on when the answer comes. */
typedef struct
{
  SbPage *page; /* owned */
  SbTarget *target;
  char *address;
  GtkWidget *row; /* owned: where the reason or the duration is entered */
} Command;

static void
command_free (Command *command)
{
  g_object_unref (command->page);
  sb_target_free (command->target);
  g_free (command->address);
  g_clear_object (&command->row);
  g_free (command);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

static Command *
command_new (SbPage   *page,
             SbTarget *target /* taken, nullable */,
             GtkWidget *row)
{
  Command *command = g_new0 (Command, 1);

  command->page = g_object_ref (page);
  command->target = target;
  command->row = g_object_ref_sink (row);
  return command;
}

static SbTarget *
make_target (GPtrArray *clients)
{
  SbTarget *target = g_new0 (SbTarget, 1);

  target->client_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < clients->len; i++)
    {
      guint64 id = sb_client_get_id (g_ptr_array_index (clients, i));

      g_array_append_val (target->client_ids, id);
    }
  return target;
}

/* "Scoreboard 3", or "12 clients". */
static char *
name_clients (GPtrArray *clients)
{
  g_autofree char *number = sb_format_number (clients->len);

  if (clients->len == 1)
    return g_strdup (sb_client_get_title (g_ptr_array_index (clients, 0)));
  return g_strdup_printf (ngettext ("%s client", "%s clients", clients->len), number);
}

/* The row stands alone in a list of its own, below the text. */
static void
ask (SbPage             *page,
     const char         *heading,
     const char         *body,
     const char         *label,
     GtkWidget          *row,
     GAsyncReadyCallback callback,
     Command            *command)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  adw_alert_dialog_set_extra_child (alert, list);
  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "do", label, NULL);
  adw_alert_dialog_set_response_appearance (alert, "do", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "do");
  adw_alert_dialog_set_close_response (alert, "cancel");
  adw_alert_dialog_choose (alert, GTK_WIDGET (page), NULL, callback, command);
}

/* --- disconnect --- */

static void
disconnected_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  int n = sb_engine_command_finish (SB_ENGINE (source), result, &error);

  if (n < 0)
    sb_page_say (page, "%s", error->message);
  else
    sb_page_say (page, ngettext ("%d client disconnected", "%d clients disconnected", (gulong) n), n);
}

static void
disconnect_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autofree char *reason = NULL;

  if (!g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "do"))
    return;
  reason = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (command->row))));
  sb_engine_disconnect_async (sb_page_get_engine (command->page), "window", command->target, reason, disconnected_cb,
                              g_object_ref (command->page));
}

/**
 * sb_client_commands_disconnect:
 *
 * Asks for a reason, and closes the connections with it.
 */
void
sb_client_commands_disconnect (SbPage    *page,
                               GPtrArray *clients)
{
  GtkWidget *row;
  const char *heading;
  g_autofree char *name = NULL;
  g_autofree char *body = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (clients != NULL && clients->len > 0);

  row = adw_entry_row_new ();
  name = name_clients (clients);
  /* A heading does not wrap: what may be long stands in the text. */
  heading = ngettext ("Disconnect Client?", "Disconnect Clients?", clients->len);
  body = g_strdup_printf (
      clients->len == 1
          ? _("“%s” is told the reason. It may connect again while its token is valid: to keep it out, revoke the "
               "token or block the address.")
          : _("%s are told the reason. They may connect again while their tokens are valid: to keep them out, revoke "
               "the tokens or block the addresses."),
      name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Reason"));
  adw_entry_row_set_max_length (ADW_ENTRY_ROW (row), MAX_REASON);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (row), TRUE);
  ask (page, heading, body, _("_Disconnect"), row, disconnect_cb, command_new (page, make_target (clients), row));
}

/* --- send --- */

void
sb_client_commands_send (SbPage    *page,
                         GPtrArray *clients)
{
  g_autoptr (SbTarget) target = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (clients != NULL && clients->len > 0);

  target = make_target (clients);
  name = name_clients (clients);
  adw_dialog_present (sb_send_dialog_new (page, name, target, NULL), GTK_WIDGET (page));
}

/* --- block --- */

static void
blocked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  int n = sb_engine_command_finish (SB_ENGINE (source), result, &error);

  if (n < 0)
    sb_page_say (command->page, "%s", error->message);
  else if (n == 0)
    sb_page_say (command->page, _("%s blocked"), command->address);
  else
    sb_page_say (command->page,
                 ngettext ("%s blocked, %d client disconnected", "%s blocked, %d clients disconnected", (gulong) n),
                 command->address, n);
}

static void
block_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  SbEngine *engine = sb_page_get_engine (command->page);
  guint choice = adw_combo_row_get_selected (ADW_COMBO_ROW (command->row));
  const char *address = command->address;

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "do") &&
      choice < G_N_ELEMENTS (durations))
    sb_engine_block_address_async (engine, "window", address, durations[choice].duration, blocked_cb,
                                   g_steal_pointer (&command));
}

static guint
count_address (SbEngine   *engine,
               const char *address)
{
  GListModel *clients = G_LIST_MODEL (sb_engine_get_clients (engine));
  guint n_items = g_list_model_get_n_items (clients), n = 0;

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);

      n += g_str_equal (sb_client_get_peer (client)->address, address);
    }
  return n;
}

/**
 * sb_client_commands_block:
 *
 * Asks for how long, saying whom it cuts off, and shuts the client's address out.
 */
void
sb_client_commands_block (SbPage   *page,
                          SbClient *client)
{
  const char *address;
  GtkStringList *labels;
  GtkWidget *row;
  Command *command;
  guint n;
  g_autofree char *number = NULL;
  g_autofree char *body = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_CLIENT (client));

  address = sb_client_get_peer (client)->address;
  n = count_address (sb_page_get_engine (page), address);
  number = sb_format_number (n);
  if (n == 0)
    body = g_strdup_printf (
        _("Nobody comes in from %s any more, whatever the token. Nobody is connected from there now."), address);
  else
    body = g_strdup_printf (
        ngettext ("Nobody comes in from %s any more, whatever the token, and %s client is disconnected at once.",
                  "Nobody comes in from %s any more, whatever the token, and %s clients are disconnected at once.", n),
        address, number);

  labels = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    gtk_string_list_append (labels, _(durations[i].label));
  row = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Blocked"));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (labels));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), DEFAULT_DURATION);
  g_object_unref (labels);
  command = command_new (page, NULL, row);
  command->address = g_strdup (address);
  ask (page, _("Block Address?"), body, _("_Block"), row, block_cb, command);
}
