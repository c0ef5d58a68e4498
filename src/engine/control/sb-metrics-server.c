/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-control"

#include "control/sb-metrics-server.h"

#include "control/sb-control-private.h"
#include "control/sb-http-port.h"
#include "net/sb-listen-socket.h"
#include "sb-setting.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

/* Who asks is a monitor or two, and a person who tries it out. */
#define MAX_CONNECTIONS 16
/* Seconds until it is tried again to listen: the address may come with a cable, the port be freed by another program. */
#define RETRY 10

struct _SbMetricsServer
{
  SbControl *control; /* not ours */
  SbEngine *engine;
  char *endpoint;     /* as it was tried last; "" for nowhere */
  SbHttpPort *port;   /* NULL: it does not listen */
  char *uri;
  guint retry;
};

/* --- answers --- */

static void
respond_text (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Connection", "close");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
respond_metrics (SbMetricsServer *self, SoupServerMessage *message)
{
  g_autofree char *text = sb_control_make_metrics (self->control);

  respond_text (message, 200, SB_METRICS_TYPE, text);
}

/* Well is who lets clients in. */
static void
respond_health (SbMetricsServer *self, SoupServerMessage *message)
{
  SbEngineState state = sb_engine_get_state (self->engine);
  gboolean well = state == SB_ENGINE_LISTENING || state == SB_ENGINE_DEGRADED;
  g_autofree char *text = g_strconcat (well ? "ok" : sb_engine_state_to_id (state), "\n", NULL);

  respond_text (message, well ? 200 : 503, "text/plain; charset=utf-8", text);
}

static void
request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  SbMetricsServer *self = user_data;
  const char *method = soup_server_message_get_method (message);
  gboolean known = g_str_equal (path, "/metrics") || g_str_equal (path, "/health");

  if (!known)
    respond_text (message, 404, "text/plain; charset=utf-8", "There are /metrics and /health.\n");
  else if (!g_str_equal (method, "GET") && !g_str_equal (method, "HEAD"))
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", "GET, HEAD");
      respond_text (message, 405, "text/plain; charset=utf-8", "It can be read only.\n");
    }
  else if (g_str_equal (path, "/metrics"))
    respond_metrics (self, message);
  else
    respond_health (self, message);
}

/* A body is no part of any request here: what comes of one is dropped. */
static void
early_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

/* --- the port --- */

static void
stop (SbMetricsServer *self)
{
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_pointer (&self->port, sb_http_port_free);
  g_clear_pointer (&self->uri, g_free);
}

/* What a person on this computer can type. */
static char *
make_uri (GInetAddress *address, guint16 port)
{
  g_autofree char *host = address != NULL ? g_inet_address_to_string (address) : g_strdup ("127.0.0.1");

  return g_strdup_printf (strchr (host, ':') != NULL ? "http://[%s]:%u/metrics" : "http://%s:%u/metrics", host, (guint) port);
}

/* Seconds that a connection has for its request and for reading the answer: as many as a client has for its handshake. */
static guint
get_lifetime (SbMetricsServer *self)
{
  guint lifetime;

  g_object_get (sb_engine_get_settings (self->engine), "handshake-timeout", &lifetime, NULL);

  return lifetime;
}

static gboolean
start (SbMetricsServer *self, GError **error)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (SoupServer) server = NULL;
  guint16 port;
  int fd;

  if (!sb_setting_split_endpoint (self->endpoint, &address, &port))
    return TRUE; /* nowhere */
  fd = sb_listen_socket_new (address, port, error);
  if (fd < 0)
    return FALSE;

  self->uri = make_uri (address, sb_listen_socket_get_port (fd));
  server = soup_server_new ("server-header", "Signalbox", NULL);
  soup_server_add_early_handler (server, NULL, early_cb, self, NULL);
  soup_server_add_handler (server, NULL, request_cb, self, NULL);
  self->port = sb_http_port_new (fd, server, MAX_CONNECTIONS, get_lifetime (self), error);

  return self->port != NULL;
}

static void try (SbMetricsServer *self);

static gboolean
retry_cb (gpointer user_data)
{
  SbMetricsServer *self = user_data;

  self->retry = 0;
  try (self);

  return G_SOURCE_REMOVE;
}

static void
try (SbMetricsServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  if (start (self, &error))
    {
      sb_engine_set_metrics_trouble (self->engine, NULL);
      return;
    }

  stop (self);
  /* Translators: an address with a port, and a sentence that says why */
  message = g_strdup_printf (_("Metrics cannot be given on %s: %s"), self->endpoint, error->message);
  sb_engine_set_metrics_trouble (self->engine, message);
  self->retry = g_timeout_add_seconds (RETRY, retry_cb, self);
}

static void
changed_cb (SbMetricsServer *self)
{
  g_autofree char *endpoint = sb_settings_get_text (sb_engine_get_settings (self->engine), "metrics-listen");

  if (!g_set_str (&self->endpoint, endpoint))
    return;
  stop (self);
  try (self);
}

static void
lifetime_changed_cb (SbMetricsServer *self)
{
  if (self->port != NULL)
    sb_http_port_set_lifetime (self->port, get_lifetime (self));
}

SbMetricsServer *
sb_metrics_server_new (SbControl *control)
{
  SbMetricsServer *self = g_new0 (SbMetricsServer, 1);

  self->control = control;
  self->engine = g_object_ref (sb_control_get_engine (control));
  self->endpoint = g_strdup ("");
  g_signal_connect_swapped (sb_engine_get_settings (self->engine), "notify::metrics-listen", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (sb_engine_get_settings (self->engine), "notify::handshake-timeout", G_CALLBACK (lifetime_changed_cb), self);
  changed_cb (self);

  return self;
}

void
sb_metrics_server_free (SbMetricsServer *self)
{
  g_signal_handlers_disconnect_by_data (sb_engine_get_settings (self->engine), self);
  stop (self);
  sb_engine_set_metrics_trouble (self->engine, NULL);
  g_object_unref (self->engine);
  g_free (self->endpoint);
  g_free (self);
}

char *
sb_metrics_server_dup_uri (SbMetricsServer *self)
{
  return g_strdup (self->uri);
}
