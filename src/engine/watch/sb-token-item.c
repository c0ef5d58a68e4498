/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-token-item.h"

struct _SbTokenItem
{
  GObject parent_instance;

  SbToken *token;
  SbTokenState state;
  gint64 derived_at;  /* when @state was derived, and until when it holds */
  gint64 next_change;

  guint live;
  gint64 last_used;
  char *last_address;
};

G_DEFINE_FINAL_TYPE (SbTokenItem, sb_token_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TOKEN_ID,
  PROP_LABEL,
  PROP_HINT,
  PROP_CHANNELS,
  PROP_MAY_PUBLISH,
  PROP_STATE,
  PROP_LIVE,
  PROP_LAST_USED,
  PROP_LAST_ADDRESS,
  PROP_CREATED_AT,
  PROP_NOT_BEFORE,
  PROP_EXPIRES_AT,
  PROP_REVOKED_AT,
  PROP_MAX_CONNECTIONS,
  PROP_MESSAGES_PER_SECOND,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sb_token_item_finalize (GObject *object)
{
  SbTokenItem *self = SB_TOKEN_ITEM (object);

  g_clear_pointer (&self->token, sb_token_unref);
  g_free (self->last_address);

  G_OBJECT_CLASS (sb_token_item_parent_class)->finalize (object);
}

static void
sb_token_item_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbTokenItem *self = SB_TOKEN_ITEM (object);
  const SbTokenSpec *spec = &self->token->spec;

  switch (prop_id)
    {
    case PROP_TOKEN_ID: g_value_set_int64 (value, self->token->id); break;
    case PROP_LABEL: g_value_set_string (value, spec->label); break;
    case PROP_HINT: g_value_set_string (value, self->token->hint); break;
    case PROP_CHANNELS: g_value_take_string (value, g_strjoinv (", ", spec->channels)); break;
    case PROP_MAY_PUBLISH: g_value_set_boolean (value, spec->may_publish); break;
    case PROP_STATE: g_value_set_int (value, (int) self->state); break;
    case PROP_LIVE: g_value_set_uint (value, self->live); break;
    case PROP_LAST_USED: g_value_set_int64 (value, self->last_used); break;
    case PROP_LAST_ADDRESS: g_value_set_string (value, self->last_address); break;
    case PROP_CREATED_AT: g_value_set_int64 (value, self->token->created_at); break;
    case PROP_NOT_BEFORE: g_value_set_int64 (value, spec->not_before); break;
    case PROP_EXPIRES_AT: g_value_set_int64 (value, spec->expires_at); break;
    case PROP_REVOKED_AT: g_value_set_int64 (value, self->token->revoked_at); break;
    case PROP_MAX_CONNECTIONS: g_value_set_uint (value, spec->max_connections); break;
    case PROP_MESSAGES_PER_SECOND: g_value_set_uint (value, spec->messages_per_second); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
make_time (const char *name)
{
  return g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
make_text (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
make_count (const char *name)
{
  return g_param_spec_uint (name, NULL, NULL, 0, G_MAXUINT, 0,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
sb_token_item_class_init (SbTokenItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_token_item_finalize;
  object_class->get_property = sb_token_item_get_property;

  properties[PROP_TOKEN_ID] = make_time ("token-id");
  properties[PROP_LABEL] = make_text ("label");
  properties[PROP_HINT] = make_text ("hint");
  properties[PROP_CHANNELS] = make_text ("channels");
  properties[PROP_MAY_PUBLISH] = g_param_spec_boolean ("may-publish", NULL, NULL, FALSE, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, SB_TOKEN_ACTIVE, SB_TOKEN_REVOKED, SB_TOKEN_ACTIVE,
                                             flags);
  properties[PROP_LIVE] = make_count ("live");
  properties[PROP_LAST_USED] = make_time ("last-used");
  properties[PROP_LAST_ADDRESS] = make_text ("last-address");
  properties[PROP_CREATED_AT] = make_time ("created-at");
  properties[PROP_NOT_BEFORE] = make_time ("not-before");
  properties[PROP_EXPIRES_AT] = make_time ("expires-at");
  properties[PROP_REVOKED_AT] = make_time ("revoked-at");
  properties[PROP_MAX_CONNECTIONS] = make_count ("max-connections");
  properties[PROP_MESSAGES_PER_SECOND] = make_count ("messages-per-second");
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbTokenItem::changed:
   *
   * Something of the row changed: the token was replaced, its state, its use or its number of connections.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_token_item_init (SbTokenItem *self)
{
}

static void
notify (SbTokenItem *self,
        guint        prop_id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/* The first moment after @now at which sb_token_get_state() says something else. A state never comes back as time
 * goes by, so halving finds it, and the rules of states stay in one place. */
static gint64
find_next_change (const SbToken *token,
                  gint64         now)
{
  SbTokenState state = sb_token_get_state (token, now);
  gint64 before = now;
  gint64 after = MAX (token->spec.not_before, token->spec.expires_at);

  if (after <= now || sb_token_get_state (token, after) == state)
    return G_MAXINT64;

  while (after - before > 1)
    {
      gint64 middle = before + (after - before) / 2;

      if (sb_token_get_state (token, middle) == state)
        before = middle;
      else
        after = middle;
    }

  return after;
}

static gboolean
set_state (SbTokenItem *self,
           gint64       now)
{
  SbTokenState state = sb_token_get_state (self->token, now);

  self->derived_at = now;
  self->next_change = find_next_change (self->token, now);
  if (state == self->state)
    return FALSE;

  self->state = state;
  notify (self, PROP_STATE);

  return TRUE;
}

SbTokenItem *
sb_token_item_new (SbToken *token,
                   gint64   now)
{
  SbTokenItem *self;

  g_return_val_if_fail (token != NULL, NULL);

  self = g_object_new (SB_TYPE_TOKEN_ITEM, NULL);
  self->token = sb_token_ref (token);
  set_state (self, now);

  return self;
}

gboolean
sb_token_item_set_token (SbTokenItem *self,
                         SbToken     *token,
                         gint64       now)
{
  g_autoptr (SbToken) old = NULL;
  const SbTokenSpec *before, *after;

  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), FALSE);
  g_return_val_if_fail (token != NULL, FALSE);
  g_return_val_if_fail (token->id == self->token->id, FALSE);

  old = g_steal_pointer (&self->token);
  self->token = sb_token_ref (token);
  before = &old->spec;
  after = &token->spec;

  g_object_freeze_notify (G_OBJECT (self));
  if (g_strcmp0 (before->label, after->label) != 0)
    notify (self, PROP_LABEL);
  if (g_strcmp0 (old->hint, token->hint) != 0)
    notify (self, PROP_HINT);
  if (!g_strv_equal ((const char *const *) before->channels, (const char *const *) after->channels))
    notify (self, PROP_CHANNELS);
  if (before->may_publish != after->may_publish)
    notify (self, PROP_MAY_PUBLISH);
  if (old->created_at != token->created_at)
    notify (self, PROP_CREATED_AT);
  if (before->not_before != after->not_before)
    notify (self, PROP_NOT_BEFORE);
  if (before->expires_at != after->expires_at)
    notify (self, PROP_EXPIRES_AT);
  if (old->revoked_at != token->revoked_at)
    notify (self, PROP_REVOKED_AT);
  if (before->max_connections != after->max_connections)
    notify (self, PROP_MAX_CONNECTIONS);
  if (before->messages_per_second != after->messages_per_second)
    notify (self, PROP_MESSAGES_PER_SECOND);
  set_state (self, now);
  g_object_thaw_notify (G_OBJECT (self));

  g_signal_emit (self, signals[CHANGED], 0);

  return TRUE;
}

gboolean
sb_token_item_set_live (SbTokenItem *self,
                        guint        live)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), FALSE);

  if (live == self->live)
    return FALSE;

  self->live = live;
  notify (self, PROP_LIVE);
  g_signal_emit (self, signals[CHANGED], 0);

  return TRUE;
}

gboolean
sb_token_item_set_used (SbTokenItem *self,
                        gint64       time,
                        const char  *address)
{
  gboolean time_changed, address_changed;

  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), FALSE);

  time_changed = time != self->last_used;
  self->last_used = time;
  address_changed = g_set_str (&self->last_address, address);
  if (!time_changed && !address_changed)
    return FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  if (time_changed)
    notify (self, PROP_LAST_USED);
  if (address_changed)
    notify (self, PROP_LAST_ADDRESS);
  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[CHANGED], 0);

  return TRUE;
}

