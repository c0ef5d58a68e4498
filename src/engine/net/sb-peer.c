/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-peer.h"

/* A peer with one reference, its strings NULL, its round trip unknown. The maker fills it before anyone else sees
 * it. */
SbPeer *
sb_peer_new (void)
{
  SbPeer *self = g_new0 (SbPeer, 1);

  sb_ref_count_init (&self->ref_count);
  sb_counter_set (self->counters.round_trip, -1);

  return self;
}

SbPeer *
sb_peer_ref (SbPeer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_peer_unref (SbPeer *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_free (self->address);
  g_free (self->channel);
  g_free (self->name);
  g_free (self->user_agent);
  g_free (self->origin);
  g_free (self->token_label);
  g_free (self->token_hint);
  g_free (self);
}
