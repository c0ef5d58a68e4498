/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-retained.h"

#include "access/sb-channel-map.h"

struct _SbRetainedTable
{
  SbRefCount ref_count;
  SbChannelMap *map; /* (element-type SbRetained); NULL: nothing is kept */
};

/* --- one --- */

SbRetained *
sb_retained_new (gint64 id, const char *pattern, SbFrame *frame)
{
  SbRetained *self;

  g_return_val_if_fail (pattern != NULL, NULL);
  g_return_val_if_fail (frame != NULL, NULL);

  self = g_new0 (SbRetained, 1);
  sb_ref_count_init (&self->ref_count);
  atomic_init (&self->delivered, 0);
  self->id = id;
  self->pattern = g_strdup (pattern);
  self->frame = sb_frame_ref (frame);

  return self;
}

SbRetained *
sb_retained_ref (SbRetained *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_retained_unref (SbRetained *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_free (self->pattern);
  sb_frame_unref (self->frame);
  g_free (self);
}

void
sb_retained_count (SbRetained *self)
{
  atomic_fetch_add_explicit (&self->delivered, 1, memory_order_relaxed);
}

guint64
sb_retained_get_delivered (const SbRetained *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return atomic_load_explicit (&self->delivered, memory_order_relaxed);
}

/* --- all of them --- */

SbRetainedTable *
sb_retained_table_new (GPtrArray *retained)
{
  SbRetainedTable *self;

  g_return_val_if_fail (retained != NULL, NULL);

  self = g_new0 (SbRetainedTable, 1);
  sb_ref_count_init (&self->ref_count);
  if (retained->len > 0)
    self->map = sb_channel_map_new ((GDestroyNotify) sb_retained_unref);
  for (guint i = 0; i < retained->len; i++)
    {
      SbRetained *one = g_ptr_array_index (retained, i);

      sb_channel_map_put (self->map, one->pattern, sb_retained_ref (one));
    }

  return self;
}

SbRetainedTable *
sb_retained_table_ref (SbRetainedTable *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_retained_table_unref (SbRetainedTable *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->map, sb_channel_map_free);
  g_free (self);
}

SbRetained *
sb_retained_table_lookup (SbRetainedTable *self, const char *channel)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->map != NULL ? sb_channel_map_lookup (self->map, channel) : NULL;
}
