/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

const char *
sb_client_words_pill_class (SbClient *client)
{
  switch (sb_client_get_state (client))
    {
    case SB_CLIENT_SLOW: return "warn";
    case SB_CLIENT_REJECTED: return "bad";
    case SB_CLIENT_IDLE: return "plain";
    case SB_CLIENT_OK:
    case SB_CLIENT_LEFT:
    default: return NULL;
    }
}

char *
sb_client_words_state (SbClient *client)
{
  guint64 n = sb_client_get_recent_rejected (client);
  g_autofree char *number = NULL;

  switch (sb_client_get_state (client))
    {
    case SB_CLIENT_SLOW:
      return g_strdup (C_("state of a client", "Slow"));
    case SB_CLIENT_REJECTED:
      number = sb_format_number (n);
      /* Translators: a number of messages */
      return g_strdup_printf (ngettext ("%s rejected", "%s rejected", (gulong) n), number);
    case SB_CLIENT_IDLE:
      return g_strdup (C_("state of a client", "Idle"));
    case SB_CLIENT_LEFT:
      return g_strdup (C_("state of a client", "Left"));
    case SB_CLIENT_OK:
    default:
      return g_strdup (C_("state of a client", "Connected"));
    }
}

char *
sb_client_words_second (SbClient *client)
{
  const SbPeer *peer = sb_client_get_peer (client);

  if (peer->name == NULL)
    return g_strdup (peer->address);
  /* Translators: an address, and the name that a client gave itself */
  return g_strdup_printf (_("%s · “%s”"), peer->address, peer->name);
}

const char *
sb_client_words_protocol (SbClient *client)
{
  return sb_client_get_peer (client)->tls ? "wss" : "ws";
}

char *
sb_client_words_connection (SbClient *client)
{
  const SbPeer *peer = sb_client_get_peer (client);

  return g_strdup_printf ("%s · %s", peer->tls ? _("Encrypted (wss)") : _("Not encrypted (ws)"),
                          peer->compressed ? _("compressed") : _("not compressed"));
}

char *
sb_client_words_encryption (SbClient *client)
{
  const SbPeer *peer = sb_client_get_peer (client);

  if (peer->tls_version != NULL && peer->cipher != NULL)
    return g_strdup_printf ("%s · %s", peer->tls_version, peer->cipher);
  return g_strdup (peer->tls_version != NULL ? peer->tls_version : peer->cipher);
}

char *
sb_client_words_since (SbClient *client,
                       gint64    now)
{
  gint64 left_at = sb_client_get_left_at (client);

  return sb_format_elapsed ((left_at != 0 ? left_at : now) - sb_client_get_peer (client)->joined_at);
}

char *
sb_client_words_facts (SbClient *client,
                       gint64    now)
{
  const SbPeer *peer = sb_client_get_peer (client);
  g_autofree char *who = sb_client_words_second (client);
  g_autofree char *since = NULL;

  if (sb_client_get_left_at (client) != 0)
    {
      since = sb_client_words_ending (client);
      return g_strdup_printf ("%s · %s", peer->channel, since);
    }
  since = sb_client_words_since (client, now);
  return g_strdup_printf ("%s · %s · %s", peer->channel, who, since);
}

const char *
sb_client_words_closed_by (SbClosedBy by)
{
  switch (by)
    {
    case SB_CLOSED_BY_CLIENT: return _("The client");
    case SB_CLOSED_BY_ADMIN: return _("An administrator");
    case SB_CLOSED_BY_NETWORK: return _("The network");
    case SB_CLOSED_BY_SERVER:
    default: return _("The server");
    }
}

/* What a code means where nobody gave a reason; RFC 6455 §7.4.1. */
static const char *
describe_code (guint16 code)
{
  switch (code)
    {
    case 1000: return _("closed normally");
    case 1001: return _("going away");
    case 1002: return _("protocol error");
    case 1005: return _("closed without a code");
    case 1006: return _("connection lost");
    case 1009: return _("message too big");
    case 1011: return _("internal error");
    default: return NULL;
    }
}

char *
sb_client_words_ending (SbClient *client)
{
  guint code = sb_client_get_close_code (client);
  const char *reason = sb_client_get_close_reason (client);

  if (reason == NULL || *reason == '\0')
    reason = describe_code ((guint16) code);
  return reason != NULL ? g_strdup_printf ("%u %s", code, reason) : g_strdup_printf ("%u", code);
}

char *
sb_client_words_summary (guint n_clients,
                         guint n_slow,
                         guint n_rejected)
{
  GString *text;
  g_autofree char *number = sb_format_number (n_clients);

  if (n_clients == 0)
    return NULL;

  text = g_string_new (NULL);
  /* Translators: a number of clients; stands beside "%s slow" and "%s rejected" */
  g_string_append_printf (text, ngettext ("%s connected", "%s connected", n_clients), number);
  if (n_slow > 0)
    {
      g_autofree char *slow = sb_format_number (n_slow);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s slow", "%s slow", n_slow), slow);
    }
  if (n_rejected > 0)
    {
      g_autofree char *rejected = sb_format_number (n_rejected);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s rejected", "%s rejected", n_rejected), rejected);
    }
  return g_string_free (text, FALSE);
}

/* The second is one that others than this computer can reach. */
char *
sb_client_words_nobody (char **uris)
{
  const char *uri = uris == NULL || uris[0] == NULL ? NULL : uris[1] != NULL ? uris[1] : uris[0];
  g_autofree char *escaped = uri != NULL ? g_markup_escape_text (uri, -1) : NULL;

  return escaped != NULL ? g_strdup_printf (_("Clients connect to %s with a token."), escaped) : NULL;
}
