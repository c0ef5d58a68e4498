/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences/sb-certificate-group.h"
#include "sb-certificate.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-format.h"
#include "widgets/sb-question.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

/**
 * SbCertificateGroup:
 *
 * The certificate that the settings name: for whom it is, until when, and the fingerprint to compare; or why it cannot be
 * read. And a button that makes one.
 */
struct _SbCertificateGroup
{
  AdwPreferencesGroup parent_instance;

  SbEngine *engine;
  guint n_read; /* only the answer to the newest question counts */
  AdwActionRow *validity_row;
  AdwActionRow *names_row;
  AdwActionRow *fingerprint_row;
  GtkWidget *copy_button; /* of the fingerprint; NULL: none yet */
  AdwButtonRow *make_row;
};

G_DEFINE_FINAL_TYPE (SbCertificateGroup, sb_certificate_group, ADW_TYPE_PREFERENCES_GROUP)

/* --- what is there --- */

static void
show_row (AdwActionRow *row,
          const char   *text)
{
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL);
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
}

static void
show_certificate (SbCertificateGroup *self,
                  GTlsCertificate    *certificate)
{
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  gint64 time = end != NULL ? g_date_time_to_unix_usec (end) : G_MAXINT64;
  g_autofree char *date = end != NULL ? sb_format_date_time (time) : NULL;
  g_autofree char *fingerprint = sb_certificate_dup_fingerprint (certificate);
  g_auto (GStrv) names = sb_certificate_dup_names (certificate);
  g_autofree char *names_text = names != NULL ? g_strjoinv (", ", names) : NULL;
  g_autofree char *validity = NULL;

  if (date != NULL)
    validity = g_strdup_printf (time > g_get_real_time () ? _("Valid until %s") : _("Expired on %s: clients refuse it"),
                                date);
  if (time <= g_get_real_time ())
    gtk_widget_add_css_class (GTK_WIDGET (self->validity_row), "error");
  show_row (self->validity_row, validity);
  show_row (self->names_row, names_text != NULL && *names_text != '\0' ? names_text : NULL);
  show_row (self->fingerprint_row, fingerprint);
  if (self->copy_button != NULL)
    adw_action_row_remove (self->fingerprint_row, self->copy_button);
  self->copy_button = sb_copy_button_new (_("Copy Fingerprint"), fingerprint, FALSE);
  adw_action_row_add_suffix (self->fingerprint_row, self->copy_button);
}

typedef struct
{
  SbCertificateGroup *group;
  guint number;
} Reading;

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree Reading *reading = user_data;
  g_autoptr (SbCertificateGroup) self = reading->group;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = sb_engine_read_certificate_finish (SB_ENGINE (source), result, &error);

  if (self->engine == NULL || reading->number != self->n_read)
    return;
  gtk_widget_remove_css_class (GTK_WIDGET (self->validity_row), "error");
  if (certificate != NULL)
    {
      show_certificate (self, certificate);
      return;
    }
  show_row (self->names_row, NULL);
  show_row (self->fingerprint_row, NULL);
  if (g_error_matches (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND))
    show_row (self->validity_row, NULL);
  else
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->validity_row), "error");
      show_row (self->validity_row, error->message);
    }
}

static void
update_cb (SbCertificateGroup *self)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->group = g_object_ref (self);
  reading->number = ++self->n_read;
  sb_engine_read_certificate_async (self->engine, read_cb, reading);
}

/* --- making one --- */

static void
say (SbCertificateGroup *self,
     const char         *text)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_DIALOG);

  if (dialog != NULL)
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (dialog), sb_toast_new (text));
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (SbCertificateGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = sb_engine_make_certificate_finish (SB_ENGINE (source), result, &error);

  if (self->engine == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->make_row), TRUE);
  say (self, certificate != NULL ? _("Certificate made") : error->message);
  update_cb (self);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (SbCertificateGroup) self = user_data;
  g_autofree char *response = sb_question_ask_finish (result);

  if (self->engine == NULL || !g_str_equal (response, "make"))
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->make_row), FALSE);
  sb_engine_make_certificate_async (self->engine, "window", made_cb, g_object_ref (self));
}

static void
make_cb (SbCertificateGroup *self)
{
  g_autofree char *current = sb_settings_get_text (sb_engine_get_settings (self->engine), "tls-certificate");
  AdwDialog *dialog = adw_alert_dialog_new (_("Make a Certificate?"), NULL);

  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog), "%s%s%s",
                                _("It is for the names and addresses of this computer as they are now, and valid for 397 "
                                  "days. Since no authority signs it, clients have to be told to trust it: compare the "
                                  "fingerprint."),
                                *current != '\0' ? "\n\n" : "",
                                *current != '\0' ? _("It takes the place of the certificate in use; one that was made here "
                                                     "before is overwritten.")
                                                 : "");
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "make", _("_Make"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "make",
                                            *current != '\0' ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), *current != '\0' ? "cancel" : "make");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  sb_question_ask_async (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), answered_cb, g_object_ref (self));
}

/* --- the class --- */

static AdwActionRow *
add_row (SbCertificateGroup *self,
         const char         *title)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_set_visible (row, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  return ADW_ACTION_ROW (row);
}

static void
sb_certificate_group_dispose (GObject *object)
{
  g_clear_object (&SB_CERTIFICATE_GROUP (object)->engine);

  G_OBJECT_CLASS (sb_certificate_group_parent_class)->dispose (object);
}

static void
sb_certificate_group_class_init (SbCertificateGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_certificate_group_dispose;
}

static void
sb_certificate_group_init (SbCertificateGroup *self)
{
  self->validity_row = add_row (self, _("Certificate"));
  self->names_row = add_row (self, _("Made For"));
  self->fingerprint_row = add_row (self, _("SHA-256 Fingerprint"));
  self->make_row = ADW_BUTTON_ROW (adw_button_row_new ());
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (self->make_row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->make_row), _("_Make a Certificate…"));
  g_signal_connect_object (self->make_row, "activated", G_CALLBACK (make_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->make_row));
}

/**
 * sb_certificate_group_set_engine:
 * @engine: whose certificate is shown; set once
 */
void
sb_certificate_group_set_engine (SbCertificateGroup *self,
                                 SbEngine           *engine)
{
  SbSettings *settings = sb_engine_get_settings (engine);

  g_return_if_fail (SB_IS_CERTIFICATE_GROUP (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (settings, "notify::tls-certificate", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::tls-key", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
}
