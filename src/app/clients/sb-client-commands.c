/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-commands.h"
#include "clients/sb-send-dialog.h"
#include "tokens/sb-token-commands.h"
#include "widgets/sb-format.h"
#include "widgets/sb-toast.h"
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
  { N_("Until It Is Lifted"), 0 },
};

#define DEFAULT_DURATION 1

/* What is asked and done. The selection may have moved on when the answer comes. */
typedef struct
{
  SbPage *page; /* owned */
  SbTarget *target;
  GPtrArray *addresses; /* to be blocked, or NULL */
  GtkWidget *row; /* owned: where the reason or the duration is entered */
} Command;

static void
command_free (Command *command)
{
  g_object_unref (command->page);
  sb_target_free (command->target);
  g_clear_pointer (&command->addresses, g_ptr_array_unref);
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
  adw_alert_dialog_set_prefer_wide_layout (alert, TRUE);
  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "do", label, NULL);
  adw_alert_dialog_set_response_appearance (alert, "do", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "do");
  adw_alert_dialog_set_close_response (alert, "cancel");
  /* What is to be written can be written at once. */
  if (ADW_IS_ENTRY_ROW (row))
    adw_dialog_set_focus (ADW_DIALOG (alert), row);
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

/* --- what is done to several addresses or tokens at once --- */

/* One command for each; what became of them is told when the last is done. */
typedef struct
{
  SbPage *page; /* owned */
  GPtrArray *addresses; /* of those that are blocked, or NULL */
  GArray *tokens;       /* (element-type gint64) of those that are revoked, or NULL */
  guint n_pending;
  guint n_done;
  guint n_closed;
  char *error; /* of the first that failed */
} Batch;

static void
batch_free (Batch *batch)
{
  g_object_unref (batch->page);
  g_clear_pointer (&batch->addresses, g_ptr_array_unref);
  g_clear_pointer (&batch->tokens, g_array_unref);
  g_free (batch->error);
  g_free (batch);
}

static Batch *
batch_new (SbPage *page)
{
  Batch *batch = g_new0 (Batch, 1);

  batch->page = g_object_ref (page);
  return batch;
}

/* Counts an answer. TRUE when it was the last one and all went well; where it was and one did not, says that and frees the
 * batch. */
static gboolean
finish_one (Batch        *batch,
            GObject      *source,
            GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  int n = sb_engine_command_finish (SB_ENGINE (source), result, &error);

  if (n >= 0)
    {
      batch->n_done++;
      batch->n_closed += (guint) n;
    }
  else if (batch->error == NULL)
    batch->error = g_strdup (error->message);
  if (--batch->n_pending > 0)
    return FALSE;
  if (batch->error == NULL)
    return TRUE;
  sb_page_say (batch->page, "%s", batch->error);
  batch_free (batch);
  return FALSE;
}

/* @what: "3 addresses blocked"; the clients that were disconnected by it are told after it. */
static void
offer_undo (Batch      *batch /* taken */,
            const char *what,
            GCallback   undo_cb)
{
  SbPage *page = batch->page;
  g_autofree char *number = sb_format_number (batch->n_closed);
  g_autofree char *closed =
      g_strdup_printf (ngettext ("%s client disconnected", "%s clients disconnected", batch->n_closed), number);
  g_autofree char *text = batch->n_closed > 0 ? g_strjoin (" · ", what, closed, NULL) : g_strdup (what);

  sb_page_add_toast (page, sb_toast_new_undo (text, NULL, undo_cb, batch, (GDestroyNotify) batch_free));
}

/* --- block --- */

static void
unblocked_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Batch *batch = user_data;
  g_autofree char *number = NULL;

  if (!finish_one (batch, source, result))
    return;
  number = sb_format_number (batch->n_done);
  sb_page_say (batch->page, ngettext ("%s address may connect again", "%s addresses may connect again", batch->n_done),
               number);
  batch_free (batch);
}

