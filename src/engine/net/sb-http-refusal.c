/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-http-refusal.h"

#include <string.h>

#define MAX_TOLD 512 /* bytes of an origin or a path: the longest name of a channel takes 384, encoded */

const SbVerdict sb_http_refusal_malformed = {
  .status = 400,
  .error = "bad_request",
  .message = "This is not a WebSocket handshake that the server understands.",
};

const SbVerdict sb_http_refusal_too_large = {
  .status = 431,
  .error = "headers_too_large",
  .message = "The request's headers are too large or too many.",
};

static void
count_limit (SbLaneTotals *totals, SbGateLimit limit)
{
  switch (limit)
    {
    case SB_GATE_LIMIT_NONE: sb_counter_add (totals->refused_other, 1); break;
    case SB_GATE_LIMIT_CLIENTS: sb_counter_add (totals->refused_full, 1); break;
    case SB_GATE_LIMIT_ADDRESS: sb_counter_add (totals->refused_address, 1); break;
    case SB_GATE_LIMIT_TOKEN: sb_counter_add (totals->refused_token, 1); break;
    case SB_GATE_LIMIT_ATTEMPTS: sb_counter_add (totals->refused_attempts, 1); break;
    default: g_assert_not_reached ();
    }
}

/* A client makes up what it likes; nothing that is true is longer. */
static char *
make_told (const char *text)
{
  return g_utf8_make_valid (text, (gssize) strnlen (text, MAX_TOLD));
}

void
sb_http_refusal_tell (SbLane *lane, SoupServerMessage *message, const char *address, const SbVerdict *verdict)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *origin = soup_message_headers_get_one (headers, "Origin");
  GUri *uri = soup_server_message_get_uri (message); /* NULL where it could not be read */
  SbEvent event = {
    .kind = SB_EVENT_REFUSED,
    .refused = {
      .status = verdict->status,
      .error = verdict->error,
      .cause = verdict->cause,
      .address = g_strdup (address),
      .origin = origin != NULL ? make_told (origin) : NULL,
      .path = make_told (uri != NULL ? g_uri_get_path (uri) : ""),
      .token_id = verdict->token != NULL ? verdict->token->id : 0,
    },
  };

  sb_counter_add (lane->totals.refused, 1);
  count_limit (&lane->totals, verdict->limit);
  sb_lane_tell (lane, &event);
}

void
sb_http_refusal_set_body (SoupServerMessage *message, const SbVerdict *verdict)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *body = g_strdup_printf ("{\"error\":\"%s\",\"message\":\"%s\"}\n", verdict->error, verdict->message);

  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body, strlen (body));
  soup_message_headers_replace (headers, "Connection", "close");
}

void
sb_http_refusal_answer (SoupServerMessage *message, const SbVerdict *verdict)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  /* RFC 6585 and RFC 9110 are younger than libsoup's list of phrases. */
  soup_server_message_set_status (message, verdict->status,
                                  verdict->status == 426 ? "Upgrade Required" :
                                  verdict->status == 429 ? "Too Many Requests" :
                                  verdict->status == 431 ? "Request Header Fields Too Large" : NULL);
  sb_http_refusal_set_body (message, verdict);
  if (verdict->status == 401)
    soup_message_headers_replace (headers, "WWW-Authenticate",
                                  g_str_equal (verdict->error, "invalid_token")
                                    ? "Bearer realm=\"signalbox\", error=\"invalid_token\""
                                    : "Bearer realm=\"signalbox\"");
  if (verdict->status == 426)
    {
      soup_message_headers_replace (headers, "Upgrade", "websocket");
      soup_message_headers_replace (headers, "Connection", "Upgrade, close");
      soup_message_headers_replace (headers, "Sec-WebSocket-Version", "13");
    }
  if (verdict->retry_after > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", verdict->retry_after);

      soup_message_headers_replace (headers, "Retry-After", seconds);
    }
}
