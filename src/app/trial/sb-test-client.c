/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-trial"

#include "trial/sb-test-client.h"
#include "access/sb-channel.h"
#include "trial/sb-test-token.h"
#include "trial/sb-test-wire.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

struct _SbTestClient
{
  GObject parent_instance;

  SbEngine *engine;
  SbTestToken *token;
  SbTalkLog *log;
  SbTestWire *wire; /* NULL: there is no connection, nor one on its way */
  SbTestClientState state;
  gboolean troubled;
  gboolean ended;
  char *status;
  char *channel;
  guint16 port;   /* of this end; 0: not connected */
  guint64 id;     /* among the clients */
  guint64 n_sent; /* messages over this connection */
};

G_DEFINE_FINAL_TYPE (SbTestClient, sb_test_client, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_STATUS,
  PROP_TROUBLED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_state (SbTestClient     *self,
           SbTestClientState state,
           gboolean          troubled,
           const char       *status)
{
  gboolean changed = self->state != state;
  gboolean differs = self->troubled != troubled;

  g_object_freeze_notify (G_OBJECT (self));
  self->state = state;
  self->troubled = troubled;
  if (g_set_str (&self->status, status))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  if (differs)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLED]);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
add_line (SbTestClient *self,
          SbTalkLine   *line /* transfer full */)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (lines, line);
  sb_talk_log_append (self->log, lines, 0);
}

/* --- which of the clients it is --- */

static void
take_id (SbTestClient *self,
         SbClient     *client)
{
  const SbPeer *peer = sb_client_get_peer (client);
  g_autofree char *number = NULL;
  g_autofree char *status = NULL;

  if (self->state != SB_TEST_CLIENT_CONNECTED || self->id != 0 || peer->port != self->port ||
      !g_str_equal (peer->channel, self->channel))
    return;
  self->id = peer->id;
  number = sb_format_number (self->id);
  /* Translators: a number, and a channel, as in "Connected as client 17 on /room" */
  status = g_strdup_printf (_("Connected as client %s on %s"), number, self->channel);
  set_state (self, SB_TEST_CLIENT_CONNECTED, FALSE, status);
}

/* It may be listed before its own end has heard that it is connected; it is among the last that came. */
static void
find_id (SbTestClient *self)
{
  GListModel *clients = G_LIST_MODEL (sb_engine_get_clients (self->engine));

  for (guint i = g_list_model_get_n_items (clients); i > 0 && self->id == 0; i--)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i - 1);

      take_id (self, client);
    }
}

/* --- what happens on the wire --- */

static void
leave (SbTestClient *self,
       gint64        time,
       gboolean      troubled,
       const char   *status)
{
  g_clear_pointer (&self->wire, sb_test_wire_free);
  self->port = 0;
  self->id = 0;
  add_line (self, sb_talk_line_new (troubled ? SB_TALK_TROUBLE : SB_TALK_EVENT, time, status, NULL, 0, FALSE));
  set_state (self, SB_TEST_CLIENT_IDLE, troubled, status);
}

static SbTalkLine *
opened (SbTestClient          *self,
        const SbTestWireEvent *event)
{
  /* Translators: %s is a channel */
  g_autofree char *status = g_strdup_printf (_("Connected on %s"), self->channel);

  self->port = (guint16) event->number;
  self->n_sent = 0;
  set_state (self, SB_TEST_CLIENT_CONNECTED, FALSE, status);
  find_id (self);
  return sb_talk_line_new (SB_TALK_EVENT, event->time, status, NULL, 0, FALSE);
}

static SbTalkLine *
heard (SbTestClient          *self,
       const SbTestWireEvent *event)
{
  g_autofree char *error = event->binary ? NULL : sb_talk_line_read_error (event->payload, self->n_sent);

  return sb_talk_line_new (error != NULL ? SB_TALK_REJECTED : SB_TALK_RECEIVED, event->time, error, event->payload, event->size,
                           event->binary);
}

