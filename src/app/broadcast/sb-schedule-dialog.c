/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-schedule-dialog.h"
#include "broadcast/sb-broadcast-words.h"
#include "tokens/sb-expiry.h"
#include "widgets/sb-spin.h"
#include <glib/gi18n.h>

/**
 * SbScheduleDialog:
 *
 * How often, or when, the message that was written is to be sent by itself.
 */
struct _SbScheduleDialog
{
  AdwDialog parent_instance;

  SbPage *page; /* owned */
  SbMessage *message;

  GtkButton *start_button;
  AdwBanner *banner;
  AdwPreferencesGroup *group;
  AdwComboRow *mode_row;
  AdwSpinRow *every_row;
  AdwComboRow *unit_row;
  AdwSpinRow *times_row;
  AdwEntryRow *at_row;
};

G_DEFINE_FINAL_TYPE (SbScheduleDialog, sb_schedule_dialog, ADW_TYPE_DIALOG)

enum
{
  UNTIL_STOPPED,
  TIMES,
  ONCE,
};

/* FALSE: the time is none, or over. */
static gboolean
get_times (SbScheduleDialog *self,
           SbScheduleTimes  *times)
{
  static const gint64 units[] = { 1, 60, 3600 };
  guint mode = adw_combo_row_get_selected (self->mode_row);
  guint unit = MIN (adw_combo_row_get_selected (self->unit_row), G_N_ELEMENTS (units) - 1);

  *times = (SbScheduleTimes) { 0 };
  if (mode == ONCE)
    return sb_expiry_parse (gtk_editable_get_text (GTK_EDITABLE (self->at_row)), &times->start_at) &&
           times->start_at > g_get_real_time ();
  times->interval = (gint64) adw_spin_row_get_value (self->every_row) * units[unit] * G_USEC_PER_SEC;
  if (mode == TIMES)
    times->max_runs = (guint) adw_spin_row_get_value (self->times_row);
  return TRUE;
}

static void
update_cb (SbScheduleDialog *self)
{
  guint mode = adw_combo_row_get_selected (self->mode_row);
  SbScheduleTimes times;
  gboolean valid = get_times (self, &times);

  gtk_widget_set_visible (GTK_WIDGET (self->every_row), mode != ONCE);
  gtk_widget_set_visible (GTK_WIDGET (self->unit_row), mode != ONCE);
  gtk_widget_set_visible (GTK_WIDGET (self->times_row), mode == TIMES);
  gtk_widget_set_visible (GTK_WIDGET (self->at_row), mode == ONCE);
  gtk_button_set_label (self->start_button, mode == ONCE ? _("_Schedule") : _("_Start"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button), valid);
  if (valid)
    gtk_widget_remove_css_class (GTK_WIDGET (self->at_row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->at_row), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->at_row), GTK_ACCESSIBLE_STATE_INVALID,
                               valid ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE, -1);
}

static void
cancel_cb (SbScheduleDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
added_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbScheduleDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = sb_engine_add_schedule_finish (SB_ENGINE (source), result, &error);

  /* The window may have been closed meanwhile. */
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (schedule != NULL)
    {
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button), TRUE);
  adw_banner_set_title (self->banner, error->message);
  adw_banner_set_revealed (self->banner, TRUE);
}

static void
start_cb (SbScheduleDialog *self)
{
  SbScheduleTimes times;

  adw_spin_row_update (self->every_row);
  adw_spin_row_update (self->times_row);
  if (!get_times (self, &times))
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button), FALSE);
  adw_banner_set_revealed (self->banner, FALSE);
  sb_engine_add_schedule_async (sb_page_get_engine (self->page), "window", &times, self->message->target,
                                self->message->binary, self->message->payload, added_cb, g_object_ref (self));
}

static void
sb_schedule_dialog_dispose (GObject *object)
{
  SbScheduleDialog *self = SB_SCHEDULE_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SCHEDULE_DIALOG);
  g_clear_pointer (&self->message, sb_message_unref);
  g_clear_object (&self->page);

  G_OBJECT_CLASS (sb_schedule_dialog_parent_class)->dispose (object);
}

static void
sb_schedule_dialog_class_init (SbScheduleDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_schedule_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-schedule-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, start_button);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, group);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, mode_row);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, every_row);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, unit_row);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, times_row);
  gtk_widget_class_bind_template_child (widget_class, SbScheduleDialog, at_row);
  gtk_widget_class_bind_template_callback (widget_class, update_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
}

static void
sb_schedule_dialog_init (SbScheduleDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_spin_read_typed (self->every_row);
  sb_spin_read_typed (self->times_row);
}

/**
 * sb_schedule_dialog_new:
 * @page: whose engine sends
 * @target: whom it is for; copied
 * @payload: what is sent; a reference is taken
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_schedule_dialog_new (SbPage         *page,
                        const SbTarget *target,
                        gboolean        binary,
                        GBytes         *payload)
{
  SbScheduleDialog *self;
  g_autofree char *words = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *description = NULL;
  g_autofree char *at = sb_expiry_format (g_get_real_time () + 15 * G_TIME_SPAN_MINUTE);

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);
  g_return_val_if_fail (target != NULL, NULL);
  g_return_val_if_fail (payload != NULL, NULL);

  self = g_object_new (SB_TYPE_SCHEDULE_DIALOG, NULL);
  self->page = g_object_ref (page);
  self->message = sb_message_new (target, binary, payload);
  words = sb_broadcast_words_for_target (target, sb_engine_get_tokens (sb_page_get_engine (page)));
  escaped = g_markup_escape_text (words, -1);
  /* Translators: %s says for whom: "everyone", "/news, token Sensors" */
  description = g_strdup_printf (_("For %s: whoever is connected each time."), escaped);
  adw_preferences_group_set_description (self->group, description);
  gtk_editable_set_text (GTK_EDITABLE (self->at_row), at);
  update_cb (self);
  return ADW_DIALOG (self);
}
