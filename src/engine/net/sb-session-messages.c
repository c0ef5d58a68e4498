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
  SbRule *rule;        /* whose to judge it was; nullable */
  const char *cause;   /* what it counts there */
  const char *schema_pointer; /* nullable */
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
      .rule_id = trouble->rule != NULL ? trouble->rule->id : 0,
      .cause = trouble->rule != NULL ? trouble->cause : NULL,
      .schema_pointer = g_strdup (trouble->schema_pointer),
      .told = trouble->told,
      .silent = !trouble->told && trouble->rule != NULL && trouble->rule->spec.on_failure == SB_RULE_DROP,
    },
  };

  sb_lane_log (self->lane, &event);
}

/* TRUE: it was one too many in a minute. */
static gboolean
session_count_rejected (SbSession *self, SbRejection rejection)
{
  if (self->lane->now - self->minute >= G_TIME_SPAN_MINUTE)
    {
      self->minute = self->lane->now;
      self->n_rejected = 0;
    }
  self->n_rejected++;
  sb_counter_add (self->peer->counters.rejected, 1);
  sb_counter_add (self->lane->totals.rejected, 1);
  sb_counter_add (self->lane->totals.rejected_as[rejection], 1);

  return self->n_rejected > self->lane->limits.max_rejected;
}

/* Why a client is closed whose message failed a rule that disconnects: RFC 6455 §7.4.1. */
static guint16
get_close_code (SbRejection rejection)
{
  switch (rejection)
    {
    case SB_REJECTED_TEXT:
    case SB_REJECTED_BINARY: return 1003;
    case SB_REJECTED_TOO_BIG: return 1009;
    case SB_REJECTED_NOT:
    case SB_REJECTED_READ_ONLY:
    case SB_REJECTED_RATE:
    case SB_REJECTED_UTF8:
    case SB_REJECTED_JSON:
    case SB_REJECTED_DEPTH:
    case SB_REJECTED_SCHEMA:
    default: return 1008;
    }
}

/* The table of docs/protocol.md says with what a reason begins. */
static void
session_disconnect (SbSession *self, const Trouble *trouble)
{
  g_autofree char *reason = NULL;

  switch (trouble->rejection)
    {
    case SB_REJECTED_TEXT: reason = g_strdup ("text not allowed"); break;
    case SB_REJECTED_BINARY: reason = g_strdup ("binary not allowed"); break;
    case SB_REJECTED_TOO_BIG: reason = g_strdup ("message too big"); break;
    case SB_REJECTED_NOT:
    case SB_REJECTED_READ_ONLY:
    case SB_REJECTED_RATE:
    case SB_REJECTED_UTF8:
    case SB_REJECTED_JSON:
    case SB_REJECTED_DEPTH:
    case SB_REJECTED_SCHEMA:
    default: reason = g_strconcat ("message not allowed: ", trouble->reason, NULL); break;
    }
  sb_session_close (self, get_close_code (trouble->rejection), reason, SB_CLOSED_BY_SERVER, FALSE);
}

/* What its sender gets to see of it. */
static void
session_answer (SbSession *self, const Trouble *trouble, SbRuleFailure action, gboolean too_many)
{
  if (too_many && action != SB_RULE_DISCONNECT)
    {
      sb_counter_add (self->lane->totals.closed_rejected, 1);
      sb_session_close (self, 1008, "too many rejected messages", SB_CLOSED_BY_SERVER, FALSE);
      return;
    }

  if (trouble->told)
    {
      g_autoptr (SbFrame) reply = sb_error_reply_new (trouble->rejection, trouble->reason, trouble->pointer, self->sequence);

      sb_session_queue (self, reply, NULL);
    }
  else if (action == SB_RULE_REPLY)
    sb_counter_add (self->lane->totals.replies_withheld, 1);
  if (action == SB_RULE_DISCONNECT)
    session_disconnect (self, trouble);
}

static void
session_reject (SbSession *self, gboolean binary, const guint8 *payload, gsize length, Trouble *trouble)
{
  gboolean too_many = session_count_rejected (self, trouble->rejection);
  SbRuleFailure action = trouble->rule != NULL ? trouble->rule->spec.on_failure : SB_RULE_REPLY;

  if (trouble->rule != NULL)
    sb_rule_counts_add_failed (trouble->rule->counts, trouble->cause);
  trouble->told = too_many || action == SB_RULE_DISCONNECT ||
                  (action == SB_RULE_REPLY && sb_rate_take (&self->replies, self->lane->now));
  session_log (self, g_bytes_new (payload, length), binary, trouble);
  session_answer (self, trouble, action, too_many); /* may close the session, and its room with the rule: last */
}

