/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-columns.h"
#include <gio/gio.h>
#include <glib/gi18n.h>

/* The wider the table, the more it tells, so that figures do not stand far from the names they belong to. */
const SbTableColumn sb_client_columns[SB_CLIENT_N_COLUMNS] = {
  [SB_CLIENT_CELL_CLIENT] = { "client", N_("Client"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_CLIENT_CELL_STATE] = { "state", N_("State"), NULL, 0, FALSE, FALSE, TRUE },
  [SB_CLIENT_CELL_ADDRESS] = { "address", N_("Address"), NULL, 1240, FALSE, FALSE, TRUE },
  [SB_CLIENT_CELL_CHANNEL] = { "channel", N_("Channel"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_CLIENT_CELL_PROTOCOL] = { "protocol", N_("Protocol"), NULL, 1360, FALSE, FALSE, TRUE },
  [SB_CLIENT_CELL_SINCE] = { "since", N_("Since"), NULL, 640, FALSE, FALSE, TRUE },
  [SB_CLIENT_CELL_MESSAGES_IN] = { "in", NC_("messages received", "In"), "messages received", 0, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_MESSAGES_OUT] = { "out", NC_("messages sent", "Out"), "messages sent", 0, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_BYTES_IN] = { "bytes-in", N_("Bytes In"), NULL, 1480, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_BYTES_OUT] = { "bytes-out", N_("Bytes Out"), NULL, 1480, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_RATE] = { "rate", N_("Messages/s"), NULL, 820, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_ROUND_TRIP] = { "round-trip", N_("Round Trip"), NULL, 740, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_BACKLOG] = { "backlog", N_("Backlog"), NULL, 920, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_REJECTED] = { "rejected", N_("Rejected"), NULL, 1120, TRUE, FALSE, TRUE },
  [SB_CLIENT_CELL_LEFT_AT] = { "left-at", NC_("when a client left", "Left"), "when a client left", 0, FALSE, FALSE, TRUE },
  [SB_CLIENT_CELL_ENDING] = { "ending", N_("Code and Reason"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_CLIENT_CELL_CLOSED_BY] = { "closed-by", N_("Closed By"), NULL, 640, FALSE, FALSE, TRUE },
};

gboolean
sb_client_columns_is_available (SbClientCellKind kind,
                                gboolean         left)
{
  switch (kind)
    {
    case SB_CLIENT_CELL_LEFT_AT:
    case SB_CLIENT_CELL_ENDING:
    case SB_CLIENT_CELL_CLOSED_BY:
      return left;
    case SB_CLIENT_CELL_STATE:
    case SB_CLIENT_CELL_MESSAGES_IN:
    case SB_CLIENT_CELL_MESSAGES_OUT:
    case SB_CLIENT_CELL_BYTES_IN:
    case SB_CLIENT_CELL_BYTES_OUT:
    case SB_CLIENT_CELL_RATE:
    case SB_CLIENT_CELL_ROUND_TRIP:
    case SB_CLIENT_CELL_BACKLOG:
      return !left;
    default:
      return TRUE;
    }
}

gboolean
sb_client_columns_is_live (SbClientCellKind kind)
{
  return sb_client_cell_kind_is_number (kind) || kind == SB_CLIENT_CELL_STATE;
}

gboolean
sb_client_columns_is_text (SbClientCellKind kind)
{
  return kind == SB_CLIENT_CELL_CLIENT || kind == SB_CLIENT_CELL_ADDRESS || kind == SB_CLIENT_CELL_CHANNEL;
}

/* So that .9 comes before .10, and IPv4 before IPv6: the length, and the bytes. */
static char *
make_address_text (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  GString *text;

  if (inet == NULL)
    return g_strdup (address);
  text = g_string_new (NULL);
  g_string_append_printf (text, "%02zu", g_inet_address_get_native_size (inet));
  for (gsize i = 0; i < g_inet_address_get_native_size (inet); i++)
    g_string_append_printf (text, "%02x", g_inet_address_to_bytes (inet)[i]);
  return g_string_free (text, FALSE);
}

/* Those of one token stand together, by the names they give themselves. */
static char *
make_title_text (SbClient *client)
{
  const SbPeer *peer = sb_client_get_peer (client);
  g_autofree char *all = g_strdup_printf ("%s\n%s", sb_client_get_title (client), peer->name != NULL ? peer->name : "");
  g_autofree char *folded = g_utf8_casefold (all, -1);

  return g_utf8_collate_key (folded, -1);
}

char *
sb_client_columns_make_text (SbClientCellKind kind,
                             SbClient        *client)
{
  const SbPeer *peer = sb_client_get_peer (client);

  switch (kind)
    {
    case SB_CLIENT_CELL_CLIENT: return make_title_text (client);
    case SB_CLIENT_CELL_ADDRESS: return make_address_text (peer->address);
    default: return g_strdup (peer->channel);
    }
}

/* The worse the first. */
static int
get_rank (SbClient *client)
{
  switch (sb_client_get_state (client))
    {
    case SB_CLIENT_REJECTED: return 0;
    case SB_CLIENT_SLOW: return 1;
    case SB_CLIENT_IDLE: return 2;
    case SB_CLIENT_OK: return 3;
    case SB_CLIENT_LEFT:
    default: return 4;
    }
}

gint64
sb_client_columns_get_number (SbClientCellKind kind,
                              SbClient        *client)
{
  const SbPeer *peer = sb_client_get_peer (client);
  gint64 left_at = sb_client_get_left_at (client);

  switch (kind)
    {
    case SB_CLIENT_CELL_PROTOCOL: return peer->tls;
    /* By how long. */
    case SB_CLIENT_CELL_SINCE: return left_at != 0 ? left_at - peer->joined_at : -peer->joined_at;
    case SB_CLIENT_CELL_MESSAGES_IN: return (gint64) sb_client_get_messages_in (client);
    case SB_CLIENT_CELL_MESSAGES_OUT: return (gint64) sb_client_get_messages_out (client);
    case SB_CLIENT_CELL_BYTES_IN: return (gint64) sb_client_get_bytes_in (client);
    case SB_CLIENT_CELL_BYTES_OUT: return (gint64) sb_client_get_bytes_out (client);
    case SB_CLIENT_CELL_RATE: return (gint64) (sb_client_get_rate (client) * 1000);
    case SB_CLIENT_CELL_ROUND_TRIP: return sb_client_get_round_trip (client);
    case SB_CLIENT_CELL_BACKLOG: return (gint64) sb_client_get_backlog (client);
    case SB_CLIENT_CELL_REJECTED: return (gint64) sb_client_get_rejected (client);
    case SB_CLIENT_CELL_STATE: return get_rank (client);
    case SB_CLIENT_CELL_LEFT_AT: return -left_at;
    case SB_CLIENT_CELL_ENDING: return sb_client_get_close_code (client);
    case SB_CLIENT_CELL_CLOSED_BY: return (gint64) sb_client_get_closed_by (client);
    default: return (gint64) peer->id;
    }
}
