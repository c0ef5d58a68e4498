/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include "net/sb-hub.h"
#include "support/sb-test-client.h"
#include "support/sb-test-tls.h"
#include "support/sb-test-wait.h"

/* A hub that listens, one token that opens every channel, and what the hub told: what the tests of the wire stand
 * on. */
typedef struct
{
  SbHub *hub;
  guint16 port;
  SbToken *token;
  char *secret;
  guint n_done;
  guint n_joined;
  GPtrArray *channels;   /* of those who joined, in order */
  SbPeer *last;          /* of those */
  GPtrArray *refusals;   /* (element-type utf8): "404 no_such_channel" */
  GArray *traffic;       /* (element-type SbTrafficRecord) */
  guint n_left;
  guint16 left_code;     /* of the last one who left */
  char *left_reason;
  SbClosedBy left_by;
} Wire;

static inline void
wire_clear_record (gpointer record)
{
  sb_traffic_record_clear (record);
}

static inline void
wire_events_cb (SbEvent *events, gsize n, gpointer user_data)
{
  Wire *self = user_data;

  for (SbEvent *event = events; event < events + n; event++)
    switch (event->kind)
      {
      case SB_EVENT_JOINED:
        self->n_joined++;
        g_ptr_array_add (self->channels, g_strdup (event->peer->channel));
        g_clear_pointer (&self->last, sb_peer_unref);
        self->last = sb_peer_ref (event->peer);
        break;
      case SB_EVENT_LEFT:
        self->n_left++;
        self->left_code = event->left.code;
        self->left_by = event->left.by;
        g_set_str (&self->left_reason, event->left.reason);
        break;
      case SB_EVENT_REFUSED:
        g_ptr_array_add (self->refusals, g_strdup_printf ("%u %s", event->refused.status, event->refused.error));
        break;
      case SB_EVENT_TRAFFIC:
        {
          SbTrafficRecord record;

          sb_traffic_record_copy (&event->traffic, &record);
          g_array_append_val (self->traffic, record);
        }
        break;
      case SB_EVENT_REPORT:
      case SB_EVENT_NOTICE:
        break;
      default:
        g_assert_not_reached ();
      }
}

static inline void
wire_done_cb (guint n, gpointer user_data)
{
  ((Wire *) user_data)->n_done++;
}

/* Puts another version of the token, and waits until every lane knows it; and so everything that was asked for
 * before. */
static inline void
wire_put_token (Wire *self, const SbTokenSpec *spec, gint64 revoked_at)
{
  guint8 hash[SB_TOKEN_HASH_SIZE];
  g_autofree char *hint = sb_token_secret_hint (self->secret);
  SbToken *before = self->token;
  guint n_done = self->n_done;

  sb_token_secret_hash (self->secret, -1, hash);
  self->token = sb_token_new (1, spec, hash, hint, NULL, 0, g_get_real_time (), revoked_at);
  g_clear_pointer (&before, sb_token_unref); /* only now: @spec may be in it */
  sb_hub_put_token (self->hub, self->token, wire_done_cb, self);
  sb_test_wait (self->n_done > n_done);
}

static inline void
wire_set_limits (Wire *self, const SbSessionLimits *limits)
{
  sb_hub_set_session_limits (self->hub, limits);
  wire_put_token (self, &self->token->spec, 0);
}

static inline void
wire_set_up_lanes (Wire *self, guint n_lanes)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("wire");
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GError) error = NULL;
  SbGateLimits limits;

  self->channels = g_ptr_array_new_with_free_func (g_free);
  self->refusals = g_ptr_array_new_with_free_func (g_free);
  self->traffic = g_array_new (FALSE, FALSE, sizeof (SbTrafficRecord));
  g_array_set_clear_func (self->traffic, wire_clear_record);
  self->secret = sb_token_secret_generate ();
  self->hub = sb_hub_new (n_lanes, 1, wire_events_cb, self);
  sb_gate_limits_init (&limits);
  limits.max_attempts = 100000;
  sb_hub_set_gate_limits (self->hub, &limits);
  sb_gate_limits_clear (&limits);
  sb_hub_listen (self->hub, loopback, 0, &error);
  g_assert_no_error (error);
  self->port = sb_hub_get_port (self->hub);
  wire_put_token (self, spec, 0);
}

static inline void
wire_set_up (Wire *self, gconstpointer data)
{
  wire_set_up_lanes (self, 1);
}

/* The hub and its clients speak TLS. */
static inline void
wire_set_up_tls (Wire *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = sb_test_load_certificate ();

  wire_set_up_lanes (self, 1);
  sb_hub_set_certificate (self->hub, certificate);
  wire_put_token (self, &self->token->spec, 0);
  sb_test_clients_speak_tls (TRUE);
}

static inline void
wire_tear_down (Wire *self, gconstpointer data)
{
  sb_test_clients_speak_tls (FALSE);
  sb_hub_free (self->hub);
  g_assert_cmpuint (self->n_joined, ==, self->n_left);
  g_ptr_array_unref (self->channels);
  g_clear_pointer (&self->last, sb_peer_unref);
  g_ptr_array_unref (self->refusals);
  g_array_unref (self->traffic);
  g_free (self->left_reason);
  sb_token_unref (self->token);
  sb_token_secret_free (self->secret);
}

/* A client that is in, and that the hub has told of. */
static inline SbTestClient *
wire_open (Wire *self, const char *path)
{
  guint n_joined = self->n_joined;
  SbTestClient *client = sb_test_client_new_open (self->port, path, self->secret);

  sb_test_wait (self->n_joined > n_joined);
  return client;
}

/* Sends the bytes in pieces of up to @most, so that they arrive in as many reads as the server likes to make. */
static inline void
wire_send_pieces (SbTestClient *client, const GByteArray *stream, guint most)
{
  gsize done = 0;

  while (done < stream->len)
    {
      gsize n = g_test_rand_int_range (1, most + 1);

      n = MIN (n, stream->len - done);
      if (!sb_test_client_send_bytes (client, stream->data + done, n))
        return; /* the server has seen enough; what it made of it is what is tested */
      done += n;
      if (most < 100)
        sb_test_iterate ();
    }
}
