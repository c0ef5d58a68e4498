/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-client.h"

#define IDLE_AFTER (5 * 60 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  guint64 messages_in;
  guint64 messages_out;
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 rejected;
  guint64 recent_rejected;
  guint64 dropped;
  guint64 backlog;
  gint64 round_trip;
  double rate;
} Numbers;

struct _SbClient
{
  GObject parent_instance;

  SbPeer *peer;
  Numbers numbers;
  SbClientState state;

  gboolean refreshed;    /* at least once */
  gint64 active_at;      /* monotonic, when the number of messages was last seen to change */
  SbClientPast past;

  gint64 left_at;
  guint16 close_code;
  char *close_reason;
  SbClosedBy closed_by;
};

G_DEFINE_FINAL_TYPE (SbClient, sb_client, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_TOKEN_ID,
  PROP_TITLE,
  PROP_NAME,
  PROP_ADDRESS,
  PROP_CHANNEL,
  PROP_SINCE,
  PROP_MESSAGES_IN,
  PROP_MESSAGES_OUT,
  PROP_BYTES_IN,
  PROP_BYTES_OUT,
  PROP_REJECTED,
  PROP_RECENT_REJECTED,
  PROP_DROPPED,
  PROP_BACKLOG,
  PROP_ROUND_TRIP,
  PROP_RATE,
  PROP_STATE,
  PROP_LEFT_AT,
  PROP_CLOSE_CODE,
  PROP_CLOSE_REASON,
  PROP_CLOSED_BY,
  N_PROPS
};

