/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-frame-stats.h"

#include "watch/sb-durations.h"
#include <glib-unix.h>
#include <signal.h>

struct _SbFrameStats
{
  SbDurations gaps;
  GtkWidget *widget; /* weak */
  guint tick;
  guint timer;
  guint signal;
  gint64 last; /* monotonic, µs; 0: no frame to count from */
};

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  SbFrameStats *self = user_data;
  /* The clock's own time is smoothed: it would not tell. */
  gint64 now = g_get_monotonic_time ();

  if (self->last != 0)
    sb_durations_add (&self->gaps, (now - self->last) * 1000);
  self->last = now;

  return G_SOURCE_CONTINUE;
}

/* There are no frames of what nobody sees. */
static void
unmapped_cb (SbFrameStats *self)
{
  self->last = 0;
}

static gboolean
tell_cb (gpointer user_data)
{
  SbFrameStats *self = user_data;

  sb_durations_tell (&self->gaps);

  return G_SOURCE_CONTINUE;
}

SbFrameStats *
sb_frame_stats_new (GtkWidget *widget,
                    guint      interval)
{
  SbFrameStats *self;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  self = g_new0 (SbFrameStats, 1);
  self->gaps.what = "frame gap";
  g_set_weak_pointer (&self->widget, widget);
  self->tick = gtk_widget_add_tick_callback (widget, tick_cb, self, NULL);
  g_signal_connect_swapped (widget, "unmap", G_CALLBACK (unmapped_cb), self);
  if (interval > 0)
    self->timer = g_timeout_add_seconds (interval, tell_cb, self);
  self->signal = g_unix_signal_add (SIGUSR1, tell_cb, self);

  return self;
}

void
sb_frame_stats_free (SbFrameStats *self)
{
  g_return_if_fail (self != NULL);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->signal, g_source_remove);
  if (self->widget != NULL)
    {
      gtk_widget_remove_tick_callback (self->widget, self->tick);
      g_signal_handlers_disconnect_by_data (self->widget, self);
    }
  g_clear_weak_pointer (&self->widget);
  sb_durations_finish (&self->gaps);
  g_free (self);
}
