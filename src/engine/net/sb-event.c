/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-event.h"

#include <string.h>

static const char *const direction_ids[] = { "client", "broadcast", "direct" };

const char *
sb_direction_to_id (SbDirection direction)
{
  g_return_val_if_fail ((guint) direction < G_N_ELEMENTS (direction_ids), NULL);

  return direction_ids[direction];
}

gboolean
sb_direction_from_id (const char *id, SbDirection *direction)
{
  for (guint i = 0; i < G_N_ELEMENTS (direction_ids); i++)
    if (g_str_equal (id, direction_ids[i]))
      {
        *direction = (SbDirection) i;
        return TRUE;
      }

  return FALSE;
}

const char *
sb_closed_by_to_id (SbClosedBy by)
{
  static const char *const ids[] = { "client", "server", "admin", "network" };

  g_return_val_if_fail ((guint) by < G_N_ELEMENTS (ids), NULL);

  return ids[by];
}

const char *
sb_rejection_to_code (SbRejection rejection)
{
  switch (rejection)
    {
    case SB_REJECTED_NOT: return NULL;
    case SB_REJECTED_READ_ONLY: return "read_only";
    case SB_REJECTED_RATE: return "rate";
    case SB_REJECTED_TOO_BIG: return "too_big";
    case SB_REJECTED_TEXT: return "text";
    case SB_REJECTED_BINARY: return "binary";
    case SB_REJECTED_UTF8: return "utf8";
    case SB_REJECTED_JSON: return "json";
    case SB_REJECTED_DEPTH: return "depth";
    case SB_REJECTED_SCHEMA: return "schema";
    default: g_return_val_if_reached (NULL);
    }
}

void
sb_traffic_record_clear (SbTrafficRecord *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->peer, sb_peer_unref);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->target);
  g_free (self->reason);
  g_free (self->pointer);
  g_free (self->schema_pointer);
  memset (self, 0, sizeof *self);
}

void
sb_traffic_record_copy (const SbTrafficRecord *self, SbTrafficRecord *copy)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (copy != NULL);

  *copy = *self;
  if (self->peer != NULL)
    sb_peer_ref (self->peer);
  if (self->payload != NULL)
    g_bytes_ref (self->payload);
  copy->target = g_strdup (self->target);
  copy->reason = g_strdup (self->reason);
  copy->pointer = g_strdup (self->pointer);
  copy->schema_pointer = g_strdup (self->schema_pointer);
}

/* Frees what the event owns; the struct itself is the caller's. */
void
sb_event_clear (SbEvent *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->peer, sb_peer_unref);
  switch (self->kind)
    {
    case SB_EVENT_JOINED:
      break;
    case SB_EVENT_LEFT:
      g_free (self->left.reason);
      break;
    case SB_EVENT_REFUSED:
      g_free (self->refused.address);
      g_free (self->refused.origin);
      g_free (self->refused.path);
      break;
    case SB_EVENT_TRAFFIC:
      sb_traffic_record_clear (&self->traffic);
      break;
    case SB_EVENT_REPORT:
      g_clear_pointer (&self->report.missed, g_ptr_array_unref);
      break;
    case SB_EVENT_NOTICE:
      g_free (self->notice.message);
      break;
    default:
      g_assert_not_reached ();
    }
  memset (self, 0, sizeof *self);
}
