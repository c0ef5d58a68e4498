/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-secret-page.h"
#include "sb-page.h"
#include "widgets/sb-connect-snippets.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-qr.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbSecretPage:
 *
 * The only moment in which a token can be read: the last page of the dialog that made it. It stays hidden until asked for, so that it is
 * in no screenshot by accident; and the dialog does not close before its user says that it is stored, or insists.
 */
struct _SbSecretPage
{
  AdwNavigationPage parent_instance;

  char *secret;
  char *hidden; /* what stands in its place: beginning and end */
  AdwDialog *dialog; /* not owned: it holds this page */

  GtkLabel *explanation;
  GtkLabel *secret_label;
  GtkBox *buttons;
  GtkToggleButton *reveal_button;
  GtkToggleButton *qr_button;
  GtkRevealer *qr_revealer;
  AdwBin *snippets;
  GtkWidget *stored_button;
};

G_DEFINE_FINAL_TYPE (SbSecretPage, sb_secret_page, ADW_TYPE_NAVIGATION_PAGE)

#define N_BEGINNING 8 /* what sb_token_secret_hint() shows, too */
#define N_END 4
#define DIALOG_HEIGHT 640 /* px: the token, and the beginning of the snippets */

static void
reveal_cb (SbSecretPage *self)
{
  gboolean revealed = gtk_toggle_button_get_active (self->reveal_button);

  gtk_label_set_text (self->secret_label, revealed ? self->secret : self->hidden);
  gtk_label_set_selectable (self->secret_label, revealed);
  gtk_button_set_icon_name (GTK_BUTTON (self->reveal_button), revealed ? "view-conceal-symbolic" : "view-reveal-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->reveal_button), revealed ? _("Hide Token") : _("Show Token"));
}

/* Made when it is asked for, and gone when it is not: no picture of a secret waits in the dark. */
static void
show_qr_cb (SbSecretPage *self)
{
  if (!gtk_revealer_get_reveal_child (self->qr_revealer))
    gtk_revealer_set_child (self->qr_revealer, NULL);
  else
    gtk_revealer_set_child (self->qr_revealer, sb_qr_new (self->secret, _("QR code of the token")));
}

static void
stored_cb (SbSecretPage *self)
{
  adw_dialog_force_close (self->dialog);
}

static void
close_anyway_cb (SbSecretPage *self,
                 const char   *response)
{
  if (g_str_equal (response, "close"))
    adw_dialog_force_close (self->dialog);
}

static void
close_attempt_cb (SbSecretPage *self)
{
  AdwDialog *alert = adw_alert_dialog_new (_("Is the Token Stored?"),
                                           _("It cannot be shown again. To get one in its place you would have to rotate it."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (alert), "back", _("_Go Back"), "close", _("_Close"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (alert), "close", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "back");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "back");
  g_signal_connect_object (alert, "response", G_CALLBACK (close_anyway_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (alert, GTK_WIDGET (self));
}

static void
sb_secret_page_dispose (GObject *object)
{
  SbSecretPage *self = SB_SECRET_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SECRET_PAGE);
  g_clear_pointer (&self->secret, sb_token_secret_free);
  g_clear_pointer (&self->hidden, g_free);

  G_OBJECT_CLASS (sb_secret_page_parent_class)->dispose (object);
}

static void
sb_secret_page_class_init (SbSecretPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_secret_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-secret-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, explanation);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, secret_label);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, buttons);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, reveal_button);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, qr_button);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, qr_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, snippets);
  gtk_widget_class_bind_template_child (widget_class, SbSecretPage, stored_button);
  gtk_widget_class_bind_template_callback (widget_class, reveal_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_qr_cb);
  gtk_widget_class_bind_template_callback (widget_class, stored_cb);
}

static void
sb_secret_page_init (SbSecretPage *self)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  /* A hyphen at the end of a line would be read as one of the token's. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (self->secret_label, attributes);
}

static char *
hide_secret (const char *secret)
{
  size_t length = strlen (secret);
  GString *text = g_string_new_len (secret, N_BEGINNING);

  for (size_t i = N_BEGINNING; i + N_END < length; i++)
    g_string_append (text, "•");
  g_string_append (text, secret + length - N_END);
  return g_string_free (text, FALSE);
}

/* A channel the token may join, to have code that runs as it is: the first that is not a pattern, else the lobby. */
static char *
make_uri (SbEngine      *engine,
          const SbToken *token)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (engine);
  const char *base = uris != NULL ? uris[0] : NULL;
  const char *channel = "/";

  /* The first address is for this computer alone; who gets a token is more likely elsewhere. */
  if (base != NULL && uris[1] != NULL)
    base = uris[1];
  for (guint i = 0; token->spec.channels[i] != NULL; i++)
    if (strchr (token->spec.channels[i], '*') == NULL)
      {
        channel = token->spec.channels[i];
        break;
      }
  if (base == NULL)
    return g_strdup_printf ("ws://localhost:%u%s", sb_engine_get_port (engine), channel);
  return g_strconcat (base, g_str_has_suffix (base, "/") ? channel + 1 : channel, NULL);
}

/**
 * sb_secret_page_push:
 * @dialog: the dialog that made the token; from now on it closes only when the user has said so here
 * @view: in @dialog
 * @secret: (transfer full): what is shown, this once
 */
void
sb_secret_page_push (AdwDialog         *dialog,
                     AdwNavigationView *view,
                     SbEngine          *engine,
                     const SbToken     *token,
                     char              *secret)
{
  SbSecretPage *self;
  g_autofree char *uri = NULL;
  g_autofree char *text = NULL;

  g_return_if_fail (ADW_IS_DIALOG (dialog));
  g_return_if_fail (token != NULL && secret != NULL);

  self = g_object_new (SB_TYPE_SECRET_PAGE, NULL);
  self->secret = secret;
  self->hidden = hide_secret (secret);
  self->dialog = dialog;

  text = g_strdup_printf (_("Copy the token of “%s” to where it will be used. It is shown only now; Signalbox does not keep it."),
                          token->spec.label);
  gtk_label_set_text (self->explanation, text);
  gtk_box_append (self->buttons, sb_copy_button_new (_("Copy Token"), secret, TRUE));
  gtk_widget_remove_css_class (gtk_widget_get_last_child (GTK_WIDGET (self->buttons)), "flat");
  reveal_cb (self);

  uri = make_uri (engine, token);
  adw_bin_set_child (self->snippets, sb_connect_snippets_new (uri, secret));

  adw_dialog_set_content_height (dialog, DIALOG_HEIGHT);
  adw_dialog_set_can_close (dialog, FALSE);
  g_signal_connect_object (dialog, "close-attempt", G_CALLBACK (close_attempt_cb), self, G_CONNECT_SWAPPED);
  adw_navigation_view_push (view, ADW_NAVIGATION_PAGE (self));
  adw_dialog_set_default_widget (dialog, self->stored_button);
}