static void
unblock (Batch *before)
{
  Batch *batch = batch_new (before->page);

  batch->n_pending = before->addresses->len;
  for (guint i = 0; i < before->addresses->len; i++)
    sb_engine_unblock_address_async (sb_page_get_engine (batch->page), "window",
                                     g_ptr_array_index (before->addresses, i), unblocked_cb, batch);
}

static void
blocked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Batch *batch = user_data;
  g_autofree char *number = NULL;
  g_autofree char *what = NULL;

  if (!finish_one (batch, source, result))
    return;
  number = sb_format_number (batch->n_done);
  what = batch->n_done == 1
             ? g_strdup_printf (_("%s blocked"), (char *) g_ptr_array_index (batch->addresses, 0))
             : g_strdup_printf (ngettext ("%s address blocked", "%s addresses blocked", batch->n_done), number);
  offer_undo (batch, what, G_CALLBACK (unblock));
}

static void
block_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  guint choice = adw_combo_row_get_selected (ADW_COMBO_ROW (command->row));
  Batch *batch;

  if (!g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "do") ||
      choice >= G_N_ELEMENTS (durations))
    return;
  batch = batch_new (command->page);
  batch->addresses = g_steal_pointer (&command->addresses);
  batch->n_pending = batch->addresses->len;
  for (guint i = 0; i < batch->addresses->len; i++)
    sb_engine_block_address_async (sb_page_get_engine (batch->page), "window", g_ptr_array_index (batch->addresses, i),
                                   durations[choice].duration, blocked_cb, batch);
}

static guint
count_clients (SbEngine  *engine,
               GPtrArray *addresses)
{
  GListModel *clients = G_LIST_MODEL (sb_engine_get_clients (engine));
  guint n_items = g_list_model_get_n_items (clients), n = 0;

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);

      n += g_ptr_array_find_with_equal_func (addresses, sb_client_get_peer (client)->address, g_str_equal, NULL);
    }
  return n;
}

static GPtrArray *
collect_addresses (GPtrArray *clients)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < clients->len; i++)
    {
      char *address = sb_client_get_peer (g_ptr_array_index (clients, i))->address;

      if (g_hash_table_add (seen, address))
        g_ptr_array_add (addresses, g_strdup (address));
    }
  return addresses;
}

static GtkWidget *
make_duration_row (void)
{
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    gtk_string_list_append (labels, _(durations[i].label));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), C_("for how long", "Blocked"));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (labels));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), DEFAULT_DURATION);
  return row;
}

/**
 * sb_client_commands_block:
 *
 * Asks for how long, saying whom it cuts off, and shuts the clients' addresses out.
 */
void
sb_client_commands_block (SbPage    *page,
                          GPtrArray *clients)
{
  g_autoptr (GPtrArray) addresses = NULL;
  g_autofree char *what = NULL;
  g_autofree char *number = NULL;
  g_autofree char *cut = NULL;
  g_autofree char *out = NULL;
  g_autofree char *body = NULL;
  Command *command;
  guint n;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (clients != NULL && clients->len > 0);

  addresses = collect_addresses (clients);
  n = count_clients (sb_page_get_engine (page), addresses);
  number = sb_format_number (n);
  what = addresses->len == 1
             ? g_strdup (g_ptr_array_index (addresses, 0))
             : g_strdup_printf (ngettext ("%u address", "%u addresses", addresses->len), addresses->len);
  cut = n == 0 ? g_strdup (_("Nobody is connected from there now."))
               : g_strdup_printf (ngettext ("%s client is disconnected at once.", "%s clients are disconnected at once.", n),
                                  number);
  /* Translators: %s is an address, or "3 addresses" */
  out = g_strdup_printf (_("Nobody comes in from %s any more, whatever the token."), what);
  body = g_strdup_printf ("%s %s", out, cut);
  command = command_new (page, NULL, make_duration_row ());
  command->addresses = g_ptr_array_ref (addresses);
  ask (page, ngettext ("Block Address?", "Block Addresses?", addresses->len), body, _("_Block"), command->row, block_cb,
       command);
}

