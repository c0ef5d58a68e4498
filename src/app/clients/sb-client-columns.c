/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-columns.h"
#include <glib/gi18n.h>

const SbClientColumn sb_client_columns[SB_CLIENT_N_COLUMNS] = {
  [SB_CLIENT_CELL_CLIENT] = { "client", N_("Client"), FALSE, TRUE, TRUE, 0 },
  [SB_CLIENT_CELL_ADDRESS] = { "address", N_("Address"), TRUE, TRUE, TRUE, 0 },
  [SB_CLIENT_CELL_CHANNEL] = { "channel", N_("Channel"), FALSE, TRUE, TRUE, 0 },
  [SB_CLIENT_CELL_SINCE] = { "since", N_("Since"), FALSE, FALSE, TRUE, 640 },
  [SB_CLIENT_CELL_MESSAGES_IN] = { "in", NC_("messages received", "In"), FALSE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_MESSAGES_OUT] = { "out", NC_("messages sent", "Out"), FALSE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_BYTES_IN] = { "bytes-in", N_("Bytes In"), TRUE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_BYTES_OUT] = { "bytes-out", N_("Bytes Out"), TRUE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_RATE] = { "rate", N_("Messages/s"), TRUE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_ROUND_TRIP] = { "round-trip", N_("Round Trip"), FALSE, FALSE, TRUE, 560 },
  [SB_CLIENT_CELL_BACKLOG] = { "backlog", N_("Backlog"), TRUE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_REJECTED] = { "rejected", N_("Rejected"), TRUE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_STATE] = { "state", N_("State"), FALSE, FALSE, TRUE, 0 },
  [SB_CLIENT_CELL_LEFT_AT] = { "left-at", NC_("when a client left", "Left"), FALSE, TRUE, FALSE, 0 },
  [SB_CLIENT_CELL_ENDING] = { "ending", N_("Code and Reason"), FALSE, TRUE, FALSE, 0 },
  [SB_CLIENT_CELL_CLOSED_BY] = { "closed-by", N_("Closed By"), FALSE, TRUE, FALSE, 640 },
};

static int
compare_uint64 (guint64 a,
                guint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_int64 (gint64 a,
               gint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_double (double a,
                double b)
{
  return (a > b) - (a < b);
}

static int
compare_titles (SbClient *a,
                SbClient *b)
{
  g_autofree char *text_a = g_utf8_casefold (sb_client_get_title (a), -1);
  g_autofree char *text_b = g_utf8_casefold (sb_client_get_title (b), -1);

  return g_utf8_collate (text_a, text_b);
}

/* The worse the first. */
static int
compare_states (SbClient *a,
                SbClient *b)
{
  static const int rank[] = {
    [SB_CLIENT_REJECTED] = 0, [SB_CLIENT_SLOW] = 1, [SB_CLIENT_IDLE] = 2, [SB_CLIENT_OK] = 3, [SB_CLIENT_LEFT] = 4
  };

  return rank[sb_client_get_state (a)] - rank[sb_client_get_state (b)];
}

int
sb_client_columns_compare (gconstpointer a,
                           gconstpointer b,
                           gpointer      kind)
{
  SbClient *x = (SbClient *) a, *y = (SbClient *) b;
  const SbPeer *peer_x = sb_client_get_peer (x), *peer_y = sb_client_get_peer (y);

  switch ((SbClientCellKind) GPOINTER_TO_INT (kind))
    {
    case SB_CLIENT_CELL_CLIENT: return compare_titles (x, y);
    case SB_CLIENT_CELL_ADDRESS: return g_strcmp0 (peer_x->address, peer_y->address);
    case SB_CLIENT_CELL_CHANNEL: return g_strcmp0 (peer_x->channel, peer_y->channel);
    case SB_CLIENT_CELL_SINCE: return compare_int64 (peer_y->joined_at, peer_x->joined_at);
    case SB_CLIENT_CELL_MESSAGES_IN:
      return compare_uint64 (sb_client_get_messages_in (x), sb_client_get_messages_in (y));
    case SB_CLIENT_CELL_MESSAGES_OUT:
      return compare_uint64 (sb_client_get_messages_out (x), sb_client_get_messages_out (y));
    case SB_CLIENT_CELL_BYTES_IN: return compare_uint64 (sb_client_get_bytes_in (x), sb_client_get_bytes_in (y));
    case SB_CLIENT_CELL_BYTES_OUT: return compare_uint64 (sb_client_get_bytes_out (x), sb_client_get_bytes_out (y));
    case SB_CLIENT_CELL_RATE: return compare_double (sb_client_get_rate (x), sb_client_get_rate (y));
    case SB_CLIENT_CELL_ROUND_TRIP: return compare_int64 (sb_client_get_round_trip (x), sb_client_get_round_trip (y));
    case SB_CLIENT_CELL_BACKLOG: return compare_uint64 (sb_client_get_backlog (x), sb_client_get_backlog (y));
    case SB_CLIENT_CELL_REJECTED: return compare_uint64 (sb_client_get_rejected (x), sb_client_get_rejected (y));
    case SB_CLIENT_CELL_STATE: return compare_states (x, y);
    case SB_CLIENT_CELL_LEFT_AT: return compare_int64 (sb_client_get_left_at (y), sb_client_get_left_at (x));
    case SB_CLIENT_CELL_ENDING: return (int) sb_client_get_close_code (x) - (int) sb_client_get_close_code (y);
    case SB_CLIENT_CELL_CLOSED_BY: return (int) sb_client_get_closed_by (x) - (int) sb_client_get_closed_by (y);
    case SB_CLIENT_CELL_ROW:
    default: return compare_uint64 (peer_x->id, peer_y->id);
    }
}