/* How the connection ended, or why none came about. */
static char *
describe_end (const SbTestWireEvent *event)
{
  switch (event->kind)
    {
    case SB_TEST_WIRE_REFUSED:
      if (event->code == NULL)
        /* Translators: a status of HTTP, as in "Refused: 404 Not Found" */
        return g_strdup_printf (_("Refused: %u %s"), event->number, event->text);
      /* Translators: a status of HTTP, a code, and a sentence, as in "Refused: 403 channel_not_allowed. The token is not for this channel." */
      return g_strdup_printf (_("Refused: %u %s. %s"), event->number, event->code, event->text);
    case SB_TEST_WIRE_FAILED:
      /* Translators: %s is a sentence, or a part of one, of the system */
      return g_strdup_printf (_("Not connected: %s"), event->text);
    case SB_TEST_WIRE_CLOSED:
      if (event->asked)
        return g_strdup (_("Disconnected"));
      if (event->number == 0)
        return g_strdup (_("The connection was lost"));
      /* Translators: a number and a reason, as in "Closed by the server: 1001 server stopping" */
      return g_strdup_printf (_("Closed by the server: %u %s"), event->number, event->text != NULL ? event->text : "");
    case SB_TEST_WIRE_OPENED:
    case SB_TEST_WIRE_MESSAGE:
    default:
      g_assert_not_reached ();
    }
}

/* A flood comes in here some times a second, many messages at once. */
static void
wire_cb (gpointer wire,
         gpointer user_data)
{
  g_autoptr (SbTestClient) self = g_object_ref (user_data);
  guint64 n_lost;
  g_autoptr (GPtrArray) events = sb_test_wire_take (wire, &n_lost);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_object_unref);
  const SbTestWireEvent *end = NULL;

  for (guint i = 0; i < events->len; i++)
    {
      const SbTestWireEvent *event = g_ptr_array_index (events, i);

      if (event->kind == SB_TEST_WIRE_OPENED)
        g_ptr_array_add (lines, opened (self, event));
      else if (event->kind == SB_TEST_WIRE_MESSAGE)
        g_ptr_array_add (lines, heard (self, event));
      else
        end = event;
    }
  sb_talk_log_append (self->log, lines, n_lost);
  if (end != NULL)
    {
      g_autofree char *status = describe_end (end);

      leave (self, end->time, end->kind != SB_TEST_WIRE_CLOSED || !end->asked, g_strchomp (status));
    }
}

/* --- connecting --- */

static GUri *
make_uri (SbTestClient *self)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (self->engine);
  g_autoptr (GUri) base = uris != NULL && uris[0] != NULL ? g_uri_parse (uris[0], G_URI_FLAGS_ENCODED, NULL) : NULL;
  g_autofree char *name = g_uri_escape_string (_("Test client"), NULL, FALSE);
  g_autofree char *query = g_strconcat ("name=", name, NULL);

  if (base == NULL)
    return NULL;
  return g_uri_build (G_URI_FLAGS_ENCODED, g_uri_get_scheme (base), NULL, g_uri_get_host (base), g_uri_get_port (base), self->channel, query,
                      NULL);
}

static void
open_wire (SbTestClient *self,
           const char   *secret)
{
  g_autoptr (GUri) uri = make_uri (self);

  if (uri == NULL)
    leave (self, g_get_real_time (), TRUE, _("The server is not running"));
  else
    self->wire = sb_test_wire_new (uri, secret, sb_engine_get_certificate (self->engine), wire_cb, self);
}

static void
got_token_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (SbTestClient) self = user_data;
  g_autoptr (GError) error = NULL;
  char *secret = sb_test_token_get_finish (SB_TEST_TOKEN (source), result, &error);

  if (self->ended)
    ;
  else if (self->state == SB_TEST_CLIENT_CLOSING)
    leave (self, g_get_real_time (), FALSE, _("Disconnected"));
  else if (secret == NULL)
    leave (self, g_get_real_time (), TRUE, error->message);
  else
    open_wire (self, secret);
  g_clear_pointer (&secret, sb_token_secret_free);
}

void
sb_test_client_connect (SbTestClient *self,
                        const char   *channel,
                        const char   *secret)
{
  g_return_if_fail (SB_IS_TEST_CLIENT (self));
  g_return_if_fail (self->state == SB_TEST_CLIENT_IDLE && !self->ended);
  g_return_if_fail (sb_channel_check (channel, NULL));

  g_set_str (&self->channel, channel);
  set_state (self, SB_TEST_CLIENT_CONNECTING, FALSE, _("Connecting…"));
  if (secret != NULL)
    open_wire (self, secret);
  else
    sb_test_token_get_async (self->token, got_token_cb, g_object_ref (self));
}

