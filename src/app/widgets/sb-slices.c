/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-slices.h"

#define SLICE (3 * G_TIME_SPAN_MILLISECOND)
#define STEPS 64 /* between two looks at the clock */

typedef struct
{
  GSourceFunc step;
  gpointer user_data;
} Slices;

static gboolean
slice_cb (gpointer user_data)
{
  const Slices *self = user_data;
  gint64 end = g_get_monotonic_time () + SLICE;

  do
    for (guint i = 0; i < STEPS; i++)
      if (self->step (self->user_data) == G_SOURCE_REMOVE)
        return G_SOURCE_REMOVE;
  while (g_get_monotonic_time () < end);
  return G_SOURCE_CONTINUE;
}

guint
sb_slices_add (GSourceFunc step,
               gpointer    user_data)
{
  Slices *self = g_new (Slices, 1);

  self->step = step;
  self->user_data = user_data;
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, slice_cb, self, g_free);
}
