/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-missed.h"

#include <glib/gi18n-lib.h>

static const char *const why_ids[] = {
  [SB_MISSED_UNKNOWN] = "unknown", [SB_MISSED_BACKLOG] = "backlog", [SB_MISSED_MEMORY] = "memory",
  [SB_MISSED_LEFT] = "left",       [SB_MISSED_LOST] = "lost",       [SB_MISSED_CLOSED] = "closed",
  [SB_MISSED_DISCONNECTED] = "disconnected",
};

SbMissed *
sb_missed_new (SbPeer *peer, SbMissedWhy why)
{
  SbMissed *self = g_new (SbMissed, 1);

  self->peer = sb_peer_ref (peer);
  self->why = why;

  return self;
}

SbMissed *
sb_missed_copy (const SbMissed *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return sb_missed_new (self->peer, self->why);
}

void
sb_missed_free (SbMissed *self)
{
  g_return_if_fail (self != NULL);

  sb_peer_unref (self->peer);
  g_free (self);
}

GPtrArray *
sb_missed_array_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sb_missed_free);
}

const char *
sb_missed_why_to_id (SbMissedWhy why)
{
  g_return_val_if_fail (why < G_N_ELEMENTS (why_ids), why_ids[SB_MISSED_UNKNOWN]);

  return why_ids[why];
}

SbMissedWhy
sb_missed_why_from_id (const char *id)
{
  for (guint i = 0; id != NULL && i < G_N_ELEMENTS (why_ids); i++)
    if (g_str_equal (why_ids[i], id))
      return i;

  return SB_MISSED_UNKNOWN;
}

const char *
sb_missed_why_to_text (SbMissedWhy why)
{
  switch (why)
    {
    case SB_MISSED_BACKLOG: return _("Too slow: its backlog was full");
    case SB_MISSED_MEMORY: return _("Too slow: all backlogs together were full");
    case SB_MISSED_LEFT: return _("Left before it was sent");
    case SB_MISSED_LOST: return _("Its connection broke");
    case SB_MISSED_CLOSED: return _("The server closed its connection");
    case SB_MISSED_DISCONNECTED: return _("Disconnected by an administrator");
    case SB_MISSED_UNKNOWN:
    default: return _("It is not known why");
    }
}