gboolean
sb_token_item_state_holds (SbTokenItem *self,
                           gint64       now)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), FALSE);

  return now >= self->derived_at && now < self->next_change;
}

gboolean
sb_token_item_derive_state (SbTokenItem *self,
                            gint64       now)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), FALSE);

  if (sb_token_item_state_holds (self, now) || !set_state (self, now))
    return FALSE;

  g_signal_emit (self, signals[CHANGED], 0);

  return TRUE;
}

gint64
sb_token_item_get_next_change (SbTokenItem *self,
                               gint64       now)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), G_MAXINT64);

  return sb_token_item_state_holds (self, now) ? self->next_change : find_next_change (self->token, now);
}

SbToken *
sb_token_item_get_token (SbTokenItem *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), NULL);

  return self->token;
}

gint64
sb_token_item_get_id (SbTokenItem *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), 0);

  return self->token->id;
}

SbTokenState
sb_token_item_get_state (SbTokenItem *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), SB_TOKEN_REVOKED);

  return self->state;
}

guint
sb_token_item_get_live (SbTokenItem *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), 0);

  return self->live;
}

gint64
sb_token_item_get_last_used (SbTokenItem *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), 0);

  return self->last_used;
}

const char *
sb_token_item_get_last_address (SbTokenItem *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_ITEM (self), NULL);

  return self->last_address;
}