/* --- revoke --- */

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Batch *batch = user_data;
  g_autofree char *number = NULL;

  if (!finish_one (batch, source, result))
    return;
  number = sb_format_number (batch->n_done);
  sb_page_say (batch->page, ngettext ("%s token is valid again", "%s tokens are valid again", batch->n_done), number);
  batch_free (batch);
}

static void
restore (Batch *before)
{
  Batch *batch = batch_new (before->page);

  batch->n_pending = before->tokens->len;
  for (guint i = 0; i < before->tokens->len; i++)
    sb_engine_restore_token_async (sb_page_get_engine (batch->page), "window", g_array_index (before->tokens, gint64, i),
                                   restored_cb, batch);
}

static void
revoked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Batch *batch = user_data;
  g_autofree char *number = NULL;
  g_autofree char *what = NULL;

  if (!finish_one (batch, source, result))
    return;
  number = sb_format_number (batch->n_done);
  what = g_strdup_printf (ngettext ("%s token revoked", "%s tokens revoked", batch->n_done), number);
  offer_undo (batch, what, G_CALLBACK (restore));
}

static void
revoke_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Batch *batch = user_data;

  if (!g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "do"))
    {
      batch_free (batch);
      return;
    }
  batch->n_pending = batch->tokens->len;
  for (guint i = 0; i < batch->tokens->len; i++)
    sb_engine_revoke_token_async (sb_page_get_engine (batch->page), "window", g_array_index (batch->tokens, gint64, i),
                                  revoked_cb, batch);
}

/* The ids of the clients' tokens that are valid still. */
static GArray *
collect_tokens (SbPage    *page,
                GPtrArray *clients)
{
  SbTokenList *list = sb_engine_get_tokens (sb_page_get_engine (page));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < clients->len; i++)
    {
      gint64 *id = &sb_client_get_peer (g_ptr_array_index (clients, i))->token_id;
      SbTokenItem *token;

      if (!g_hash_table_add (seen, id))
        continue;
      token = sb_token_list_find (list, *id);
      if (token != NULL && sb_token_item_get_state (token) != SB_TOKEN_REVOKED)
        g_array_append_val (tokens, *id);
    }
  return tokens;
}

gboolean
sb_client_commands_can_revoke (SbPage    *page,
                               GPtrArray *clients)
{
  g_autoptr (GArray) tokens = NULL;

  g_return_val_if_fail (SB_IS_PAGE (page) && clients != NULL, FALSE);

  tokens = collect_tokens (page, clients);
  return tokens->len > 0;
}

/**
 * sb_client_commands_revoke:
 *
 * Withdraws the clients' tokens, after asking: others may be connected with them as well.
 */
void
sb_client_commands_revoke (SbPage    *page,
                           GPtrArray *clients)
{
  g_autoptr (GArray) tokens = NULL;
  SbTokenList *list;
  AdwAlertDialog *alert;
  Batch *batch;
  guint n = 0;
  g_autofree char *number = NULL;
  g_autofree char *body = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (clients != NULL && clients->len > 0);

  list = sb_engine_get_tokens (sb_page_get_engine (page));
  tokens = collect_tokens (page, clients);
  if (tokens->len == 1)
    sb_token_commands_revoke (page, sb_token_list_find (list, g_array_index (tokens, gint64, 0)));
  if (tokens->len <= 1)
    return;
  for (guint i = 0; i < tokens->len; i++)
    n += sb_client_list_count_token (sb_engine_get_clients (sb_page_get_engine (page)), g_array_index (tokens, gint64, i));
  number = sb_format_number (n);
  body = g_strdup_printf (ngettext ("%u tokens are not valid any more, and %s client is disconnected at once.",
                                    "%u tokens are not valid any more, and %s clients are disconnected at once.", n),
                          tokens->len, number);
  alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Revoke Tokens?"), body));
  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "do", _("_Revoke"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "do", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  batch = batch_new (page);
  batch->tokens = g_steal_pointer (&tokens);
  adw_alert_dialog_choose (alert, GTK_WIDGET (page), NULL, revoke_cb, batch);
}
