/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-schedule-row.h"
#include "broadcast/sb-broadcast-words.h"
#include "broadcast/sb-schedule-commands.h"
#include "broadcast/sb-schedule-words.h"
#include <glib/gi18n.h>

/**
 * SbScheduleRow:
 *
 * One message that is sent by itself: what, how often, to whom, what became of it, and the button that stops it.
 */
struct _SbScheduleRow
{
  AdwActionRow parent_instance;

  SbSchedule *schedule;
  SbEngine *engine;
  GtkImage *icon;
};

G_DEFINE_FINAL_TYPE (SbScheduleRow, sb_schedule_row, ADW_TYPE_ACTION_ROW)

static void
update (SbScheduleRow *self)
{
  const SbMessage *message = sb_schedule_get_message (self->schedule);
  g_autofree char *preview = sb_broadcast_words_payload (message->payload, message->binary);
  g_autofree char *line = sb_schedule_words_line (self->schedule, sb_engine_get_tokens (self->engine), g_get_real_time ());
  gboolean failed = sb_schedule_get_error (self->schedule) != NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), preview);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), line);
  gtk_image_set_from_icon_name (self->icon, failed ? "dialog-error-symbolic" : "alarm-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { failed ? "error" : "accent", NULL });
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  failed ? C_("message", "Failed") : C_("message", "Scheduled"), -1);
}

static void
stop_cb (SbScheduleRow *self)
{
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), SB_TYPE_PAGE);

  if (page != NULL)
    sb_schedule_commands_stop (SB_PAGE (page), self->schedule);
}

static void
sb_schedule_row_dispose (GObject *object)
{
  SbScheduleRow *self = SB_SCHEDULE_ROW (object);

  g_clear_object (&self->schedule);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_schedule_row_parent_class)->dispose (object);
}

static void
sb_schedule_row_class_init (SbScheduleRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_schedule_row_dispose;
}

static void
sb_schedule_row_init (SbScheduleRow *self)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Stop"));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 1);
  self->icon = GTK_IMAGE (gtk_image_new ());
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (stop_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}

/**
 * sb_schedule_row_new:
 * @schedule: what it shows, and follows
 */
GtkWidget *
sb_schedule_row_new (SbSchedule *schedule,
                     SbEngine   *engine)
{
  SbScheduleRow *self;

  g_return_val_if_fail (SB_IS_SCHEDULE (schedule), NULL);
  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_SCHEDULE_ROW, NULL);
  self->schedule = g_object_ref (schedule);
  self->engine = g_object_ref (engine);
  g_signal_connect_object (schedule, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