static SbRejection
check_to_rejection (SbCheck check)
{
  switch (check)
    {
    case SB_CHECK_PASSED: return SB_REJECTED_NOT;
    case SB_CHECK_SIZE: return SB_REJECTED_TOO_BIG;
    case SB_CHECK_TEXT: return SB_REJECTED_TEXT;
    case SB_CHECK_BINARY: return SB_REJECTED_BINARY;
    case SB_CHECK_JSON: return SB_REJECTED_JSON;
    case SB_CHECK_DEPTH: return SB_REJECTED_DEPTH;
    case SB_CHECK_SCHEMA: return SB_REJECTED_SCHEMA;
    default: g_assert_not_reached ();
    }
}

/* The checks of docs/protocol.md in their order, cheapest first. FALSE: rejected, and all that follows from it is
 * done. */
static gboolean
session_check (SbSession *self, gboolean binary, const guint8 *payload, gsize length)
{
  SbLane *lane = self->lane;
  SbRule *rule = self->room->rule;
  SbMessageLimits limits = { lane->limits.json, lane->limits.max_message, lane->limits.allow_binary,
                             lane->limits.require_json };
  Trouble trouble = { .offset = G_MAXUINT64 };
  SbMessageVerdict verdict;

  if (!self->token->spec.may_publish)
    {
      trouble.rejection = SB_REJECTED_READ_ONLY;
      trouble.reason = "this token may listen but not publish";
      session_reject (self, binary, payload, length, &trouble);
      return FALSE;
    }

  trouble.rule = rule;
  if (!sb_rate_take (&self->rate, lane->now))
    {
      trouble.rejection = SB_REJECTED_RATE;
      trouble.reason = "too many messages a second";
      trouble.cause = SB_CAUSE_RATE;
      session_reject (self, binary, payload, length, &trouble);
      return FALSE;
    }

  if (sb_rule_checker_check (&lane->checker, rule, &limits, binary, (const char *) payload, length, 1, &verdict))
    {
      if (rule != NULL)
        sb_rule_counts_add_passed (rule->counts);
      return TRUE;
    }

  trouble.rejection = check_to_rejection (verdict.check);
  trouble.reason = verdict.message;
  trouble.pointer = verdict.pointer;
  trouble.schema_pointer = verdict.schema_pointer;
  trouble.cause = verdict.cause;
  if (verdict.offset != G_MAXSIZE)
    trouble.offset = verdict.offset;
  session_reject (self, binary, payload, length, &trouble);
  sb_message_verdict_clear (&verdict);

  return FALSE;
}

void
sb_session_take_message (SbSession *self, SbOpcode opcode, guint8 *payload, gsize length)
{
  self->sequence++;
  sb_counter_set (self->peer->counters.last_message, self->lane->real_now);
  if (session_check (self, opcode == SB_OPCODE_BINARY, payload, length))
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
    {
      trouble.rejection = SB_REJECTED_TOO_BIG;
      trouble.cause = SB_CAUSE_TOO_BIG;
    }
  else if (error->close_code == 1007)
    {
      trouble.rejection = SB_REJECTED_UTF8;
      trouble.cause = SB_CAUSE_UTF8;
    }
  else
    return;

  self->sequence++;
  session_count_rejected (self, trouble.rejection);
  trouble.rule = self->token->spec.may_publish ? self->room->rule : NULL;
  if (trouble.rule != NULL)
    sb_rule_counts_add_failed (trouble.rule->counts, trouble.cause);
  session_log (self, g_bytes_new_static ("", 0), FALSE, &trouble);
}

/* The line of the log is that of a message to this client alone: sb_target_to_text() calls it the same. */
void
sb_session_give_retained (SbSession *self)
{
  SbRetained *retained = sb_router_find_retained (&self->lane->router, self->peer->channel);

  if (retained == NULL)
    return;

  gboolean taken = sb_session_queue (self, retained->frame, NULL);
  SbEvent event = {
    .kind = SB_EVENT_TRAFFIC,
    .traffic = {
      .target = g_strdup_printf ("client %" G_GUINT64_FORMAT, self->peer->id),
      .payload = sb_frame_get_payload (retained->frame),
      .size = retained->frame->length - retained->frame->header_length,
      .direction = SB_DIRECTION_DIRECT,
      .binary = retained->frame->opcode == SB_OPCODE_BINARY,
      .reached = taken ? 1 : 0,
      .dropped = taken ? 0 : 1,
      .offset = G_MAXUINT64,
    },
  };

  if (taken)
    sb_retained_count (retained);
  sb_lane_log (self->lane, &event);
}