void
sb_test_client_disconnect (SbTestClient *self)
{
  g_return_if_fail (SB_IS_TEST_CLIENT (self));

  if (self->state != SB_TEST_CLIENT_CONNECTING && self->state != SB_TEST_CLIENT_CONNECTED)
    return;
  set_state (self, SB_TEST_CLIENT_CLOSING, FALSE, _("Disconnecting…"));
  /* Without one the token is on its way. */
  if (self->wire != NULL)
    sb_test_wire_close (self->wire);
}

void
sb_test_client_send (SbTestClient *self,
                     GBytes       *text)
{
  g_return_if_fail (SB_IS_TEST_CLIENT (self));
  g_return_if_fail (self->state == SB_TEST_CLIENT_CONNECTED);
  g_return_if_fail (text != NULL);

  self->n_sent++;
  sb_test_wire_send (self->wire, text);
  add_line (self, sb_talk_line_new (SB_TALK_SENT, g_get_real_time (), NULL, text, g_bytes_get_size (text), FALSE));
}

void
sb_test_client_end (SbTestClient *self)
{
  g_return_if_fail (SB_IS_TEST_CLIENT (self));

  if (self->ended)
    return;
  self->ended = TRUE;
  /* The good-bye is on its way before the revocation is on disk. */
  g_clear_pointer (&self->wire, sb_test_wire_free);
  sb_test_token_discard (self->token);
}

static void
sb_test_client_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbTestClient *self = SB_TEST_CLIENT (object);

  switch (prop_id)
    {
    case PROP_STATE: g_value_set_int (value, self->state); break;
    case PROP_STATUS: g_value_set_string (value, self->status); break;
    case PROP_TROUBLED: g_value_set_boolean (value, self->troubled); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_test_client_dispose (GObject *object)
{
  SbTestClient *self = SB_TEST_CLIENT (object);

  if (self->token != NULL)
    sb_test_client_end (self);
  g_clear_object (&self->token);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_test_client_parent_class)->dispose (object);
}

static void
sb_test_client_finalize (GObject *object)
{
  SbTestClient *self = SB_TEST_CLIENT (object);

  g_clear_object (&self->log);
  g_free (self->status);
  g_free (self->channel);

  G_OBJECT_CLASS (sb_test_client_parent_class)->finalize (object);
}

static void
sb_test_client_class_init (SbTestClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_test_client_get_property;
  object_class->dispose = sb_test_client_dispose;
  object_class->finalize = sb_test_client_finalize;

  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, SB_TEST_CLIENT_IDLE, SB_TEST_CLIENT_CLOSING, SB_TEST_CLIENT_IDLE, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  properties[PROP_TROUBLED] = g_param_spec_boolean ("troubled", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_test_client_init (SbTestClient *self)
{
  self->log = sb_talk_log_new ();
  self->status = g_strdup (_("Not connected"));
}

SbTestClient *
sb_test_client_new (SbEngine *engine)
{
  SbTestClient *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_TEST_CLIENT, NULL);
  self->engine = g_object_ref (engine);
  self->token = sb_test_token_new (engine);
  g_signal_connect_object (sb_engine_get_clients (engine), "joined", G_CALLBACK (take_id), self, G_CONNECT_SWAPPED);
  return self;
}

SbTestClientState
sb_test_client_get_state (SbTestClient *self)
{
  g_return_val_if_fail (SB_IS_TEST_CLIENT (self), SB_TEST_CLIENT_IDLE);

  return self->state;
}

const char *
sb_test_client_get_status (SbTestClient *self)
{
  g_return_val_if_fail (SB_IS_TEST_CLIENT (self), NULL);

  return self->status;
}

gboolean
sb_test_client_get_troubled (SbTestClient *self)
{
  g_return_val_if_fail (SB_IS_TEST_CLIENT (self), FALSE);

  return self->troubled;
}

SbTalkLog *
sb_test_client_get_log (SbTestClient *self)
{
  g_return_val_if_fail (SB_IS_TEST_CLIENT (self), NULL);

  return self->log;
}

guint64
sb_test_client_get_id (SbTestClient *self)
{
  g_return_val_if_fail (SB_IS_TEST_CLIENT (self), 0);

  return self->id;
}
