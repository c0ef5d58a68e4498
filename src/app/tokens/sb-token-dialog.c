/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-dialog.h"
#include "sb-page.h"
#include "tokens/sb-secret-page.h"
#include "access/sb-channel.h"
#include "tokens/sb-token-form.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

/**
 * SbTokenDialog:
 *
 * Issues a token and shows its secret, or edits one.
 */
struct _SbTokenDialog
{
  AdwDialog parent_instance;

  SbEngine *engine;
  gint64 token_id; /* 0: issues a new one */
  gboolean busy;

  AdwNavigationView *view;
  AdwBanner *banner;
  SbTokenForm *form;
  GtkButton *submit_button;
};

G_DEFINE_FINAL_TYPE (SbTokenDialog, sb_token_dialog, ADW_TYPE_DIALOG)

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update_cb (SbTokenDialog *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->submit_button), sb_token_form_is_valid (self->form) && !self->busy);
}

static void
set_busy (SbTokenDialog *self,
          gboolean       busy)
{
  self->busy = busy;
  /* Closed before the answer is there, the secret would be lost. */
  adw_dialog_set_can_close (ADW_DIALOG (self), !busy);
  update_cb (self);
}

static void
show_error (SbTokenDialog *self,
            const GError  *error)
{
  set_busy (self, FALSE);
  if (sb_token_form_show_error (self->form, error))
    return;
  adw_banner_set_use_markup (self->banner, FALSE);
  adw_banner_set_title (self->banner, error->message);
  adw_banner_set_revealed (self->banner, TRUE);
}

static void
cancel_cb (SbTokenDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
issued_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbTokenDialog) self = user_data;
  g_autoptr (SbToken) token = NULL;
  g_autoptr (GError) error = NULL;
  char *secret = sb_engine_issue_token_finish (SB_ENGINE (source), result, &token, &error);

  if (secret == NULL)
    show_error (self, error);
  else
    sb_secret_page_push (ADW_DIALOG (self), self->view, self->engine, token, secret);
}

static void
edited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbTokenDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  int n_closed = sb_engine_command_finish (SB_ENGINE (source), result, &error);

  if (n_closed < 0)
    {
      show_error (self, error);
      return;
    }
  g_signal_emit (self, signals[EDITED], 0, (guint) n_closed);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static gboolean
allows (const SbTokenSpec *spec,
        const char        *channel)
{
  for (guint i = 0; spec->channels[i] != NULL; i++)
    if (sb_channel_pattern_matches (spec->channels[i], channel))
      return TRUE;
  return FALSE;
}

/* How many clients of the token @spec would disconnect, as things stand now. */
static guint
count_closed (SbTokenDialog     *self,
              const SbTokenSpec *spec)
{
  GListModel *clients = G_LIST_MODEL (sb_engine_get_clients (self->engine));
  gint64 now = g_get_real_time ();
  gboolean over = (spec->expires_at != 0 && spec->expires_at <= now) || spec->not_before > now;
  guint n = 0, n_kept = 0;

  for (guint i = 0; i < g_list_model_get_n_items (clients); i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);
      const SbPeer *peer = sb_client_get_peer (client);

      if (peer->token_id != self->token_id)
        continue;
      if (over || !allows (spec, peer->channel))
        n++;
      else
        n_kept++;
    }
  if (spec->max_connections > 0 && n_kept > spec->max_connections)
    n += n_kept - spec->max_connections;
  return n;
}

static void
submit (SbTokenDialog     *self,
        const SbTokenSpec *spec)
{
  adw_banner_set_revealed (self->banner, FALSE);
  set_busy (self, TRUE);
  if (self->token_id == 0)
    sb_engine_issue_token_async (self->engine, "window", spec, issued_cb, g_object_ref (self));
  else
    sb_engine_edit_token_async (self->engine, "window", self->token_id, spec, edited_cb, g_object_ref (self));
}

static void
confirmed_cb (AdwAlertDialog *alert,
              GAsyncResult   *result,
              gpointer        user_data)
{
  g_autoptr (SbTokenDialog) self = user_data;
  g_autoptr (SbTokenSpec) spec = NULL;

  if (!g_str_equal (adw_alert_dialog_choose_finish (alert, result), "save") || self->busy ||
      !sb_token_form_is_valid (self->form))
    return;
  spec = sb_token_form_dup_spec (self->form);
  submit (self, spec);
}

/* It acts at once: whom it shuts out is said before. */
static void
confirm (SbTokenDialog *self,
         guint          n)
{
  g_autofree char *number = sb_format_number (n);
  g_autofree char *heading = g_strdup_printf (ngettext ("Disconnect %s Client?", "Disconnect %s Clients?", n), number);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (
    heading, ngettext ("The token as it is now would not let it in, so it is disconnected as soon as you save.",
                       "The token as it is now would not let them in, so they are disconnected as soon as you save.", n)));

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "save", _("_Save and Disconnect"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "save", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  adw_alert_dialog_choose (alert, GTK_WIDGET (self), NULL, (GAsyncReadyCallback) confirmed_cb, g_object_ref (self));
}

static void
submit_cb (SbTokenDialog *self)
{
  g_autoptr (SbTokenSpec) spec = NULL;
  guint n;

  if (self->busy || !sb_token_form_is_valid (self->form))
    return;

  spec = sb_token_form_dup_spec (self->form);
  n = self->token_id != 0 ? count_closed (self, spec) : 0;
  if (n > 0)
    confirm (self, n);
  else
    submit (self, spec);
}

static void
sb_token_dialog_dispose (GObject *object)
{
  SbTokenDialog *self = SB_TOKEN_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TOKEN_DIALOG);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_token_dialog_parent_class)->dispose (object);
}

static void
sb_token_dialog_class_init (SbTokenDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_token_dialog_dispose;

  /**
   * SbTokenDialog::edited:
   * @n_closed: how many connections were closed, since the token no longer allows them
   */
  signals[EDITED] = g_signal_new ("edited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-token-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTokenDialog, view);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDialog, form);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDialog, submit_button);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, submit_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_cb);
}

static void
sb_token_dialog_init (SbTokenDialog *self)
{
  g_type_ensure (SB_TYPE_TOKEN_FORM);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_token_dialog_new_issue:
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_token_dialog_new_issue (SbEngine *engine)
{
  SbTokenDialog *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_TOKEN_DIALOG, "title", _("Issue Token"), NULL);
  self->engine = g_object_ref (engine);
  gtk_button_set_label (self->submit_button, _("_Issue"));
  return ADW_DIALOG (self);
}

/**
 * sb_token_dialog_new_edit:
 * @token: what to start from
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_token_dialog_new_edit (SbEngine      *engine,
                          const SbToken *token)
{
  SbTokenDialog *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  self = g_object_new (SB_TYPE_TOKEN_DIALOG, "title", _("Edit Token"), NULL);
  self->engine = g_object_ref (engine);
  self->token_id = token->id;
  gtk_button_set_label (self->submit_button, _("_Save"));
  sb_token_form_set_spec (self->form, &token->spec);
  return ADW_DIALOG (self);
}
