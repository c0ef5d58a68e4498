/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the hub share: a hub with one token, and what it told. */

#include "access/sb-token.h"
#include "net/sb-hub.h"
#include "support/sb-test-client.h"
#include "support/sb-test-tls.h"
#include "support/sb-test-wait.h"

typedef struct
{
  SbHub *hub;
  guint16 port;
  SbToken *token;
  char *secret;
  guint n_done;      /* calls of done_cb() */
  guint n_concerned; /* what the last one said */

  GPtrArray *joined; /* (element-type SbPeer) */
  GPtrArray *left;
  guint16 left_code;
  char *left_reason;
  SbClosedBy left_by;
  GArray *traffic;   /* (element-type SbTrafficRecord) */
  guint n_reports;
  guint targeted, sent, dropped, pending;
  SbMissedWhy missed_why; /* of the first that a report named */
  guint n_refused;
  const char *refused_error;
  char *refused_origin, *refused_path;
  const char *notice; /* the code of the last one */
  guint n_notices;
} HubFixture;

static inline void
clear_record (gpointer record)
{
  sb_traffic_record_clear (record);
}

static inline void
take_traffic (HubFixture *self, const SbEvent *event)
{
  SbTrafficRecord record;

  sb_traffic_record_copy (&event->traffic, &record);
  g_array_append_val (self->traffic, record);
}

static inline void
events_cb (SbEvent *events, gsize n, gpointer user_data)
{
  HubFixture *self = user_data;

  for (SbEvent *event = events; event < events + n; event++)
    switch (event->kind)
      {
      case SB_EVENT_JOINED:
        g_ptr_array_add (self->joined, sb_peer_ref (event->peer));
        break;
      case SB_EVENT_LEFT:
        g_ptr_array_add (self->left, sb_peer_ref (event->peer));
        self->left_code = event->left.code;
        self->left_by = event->left.by;
        g_set_str (&self->left_reason, event->left.reason);
        break;
      case SB_EVENT_REFUSED:
        self->n_refused++;
        self->refused_error = event->refused.error;
        g_set_str (&self->refused_origin, event->refused.origin);
        g_set_str (&self->refused_path, event->refused.path);
        break;
      case SB_EVENT_TRAFFIC:
        take_traffic (self, event);
        break;
      case SB_EVENT_REPORT:
        self->n_reports++;
        self->targeted += event->report.targeted;
        self->sent += event->report.sent;
        self->dropped += event->report.dropped;
        self->pending += event->report.pending;
        if (event->report.missed != NULL)
          self->missed_why = ((SbMissed *) g_ptr_array_index (event->report.missed, 0))->why;
        break;
      case SB_EVENT_NOTICE:
        self->notice = event->notice.code;
        self->n_notices++;
        break;
      default:
        g_assert_not_reached ();
      }
}

static inline void
done_cb (guint n, gpointer user_data)
{
  HubFixture *self = user_data;

  self->n_done++;
  self->n_concerned = n;
}

static inline SbToken *
make_token (HubFixture *self, SbTokenSpec *spec, gint64 revoked_at)
{
  guint8 hash[SB_TOKEN_HASH_SIZE];
  g_autofree char *hint = sb_token_secret_hint (self->secret);

  sb_token_secret_hash (self->secret, -1, hash);

  return sb_token_new (1, spec, hash, hint, NULL, 0, g_get_real_time (), revoked_at);
}

static inline void
put_token (HubFixture *self, SbTokenSpec *spec, gint64 revoked_at)
{
  guint n_done = self->n_done;

  g_clear_pointer (&self->token, sb_token_unref);
  self->token = make_token (self, spec, revoked_at);
  sb_hub_put_token (self->hub, self->token, done_cb, self);
  sb_test_wait (self->n_done > n_done);
}

static inline void
set_limits (HubFixture *self, const SbSessionLimits *limits)
{
  guint n_done = self->n_done;

  sb_hub_set_session_limits (self->hub, limits);
  sb_hub_fence (self->hub, done_cb, self);
  sb_test_wait (self->n_done > n_done);
}

static inline SbHubTotals
get_totals (HubFixture *self)
{
  SbHubTotals totals;

  sb_hub_get_totals (self->hub, &totals);

  return totals;
}

static inline void
hub_fixture_set_up (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GError) error = NULL;

  self->joined = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_peer_unref);
  self->left = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_peer_unref);
  self->traffic = g_array_new (FALSE, FALSE, sizeof (SbTrafficRecord));
  g_array_set_clear_func (self->traffic, clear_record);
  self->secret = sb_token_secret_generate ();
  self->hub = sb_hub_new (GPOINTER_TO_UINT (data), 1, events_cb, self);
  sb_hub_listen (self->hub, loopback, 0, &error);
  g_assert_no_error (error);
  self->port = sb_hub_get_port (self->hub);
  put_token (self, spec, 0);
}

/* The hub and its clients speak TLS. */
static inline void
hub_fixture_set_up_tls (HubFixture *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = sb_test_load_certificate ();

  hub_fixture_set_up (self, data);
  sb_hub_set_certificate (self->hub, certificate);
  put_token (self, &self->token->spec, 0);
  sb_test_clients_speak_tls (TRUE);
}

static inline void
hub_fixture_tear_down (HubFixture *self, gconstpointer data)
{
  sb_test_clients_speak_tls (FALSE);
  sb_hub_free (self->hub);
  /* Nobody came without going. */
  g_assert_cmpuint (self->joined->len, ==, self->left->len);
  g_ptr_array_unref (self->joined);
  g_ptr_array_unref (self->left);
  g_array_unref (self->traffic);
  g_free (self->left_reason);
  g_free (self->refused_origin);
  g_free (self->refused_path);
  sb_token_unref (self->token);
  sb_token_secret_free (self->secret);
}

static inline SbTestClient *
connect_client (HubFixture *self, const char *path)
{
  guint n_joined = self->joined->len;
  SbTestClient *client = sb_test_client_new_open (self->port, path, self->secret);

  sb_test_wait (self->joined->len > n_joined);

  return client;
}
