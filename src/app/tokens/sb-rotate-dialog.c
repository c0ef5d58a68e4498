/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-rotate-dialog.h"
#include "sb-page.h"
#include "tokens/sb-secret-page.h"
#include <glib/gi18n.h>

/**
 * SbRotateDialog:
 *
 * Gives a token a new secret: asks how long the old one stays valid, then shows the new one.
 */
struct _SbRotateDialog
{
  AdwDialog parent_instance;

  SbEngine *engine;
  SbTokenItem *item;

  AdwNavigationView *view;
  AdwBanner *banner;
  AdwPreferencesGroup *group;
  AdwComboRow *grace_row;
  GtkStringList *graces;
  GtkLabel *consequence;
  GtkWidget *rotate_button;
};

G_DEFINE_FINAL_TYPE (SbRotateDialog, sb_rotate_dialog, ADW_TYPE_DIALOG)

static const struct
{
  const char *label;
  gint64 grace; /* µs */
} choices[] = {
  { N_("Not at All"), 0 },
  { N_("For 10 Minutes"), 10 * G_TIME_SPAN_MINUTE },
  { N_("For 1 Hour"), G_TIME_SPAN_HOUR },
  { N_("For 1 Day"), G_TIME_SPAN_DAY },
  { N_("For 7 Days"), 7 * G_TIME_SPAN_DAY },
};

#define DEFAULT_CHOICE 2

static gint64
get_grace (SbRotateDialog *self)
{
  return choices[adw_combo_row_get_selected (self->grace_row)].grace;
}

static void
update_cb (SbRotateDialog *self)
{
  guint live = sb_token_item_get_live (self->item);
  g_autofree char *text = NULL;

  if (get_grace (self) > 0)
    text = g_strdup (_("Until then both tokens are good: time to give the new one to every client. Nobody is disconnected now."));
  else if (live == 0)
    text = g_strdup (_("No client is connected with it now."));
  else
    text = g_strdup_printf (ngettext ("%u client is disconnected at once and needs the new token to come back.",
                                      "%u clients are disconnected at once and need the new token to come back.", live),
                            live);
  gtk_label_set_text (self->consequence, text);
}

static void
cancel_cb (SbRotateDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

/* Closed before the answer is there, the new secret would be lost, and the old one is on its way out. */
static void
set_busy (SbRotateDialog *self,
          gboolean        busy)
{
  adw_dialog_set_can_close (ADW_DIALOG (self), !busy);
  gtk_widget_set_sensitive (self->rotate_button, !busy);
}

static void
rotated_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (SbRotateDialog) self = user_data;
  g_autoptr (SbToken) token = NULL;
  g_autoptr (GError) error = NULL;
  char *secret = sb_engine_rotate_token_finish (SB_ENGINE (source), result, &token, &error);

  if (secret == NULL)
    {
      set_busy (self, FALSE);
      adw_banner_set_use_markup (self->banner, FALSE);
      adw_banner_set_title (self->banner, error->message);
      adw_banner_set_revealed (self->banner, TRUE);
      return;
    }
  sb_secret_page_push (ADW_DIALOG (self), self->view, self->engine, token, secret);
}

static void
rotate_cb (SbRotateDialog *self)
{
  set_busy (self, TRUE);
  adw_banner_set_revealed (self->banner, FALSE);
  sb_engine_rotate_token_async (self->engine, "window", sb_token_item_get_id (self->item), get_grace (self), rotated_cb,
                                g_object_ref (self));
}

static void
sb_rotate_dialog_dispose (GObject *object)
{
  SbRotateDialog *self = SB_ROTATE_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_ROTATE_DIALOG);
  g_clear_object (&self->item);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_rotate_dialog_parent_class)->dispose (object);
}

static void
sb_rotate_dialog_class_init (SbRotateDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_rotate_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-rotate-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, view);
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, group);
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, grace_row);
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, graces);
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, consequence);
  gtk_widget_class_bind_template_child (widget_class, SbRotateDialog, rotate_button);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, rotate_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_cb);
}

static void
sb_rotate_dialog_init (SbRotateDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_rotate_dialog_new:
 * @item: the token that gets a new secret
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_rotate_dialog_new (SbEngine    *engine,
                      SbTokenItem *item)
{
  SbRotateDialog *self;
  g_autofree char *label = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (item), NULL);

  self = g_object_new (SB_TYPE_ROTATE_DIALOG, NULL);
  self->engine = g_object_ref (engine);
  self->item = g_object_ref (item);
  label = g_markup_escape_text (sb_token_item_get_token (item)->spec.label, -1);
  text = g_strdup_printf (_("“%s” gets a new secret. What it allows stays as it is."), label);
  adw_preferences_group_set_description (self->group, text);
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    gtk_string_list_append (self->graces, _(choices[i].label));
  adw_combo_row_set_selected (self->grace_row, DEFAULT_CHOICE);
  g_signal_connect_object (item, "changed", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
  return ADW_DIALOG (self);
}
