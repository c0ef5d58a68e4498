/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-session.h"

#include "net/sb-error-reply.h"

/* A message on its way from the network to the router: checked, relayed or rejected, logged. */

typedef struct
{
  SbRejection rejection;
  const char *reason;
  const char *pointer; /* nullable */
  guint64 offset;
  gboolean told; /* its sender gets the error reply, or the close frame that says it */
} Trouble;

/* Logs what was rejected. */
static void
session_log (SbSession *self, GBytes *payload, gboolean binary, const Trouble *trouble)
{
  SbEvent event = {
    .kind = SB_EVENT_TRAFFIC,
    .traffic = {
      .peer = sb_peer_ref (self->peer),
      .payload = payload,
      .size = g_bytes_get_size (payload),
      .direction = SB_DIRECTION_FROM_CLIENT,
      .binary = binary,
      .sequence = self->sequence,
      .rejection = trouble->rejection,
      .reason = g_strdup (trouble->reason),
      .pointer = g_strdup (trouble->pointer),
      .offset = trouble->offset,
      .told = trouble->told,
    },
  };

  sb_lane_log (self->lane, &event);
}

/* TRUE: it was one too many in a minute. */
static gboolean
session_count_rejected (SbSession *self)
{
  if (self->lane->now - self->minute >= G_TIME_SPAN_MINUTE)
    {
      self->minute = self->lane->now;
      self->n_rejected = 0;
    }
  self->n_rejected++;
  sb_counter_add (self->peer->counters.rejected, 1);
  sb_counter_add (self->lane->totals.rejected, 1);

  return self->n_rejected > self->lane->limits.max_rejected;
}

static void
session_reject (SbSession *self, gboolean binary, const guint8 *payload, gsize length, Trouble *trouble)
{
  gboolean too_many = session_count_rejected (self);

  trouble->told = too_many || sb_rate_take (&self->replies, self->lane->now);
  session_log (self, g_bytes_new (payload, length), binary, trouble);

  if (too_many)
    {
      sb_counter_add (self->lane->totals.closed_rejected, 1);
      sb_session_close (self, 1008, "too many rejected messages", SB_CLOSED_BY_SERVER, FALSE);
    }
  else if (trouble->told)
    {
      g_autoptr (SbFrame) reply = sb_error_reply_new (trouble->rejection, trouble->reason, trouble->pointer, self->sequence);

      sb_session_queue (self, reply, NULL);
    }
  else
    sb_counter_add (self->lane->totals.replies_withheld, 1);
}

/* The checks of docs/protocol.md in their order, cheapest first; FALSE fills @trouble. */
static gboolean
session_check (SbSession *self, gboolean binary, const guint8 *payload, gsize length, SbJsonTrouble *json, Trouble *trouble)
{
  SbLane *lane = self->lane;

  *trouble = (Trouble) { .offset = G_MAXUINT64 };
  if (!self->token->spec.may_publish)
    {
      trouble->rejection = SB_REJECTED_READ_ONLY;
      trouble->reason = "this token may listen but not publish";
    }
  else if (!sb_rate_take (&self->rate, lane->now))
    {
      trouble->rejection = SB_REJECTED_RATE;
      trouble->reason = "too many messages a second";
    }
  else if (binary && !lane->limits.allow_binary)
    {
      trouble->rejection = SB_REJECTED_BINARY;
      trouble->reason = "binary messages are not allowed";
    }
  else if (!binary && lane->limits.require_json &&
           !sb_json_guard_check (lane->guard, (const char *) payload, length, &lane->limits.json, json))
    {
      trouble->rejection = json->fault == SB_JSON_DEPTH ? SB_REJECTED_DEPTH : SB_REJECTED_JSON;
      trouble->reason = json->message;
      trouble->pointer = json->pointer;
      trouble->offset = json->offset;
    }

  return trouble->rejection == SB_REJECTED_NOT;
}

void
sb_session_take_message (SbSession *self, SbOpcode opcode, guint8 *payload, gsize length)
{
  SbJsonTrouble json;
  Trouble trouble;
  gboolean binary = opcode == SB_OPCODE_BINARY;

  self->sequence++;
  sb_counter_set (self->peer->counters.last_message, self->lane->real_now);
  if (!session_check (self, binary, payload, length, &json, &trouble))
    session_reject (self, binary, payload, length, &trouble);
  else
    {
      g_autoptr (SbFrame) frame = sb_frame_new (opcode, payload, length);

      sb_counter_add (self->peer->counters.messages_in, 1);
      sb_counter_add (self->lane->totals.messages_in, 1);
      sb_lane_relay (self->lane, self, frame);
    }
}

/* A message that breaks the connection is a rejected one too; there are no bytes of it to show. */
void
sb_session_take_broken (SbSession *self, const SbFrameError *error)
{
  Trouble trouble = { .reason = error->reason, .offset = G_MAXUINT64, .told = TRUE };

  if (self->state != SB_SESSION_OPEN)
    return;
  if (error->close_code == 1009)
    trouble.rejection = SB_REJECTED_TOO_BIG;
  else if (error->close_code == 1007)
    trouble.rejection = SB_REJECTED_UTF8;
  else
    return;

  self->sequence++;
  session_count_rejected (self);
  session_log (self, g_bytes_new_static ("", 0), FALSE, &trouble);
}
