/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-http-refusal.h"

#include <string.h>

#define CONTENT_TYPE "application/json"
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
sb_http_refusal_tell (SbLane *lane, const SbVerdict *verdict, const char *address, const char *origin, const char *path)
{
  SbEvent event = {
    .kind = SB_EVENT_REFUSED,
    .refused = {
      .status = verdict->status,
      .error = verdict->error,
      .cause = verdict->cause,
      .address = g_strdup (address),
      .origin = origin != NULL ? make_told (origin) : NULL,
      .path = make_told (path),
      .token_id = verdict->token != NULL ? verdict->token->id : 0,
    },
  };

  sb_counter_add (lane->totals.refused, 1);
  count_limit (&lane->totals, verdict->limit);
  sb_lane_tell (lane, &event);
}

/* Handed one header after the other. */
typedef void (*AddHeader) (gpointer data, const char *name, const char *value);

static void
add_headers (const SbVerdict *verdict, AddHeader add, gpointer data)
{
  add (data, "Connection", verdict->status == 426 ? "Upgrade, close" : "close");
  if (verdict->status == 401)
    add (data, "WWW-Authenticate",
         g_str_equal (verdict->error, "invalid_token") ? "Bearer realm=\"signalbox\", error=\"invalid_token\""
                                                       : "Bearer realm=\"signalbox\"");
  if (verdict->status == 426)
    {
      add (data, "Upgrade", "websocket");
      add (data, "Sec-WebSocket-Version", "13");
    }
  if (verdict->retry_after > 0)
    {
      char seconds[12];

      g_snprintf (seconds, sizeof seconds, "%u", verdict->retry_after);
      add (data, "Retry-After", seconds);
    }
}

/* RFC 6585 and RFC 9110 are younger than libsoup's list of phrases. */
static const char *
get_phrase (guint status)
{
  return status == 426 ? "Upgrade Required" :
         status == 429 ? "Too Many Requests" :
         status == 431 ? "Request Header Fields Too Large" : soup_status_get_phrase (status);
}

static char *
make_body (const SbVerdict *verdict)
{
  return g_strdup_printf ("{\"error\":\"%s\",\"message\":\"%s\"}\n", verdict->error, verdict->message);
}

/* --- By libsoup ---------------------------------------------------------------------------------- */

void
sb_http_refusal_set_body (SoupServerMessage *message, const SbVerdict *verdict)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *body = make_body (verdict);

  soup_server_message_set_response (message, CONTENT_TYPE, SOUP_MEMORY_COPY, body, strlen (body));
  soup_message_headers_replace (headers, "Connection", "close");
}

static void
replace_header (gpointer headers, const char *name, const char *value)
{
  soup_message_headers_replace (headers, name, value);
}

void
sb_http_refusal_answer (SoupServerMessage *message, const SbVerdict *verdict)
{
  soup_server_message_set_status (message, verdict->status, get_phrase (verdict->status));
  sb_http_refusal_set_body (message, verdict);
  add_headers (verdict, replace_header, soup_server_message_get_response_headers (message));
}

/* --- Without --------------------------------------------------------------------------------------- */

static void
append_header (gpointer text, const char *name, const char *value)
{
  g_string_append_printf (text, "%s: %s\r\n", name, value);
}

/* RFC 9110 §6.6.1: who has a clock says what time it is. */
static void
append_date (GString *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  append_header (text, "Date", date);
}

void
sb_http_refusal_write (const SbCaller *caller, const SbVerdict *verdict)
{
  g_autoptr (GString) text = g_string_sized_new (512);
  g_autofree char *body = make_body (verdict);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", verdict->status, get_phrase (verdict->status));
  append_date (text);
  add_headers (verdict, append_header, text);
  append_header (text, "Content-Type", CONTENT_TYPE);
  g_string_append_printf (text, "Content-Length: %zu\r\n\r\n%s", strlen (body), body);
  if (!sb_caller_write (caller, text->str, text->len))
    g_debug ("a refusal could not be told");
}
