/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-broadcast-row.h"
#include "broadcast/sb-broadcast-words.h"
#include "broadcast/sb-missed-dialog.h"
#include "sb-page.h"
#include <glib/gi18n.h>

/**
 * SbBroadcastRow:
 *
 * One broadcast of the history: what was said, to whom, and how many it reached.
 */
struct _SbBroadcastRow
{
  AdwActionRow parent_instance;

  SbBroadcast *broadcast;
  SbEngine *engine;

  GtkImage *icon;
  GtkWidget *missed_button;
  GtkWidget *again_button;
};

G_DEFINE_FINAL_TYPE (SbBroadcastRow, sb_broadcast_row, ADW_TYPE_ACTION_ROW)

enum
{
  AGAIN,
  SAVE,
  COPIED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
again_cb (SbBroadcastRow *self)
{
  g_signal_emit (self, signals[AGAIN], 0);
}

static void
show_icon (SbBroadcastRow *self)
{
  const char *name = "object-select-symbolic", *style = "success", *text = _("Delivered");

  if (sb_broadcast_words_is_worrying (self->broadcast))
    {
      name = "dialog-warning-symbolic";
      style = "warning";
      text = _("Not delivered to all");
    }
  else if (!sb_broadcast_get_complete (self->broadcast))
    {
      name = "content-loading-symbolic";
      style = "dimmed";
      text = _("Sending");
    }
  else if (sb_broadcast_get_targeted (self->broadcast) == 0)
    style = "dimmed";
  gtk_image_set_from_icon_name (self->icon, name);
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { style, NULL });
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
missed_cb (SbBroadcastRow *self)
{
  adw_dialog_present (sb_missed_dialog_new (self->broadcast), GTK_WIDGET (self));
}

static void
copy_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbBroadcastRow *self = SB_BROADCAST_ROW (widget);
  gsize size;
  const char *data = g_bytes_get_data (sb_broadcast_get_payload (self->broadcast), &size);
  g_autofree char *text = sb_broadcast_get_binary (self->broadcast) ? g_base64_encode ((const guchar *) data, size)
                                                                     : g_utf8_make_valid (data, (gssize) size);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  g_signal_emit (self, signals[COPIED], 0);
}

static void
save_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  g_signal_emit (widget, signals[SAVE], 0);
}

static void
update (SbBroadcastRow *self)
{
  g_autofree char *preview = sb_broadcast_words_preview (self->broadcast);
  g_autofree char *line = sb_broadcast_words_line (self->broadcast, sb_engine_get_tokens (self->engine), g_get_real_time ());

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), preview);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), line);
  show_icon (self);
  gtk_widget_set_visible (self->missed_button, sb_broadcast_get_missed (self->broadcast) != NULL);
}

static void
update_again (SbBroadcastRow *self)
{
  SbEngineState state = sb_engine_get_state (self->engine);
  gboolean running = state == SB_ENGINE_LISTENING || state == SB_ENGINE_DEGRADED;

  gtk_widget_set_sensitive (self->again_button, running && sb_broadcast_get_target (self->broadcast) != NULL);
}

static void
sb_broadcast_row_dispose (GObject *object)
{
  SbBroadcastRow *self = SB_BROADCAST_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_BROADCAST_ROW);
  g_clear_object (&self->broadcast);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_broadcast_row_parent_class)->dispose (object);
}

static void
sb_broadcast_row_class_init (SbBroadcastRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_broadcast_row_dispose;

  signals[AGAIN] = g_signal_new ("again", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SAVE] = g_signal_new ("save", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[COPIED] = g_signal_new ("copied", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-broadcast-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastRow, missed_button);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastRow, again_button);
  gtk_widget_class_bind_template_callback (widget_class, again_cb);
  gtk_widget_class_bind_template_callback (widget_class, missed_cb);

  gtk_widget_class_install_action (widget_class, "row.copy", NULL, copy_action_cb);
  gtk_widget_class_install_action (widget_class, "row.save", NULL, save_action_cb);
}

static void
sb_broadcast_row_init (SbBroadcastRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_broadcast_row_new:
 * @broadcast: what it shows; followed while its report comes in
 */
GtkWidget *
sb_broadcast_row_new (SbBroadcast *broadcast,
                      SbEngine    *engine)
{
  SbBroadcastRow *self;

  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), NULL);
  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_BROADCAST_ROW, NULL);
  self->broadcast = g_object_ref (broadcast);
  self->engine = g_object_ref (engine);
  g_signal_connect_object (broadcast, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_again), self, G_CONNECT_SWAPPED);
  update (self);
  update_again (self);
  return GTK_WIDGET (self);
}

SbBroadcast *
sb_broadcast_row_get_broadcast (SbBroadcastRow *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST_ROW (self), NULL);

  return self->broadcast;
}