enum
{
  REFRESHED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sb_client_finalize (GObject *object)
{
  SbClient *self = SB_CLIENT (object);

  g_clear_pointer (&self->peer, sb_peer_unref);
  sb_client_past_clear (&self->past);
  g_free (self->close_reason);

  G_OBJECT_CLASS (sb_client_parent_class)->finalize (object);
}

static void
sb_client_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  SbClient *self = SB_CLIENT (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_uint64 (value, self->peer->id); break;
    case PROP_TOKEN_ID: g_value_set_int64 (value, self->peer->token_id); break;
    case PROP_TITLE: g_value_set_string (value, sb_client_get_title (self)); break;
    case PROP_NAME: g_value_set_string (value, self->peer->name); break;
    case PROP_ADDRESS: g_value_set_string (value, self->peer->address); break;
    case PROP_CHANNEL: g_value_set_string (value, self->peer->channel); break;
    case PROP_SINCE: g_value_set_int64 (value, self->peer->joined_at); break;
    case PROP_MESSAGES_IN: g_value_set_uint64 (value, self->numbers.messages_in); break;
    case PROP_MESSAGES_OUT: g_value_set_uint64 (value, self->numbers.messages_out); break;
    case PROP_BYTES_IN: g_value_set_uint64 (value, self->numbers.bytes_in); break;
    case PROP_BYTES_OUT: g_value_set_uint64 (value, self->numbers.bytes_out); break;
    case PROP_REJECTED: g_value_set_uint64 (value, self->numbers.rejected); break;
    case PROP_RECENT_REJECTED: g_value_set_uint64 (value, self->numbers.recent_rejected); break;
    case PROP_DROPPED: g_value_set_uint64 (value, self->numbers.dropped); break;
    case PROP_BACKLOG: g_value_set_uint64 (value, self->numbers.backlog); break;
    case PROP_ROUND_TRIP: g_value_set_int64 (value, self->numbers.round_trip); break;
    case PROP_RATE: g_value_set_double (value, self->numbers.rate); break;
    case PROP_STATE: g_value_set_int (value, (int) self->state); break;
    case PROP_LEFT_AT: g_value_set_int64 (value, self->left_at); break;
    case PROP_CLOSE_CODE: g_value_set_uint (value, self->close_code); break;
    case PROP_CLOSE_REASON: g_value_set_string (value, self->close_reason); break;
    case PROP_CLOSED_BY: g_value_set_int (value, (int) self->closed_by); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
make_count (const char *name)
{
  return g_param_spec_uint64 (name, NULL, NULL, 0, G_MAXUINT64, 0,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
make_text (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
make_time (const char *name,
           gint64      minimum)
{
  return g_param_spec_int64 (name, NULL, NULL, minimum, G_MAXINT64, MAX (minimum, 0),
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
sb_client_class_init (SbClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_client_finalize;
  object_class->get_property = sb_client_get_property;

  properties[PROP_ID] = make_count ("id");
  properties[PROP_TOKEN_ID] = make_time ("token-id", G_MININT64);
  properties[PROP_TITLE] = make_text ("title");
  properties[PROP_NAME] = make_text ("name");
  properties[PROP_ADDRESS] = make_text ("address");
  properties[PROP_CHANNEL] = make_text ("channel");
  properties[PROP_SINCE] = make_time ("since", G_MININT64);
  properties[PROP_MESSAGES_IN] = make_count ("messages-in");
  properties[PROP_MESSAGES_OUT] = make_count ("messages-out");
  properties[PROP_BYTES_IN] = make_count ("bytes-in");
  properties[PROP_BYTES_OUT] = make_count ("bytes-out");
  properties[PROP_REJECTED] = make_count ("rejected");
  properties[PROP_RECENT_REJECTED] = make_count ("recent-rejected");
  properties[PROP_DROPPED] = make_count ("dropped");
  properties[PROP_BACKLOG] = make_count ("backlog");
  properties[PROP_ROUND_TRIP] = make_time ("round-trip", -1);
  properties[PROP_RATE] = g_param_spec_double ("rate", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, SB_CLIENT_OK, SB_CLIENT_LEFT, SB_CLIENT_OK, flags);
  properties[PROP_LEFT_AT] = make_time ("left-at", G_MININT64);
  properties[PROP_CLOSE_CODE] = g_param_spec_uint ("close-code", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  properties[PROP_CLOSE_REASON] = make_text ("close-reason");
  properties[PROP_CLOSED_BY] = g_param_spec_int ("closed-by", NULL, NULL, SB_CLOSED_BY_CLIENT, SB_CLOSED_BY_NETWORK,
                                                 SB_CLOSED_BY_CLIENT, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbClient::refreshed:
   *
   * Some number or the state changed, or the client left: the row shows something else now.
   */
  signals[REFRESHED] = g_signal_new ("refreshed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
}

static void
sb_client_init (SbClient *self)
{
  self->numbers.round_trip = -1;
}

/**
 * sb_client_new:
 * @peer: (transfer none): a reference is taken
 *
 * Returns: (transfer full): a row whose numbers are 0 until it is refreshed
 */
SbClient *
sb_client_new (SbPeer *peer)
{
  SbClient *self;

  g_return_val_if_fail (peer != NULL, NULL);

  self = g_object_new (SB_TYPE_CLIENT, NULL);
  self->peer = sb_peer_ref (peer);

  return self;
}

SbPeer *
sb_client_get_peer (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), NULL);

  return self->peer;
}

guint64
sb_client_get_id (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->peer->id;
}

/* The label; the beginning of the token for a label that is empty; never NULL. */
const char *
sb_client_get_title (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), NULL);

  if (self->peer->token_label != NULL && *self->peer->token_label != '\0')
    return self->peer->token_label;

  return self->peer->token_hint != NULL ? self->peer->token_hint : "";
}

SbClientState
sb_client_get_state (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), SB_CLIENT_LEFT);

  return self->state;
}

guint64
sb_client_get_messages_in (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.messages_in;
}

guint64
sb_client_get_messages_out (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.messages_out;
}

guint64
sb_client_get_bytes_in (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.bytes_in;
}

guint64
sb_client_get_bytes_out (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.bytes_out;
}

guint64
sb_client_get_rejected (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.rejected;
}

guint64
sb_client_get_recent_rejected (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.recent_rejected;
}

guint64
sb_client_get_dropped (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.dropped;
}

guint64
sb_client_get_backlog (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.backlog;
}

double
sb_client_get_rate (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->numbers.rate;
}

gint64
sb_client_get_round_trip (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), -1);

  return self->numbers.round_trip;
}

/**
 * sb_client_get_rates:
 * @rates: (out caller-allocates) (array fixed-size=60): room for %SB_CLIENT_N_RATES; oldest first
 *
 * What the rate was over the last minute, one for each second. Seconds in which sb_client_refresh() was not called get
 * what it found next.
 *
 * Returns: how many there are
 */
guint
sb_client_get_rates (SbClient *self,
                     double   *rates)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return sb_client_past_get_rates (&self->past, rates);
}

static void
read_counters (SbClient *self,
               Numbers  *numbers)
{
  SbCounters *counters = &self->peer->counters;

  numbers->messages_in = sb_counter_get (counters->messages_in);
  numbers->messages_out = sb_counter_get (counters->messages_out);
  numbers->bytes_in = sb_counter_get (counters->bytes_in);
  numbers->bytes_out = sb_counter_get (counters->bytes_out);
  numbers->rejected = sb_counter_get (counters->rejected);
  numbers->dropped = sb_counter_get (counters->dropped);
  numbers->backlog = sb_counter_get (counters->backlog);
  numbers->round_trip = sb_counter_get (counters->round_trip);
}

static gboolean
numbers_equal (const Numbers *a,
               const Numbers *b)
{
  return a->messages_in == b->messages_in && a->messages_out == b->messages_out &&
         a->bytes_in == b->bytes_in && a->bytes_out == b->bytes_out &&
         a->rejected == b->rejected && a->recent_rejected == b->recent_rejected &&
         a->dropped == b->dropped && a->backlog == b->backlog &&
         a->round_trip == b->round_trip && a->rate == b->rate;
}

static SbClientState
derive_state (const Numbers *numbers,
              gint64         idle_for,
              guint64        max_backlog)
{
  if (max_backlog > 0 && numbers->backlog > max_backlog / 2)
    return SB_CLIENT_SLOW;
  if (numbers->recent_rejected > 0)
    return SB_CLIENT_REJECTED;
  if (idle_for >= IDLE_AFTER)
    return SB_CLIENT_IDLE;

  return SB_CLIENT_OK;
}

/* Tells what changed, once. */
static gboolean
apply (SbClient      *self,
       const Numbers *numbers,
       SbClientState  state)
{
  gboolean state_changed = state != self->state;

  if (!state_changed && numbers_equal (numbers, &self->numbers))
    return FALSE;

  self->numbers = *numbers;
  self->state = state;
  if (state_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_signal_emit (self, signals[REFRESHED], 0);

  return TRUE;
}

/**
 * sb_client_refresh:
 * @now: monotonic time, µs
 * @max_backlog: bytes that may wait for one client; 0: no limit, so nobody is slow
 *
 * Reads the counters and derives rate, recent rejections and state. How exact those three are depends on how often this
 * is called: a rejection counts as recent for 60 to 65 s when it is called every five seconds or more often.
 *
 * Returns: whether anything a row shows changed; always %FALSE once the client left
 */
gboolean
sb_client_refresh (SbClient *self,
                   gint64    now,
                   guint64   max_backlog)
{
  Numbers numbers = { 0 };
  guint64 messages;

  g_return_val_if_fail (SB_IS_CLIENT (self), FALSE);

  if (self->left_at != 0)
    return FALSE;

  read_counters (self, &numbers);
  messages = numbers.messages_in + numbers.messages_out;
  if (!self->refreshed)
    {
      sb_client_past_init (&self->past, now);
      self->refreshed = TRUE;
      self->active_at = now;
    }
  else if (messages != self->numbers.messages_in + self->numbers.messages_out)
    {
      self->active_at = now;
    }

  numbers.rate = sb_client_past_add (&self->past, now, messages);
  numbers.recent_rejected = sb_client_past_add_rejected (&self->past, now, numbers.rejected);

  return apply (self, &numbers, derive_state (&numbers, now - self->active_at, max_backlog));
}

/**
 * sb_client_set_left:
 * @time: real time, µs
 * @code: RFC 6455 §7.4; 1006 where no close frame came
 * @reason: (nullable): bytes that are not UTF-8 are replaced
 *
 * Reads the counters a last time and remembers how it ended. Once only.
 */
void
sb_client_set_left (SbClient   *self,
                    gint64      time,
                    guint16     code,
                    const char *reason,
                    SbClosedBy  by)
{
  Numbers numbers;

  g_return_if_fail (SB_IS_CLIENT (self));
  g_return_if_fail (time != 0);
  g_return_if_fail (self->left_at == 0);

  self->left_at = time;
  self->close_code = code;
  self->close_reason = reason != NULL ? g_utf8_make_valid (reason, -1) : NULL;
  self->closed_by = by;

  numbers = self->numbers;
  read_counters (self, &numbers);
  numbers.rate = 0;
  apply (self, &numbers, SB_CLIENT_LEFT);
}

gint64
sb_client_get_left_at (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->left_at;
}

guint16
sb_client_get_close_code (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), 0);

  return self->close_code;
}

const char *
sb_client_get_close_reason (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), NULL);

  return self->close_reason;
}

SbClosedBy
sb_client_get_closed_by (SbClient *self)
{
  g_return_val_if_fail (SB_IS_CLIENT (self), SB_CLOSED_BY_NETWORK);

  return self->closed_by;
}
