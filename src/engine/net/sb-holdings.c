/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-holdings.h"

#include "net/sb-peer.h"

void
sb_holdings_init (SbHoldings *self, SbLaneTotals *totals)
{
  *self = (SbHoldings) { .frames = g_hash_table_new (NULL, NULL), .totals = totals };
}

void
sb_holdings_clear (SbHoldings *self)
{
  g_clear_pointer (&self->frames, g_hash_table_unref);
}

static guint64
weigh (const SbFrame *frame)
{
  return sizeof *frame + frame->length;
}

void
sb_holdings_add (SbHoldings *self, SbFrame *frame)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->frames, frame));

  g_hash_table_insert (self->frames, frame, GUINT_TO_POINTER (n + 1));
  if (n > 0)
    return;

  sb_counter_add (self->totals->held, weigh (frame));
  self->grew = TRUE;
}

void
sb_holdings_remove (SbHoldings *self, SbFrame *frame)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->frames, frame));

  g_return_if_fail (n > 0);

  if (n > 1)
    {
      g_hash_table_insert (self->frames, frame, GUINT_TO_POINTER (n - 1));
      return;
    }
  g_hash_table_remove (self->frames, frame);
  sb_counter_add (self->totals->held, -weigh (frame));
}

void
sb_holdings_resize (SbHoldings *self, gsize before, gsize after)
{
  if (before == after)
    return;

  sb_counter_add (self->totals->held, (guint64) after - before);
  self->grew = self->grew || after > before;
}

gboolean
sb_holdings_take_grew (SbHoldings *self)
{
  gboolean grew = self->grew;

  self->grew = FALSE;

  return grew;
}
