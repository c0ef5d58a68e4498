/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-session.h"

#include <string.h>

/* What the admin changes while a client is there: its token, the limits, its channel's rule. */

/* 0 is no limit. */
static guint
get_lower (guint a, guint b)
{
  return a == 0 || b == 0 ? MAX (a, b) : MIN (a, b);
}

/* The messages a second of the token, of the server or of the channel's rule, whichever is least; 0: no limit. */
guint
sb_session_get_rate (SbSession *self)
{
  SbRule *rule = self->room != NULL ? self->room->rule : NULL;
  guint rate = get_lower (self->token->spec.messages_per_second, self->lane->limits.messages_per_second);

  return rule != NULL ? get_lower (rate, rule->spec.messages_per_second) : rate;
}

static void
session_change_rates (SbSession *self)
{
  guint rate = sb_session_get_rate (self), replies = self->lane->limits.max_error_replies;

  sb_rate_change (&self->rate, rate, MAX (rate, 1));
  sb_rate_change (&self->replies, replies, MAX (replies, 1));
}

guint64
sb_session_hash_begin (const guint8 *hash)
{
  guint64 begin;

  memcpy (&begin, hash, sizeof begin);

  return begin;
}

/* Whether the secret it came with still opens its token, or does so for the rest of the grace. */
static gboolean
session_secret_is_valid (SbSession *self, gint64 real_time)
{
  const SbToken *token = self->token;

  return self->secret == sb_session_hash_begin (token->hash) ||
         (token->previous_until > real_time && self->secret == sb_session_hash_begin (token->previous_hash));
}

gboolean
sb_session_set_token (SbSession *self, SbToken *token, gint64 real_time)
{
  if (self->state != SB_SESSION_OPEN)
    return FALSE;

  g_return_val_if_fail (self->token->id == token->id, FALSE);

  sb_token_ref (token);
  sb_token_unref (self->token);
  self->token = token;
  session_change_rates (self);

  switch (sb_token_get_state (token, real_time))
    {
    case SB_TOKEN_REVOKED:
      sb_session_close (self, 3000, "token revoked", SB_CLOSED_BY_ADMIN, TRUE);
      return TRUE;
    case SB_TOKEN_EXPIRED:
    case SB_TOKEN_NOT_YET_VALID:
      sb_session_close (self, 3000, "token expired", SB_CLOSED_BY_SERVER, TRUE);
      return TRUE;
    case SB_TOKEN_ACTIVE:
    case SB_TOKEN_EXPIRING:
    default:
      break;
    }
  if (!session_secret_is_valid (self, real_time))
    {
      sb_session_close (self, 3000, "token revoked", SB_CLOSED_BY_ADMIN, TRUE);
      return TRUE;
    }
  if (!sb_token_allows (token, self->peer->channel))
    {
      sb_session_close (self, 3003, "channel not allowed", SB_CLOSED_BY_ADMIN, TRUE);
      return TRUE;
    }

  return FALSE;
}

/* What waits longer than it now may, waits no longer than that. */
static void
session_hurry (SbSession *self)
{
  const SbLane *lane = self->lane;
  gint64 due;

  if (self->state != SB_SESSION_OPEN)
    due = lane->now + sb_session_get_close_timeout (self);
  else if (self->ping_open)
    due = self->ping_sent_at + lane->limits.pong_timeout * G_TIME_SPAN_SECOND;
  else
    due = lane->now + lane->limits.ping_interval * G_TIME_SPAN_SECOND;
  if (due < self->timer.due)
    sb_session_set_timer (self, due);
}

void
sb_session_limits_changed (SbSession *self)
{
  sb_frame_reader_set_max_message (&self->reader, self->lane->limits.max_message);
  if (self->token != NULL)
    session_change_rates (self);
  session_hurry (self);
}

void
sb_session_rules_changed (SbSession *self)
{
  if (self->room != NULL)
    session_change_rates (self);
}
