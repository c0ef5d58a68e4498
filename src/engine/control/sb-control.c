/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-control"

#include "control/sb-control-follower.h"
#include "control/sb-control-private.h"
#include "control/sb-control-socket.h"
#include "control/sb-http-port.h"
#include "control/sb-metrics-server.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128
#define MAX_FOLLOWERS 16
/* Beside the message, of which a JSON string may need two bytes for one: as much again as the largest schema, and the
 * rest. */
#define BODY_EXTRA (2 * SB_RULE_MAX_SCHEMA + (64 << 10))

struct _SbControl
{
  GObject parent_instance;

  SbEngine *engine;
  SbHttpPort *port;     /* NULL: it does not listen */
  SbMetricsServer *metrics;
  gint64 start_time;    /* of the program, near enough: real time, µs */
  GPtrArray *followers; /* (element-type SbFollower) */
  char *path; /* of the socket, where it is ours to remove */
};

G_DEFINE_FINAL_TYPE (SbControl, sb_control, G_TYPE_OBJECT)

static void
sb_control_dispose (GObject *object)
{
  SbControl *self = SB_CONTROL (object);

  sb_control_close (self);
  g_clear_pointer (&self->followers, g_ptr_array_unref);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_control_parent_class)->dispose (object);
}

static void
sb_control_class_init (SbControlClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_control_dispose;
}

static void
sb_control_init (SbControl *self)
{
  self->followers = g_ptr_array_new ();
  self->start_time = g_get_real_time ();
}

/**
 * sb_control_new:
 * @engine: an open engine; a reference is taken
 *
 * Returns: (transfer full): the handler of requests; it does not listen yet
 */
SbControl *
sb_control_new (SbEngine *engine)
{
  SbControl *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_CONTROL, NULL);
  self->engine = g_object_ref (engine);

  return self;
}

SbEngine *
sb_control_get_engine (SbControl *self)
{
  return self->engine;
}

/* Free with g_free(). */
char *
sb_control_make_metrics (SbControl *self)
{
  return sb_metrics_make (self->engine, self->start_time, self->followers->len);
}

void
sb_control_get_metrics (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_request_answer_text (request, sb_control_make_metrics (request->control), SB_METRICS_TYPE);
}

/* Where metrics are given by HTTP; NULL: nowhere. */
char *
sb_control_dup_metrics_uri (SbControl *self)
{
  return self->metrics != NULL ? sb_metrics_server_dup_uri (self->metrics) : NULL;
}

/* Bytes that the body of a request may have: as many as the largest message needs, written as a JSON string. */
gsize
sb_control_get_max_body (SbControl *self)
{
  SbSessionLimits limits;

  sb_settings_get_session_limits (sb_engine_get_settings (self->engine), &limits);

  return 2 * limits.max_message + BODY_EXTRA;
}

/* --- requests, whoever carries them --- */

/**
 * sb_control_handle_async:
 * @method: "GET", …
 * @path: percent-decoded, without the query: "/tokens/3/revoke"
 * @query: (nullable) (element-type utf8 utf8): decoded
 * @body: (nullable): JSON
 *
 * Handles one request of docs/control.md. Main thread; the answer comes on its main context.
 */
void
sb_control_handle_async (SbControl *self, const char *method, const char *path, GHashTable *query, GBytes *body,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SB_IS_CONTROL (self));
  g_return_if_fail (method != NULL);
  g_return_if_fail (path != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  sb_control_dispatch (self, task, method, path, query, body, FALSE);
}

/* Free with sb_control_reply_free(). */
SbControlReply *
sb_control_finish_reply (SbControl *self, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  SbControlReply *reply = g_task_propagate_pointer (G_TASK (result), &error);

  /* The handlers answer errors too, so there is always one. */
  g_assert (reply != NULL);

  return reply;
}

static JsonNode *
make_text_node (const char *text)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_set_string_member (object, "text", text);
  json_object_unref (object);

  return node;
}

/**
 * sb_control_handle_finish:
 * @status: (out) (optional): of HTTP
 *
 * Returns: (transfer full): the answer; errors are objects with "error" and "message", and what is a text of its own is the member "text"
 * of one
 */
JsonNode *
sb_control_handle_finish (SbControl *self, GAsyncResult *result, guint *status)
{
  SbControlReply *reply;
  JsonNode *node;

  g_return_val_if_fail (SB_IS_CONTROL (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  reply = sb_control_finish_reply (self, result);
  node = reply->text != NULL ? make_text_node (reply->text) : g_steal_pointer (&reply->node);
  if (status != NULL)
    *status = reply->status;
  sb_control_reply_free (reply);

  return node;
}

/* --- over HTTP --- */

static void
respond (SoupServerMessage *message, SbControlReply *reply)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *text = reply->text != NULL ? g_steal_pointer (&reply->text) : json_to_string (reply->node, FALSE);
  const char *type = reply->text_type != NULL ? reply->text_type : "application/json";
  gsize length = strlen (text);

  if (reply->allow != NULL)
    soup_message_headers_replace (headers, "Allow", reply->allow);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  /* libsoup keeps connections only where the listening is its own, and does not say so to a client that would send the
   * next request. */
  soup_message_headers_replace (headers, "Connection", "close");
  soup_server_message_set_status (message, reply->status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, g_steal_pointer (&text), length);
  sb_control_reply_free (reply);
}

static void
follower_gone_cb (SbFollower *follower, gpointer user_data)
{
  SbControl *self = user_data;

  g_ptr_array_remove (self->followers, follower);
  sb_follower_free (follower);
}

/* libsoup would notice that the reader is gone, or slow, only by what it writes: the connection is taken out of its hands. */
static void
stream (SbControl *self, SoupServerMessage *message, SbControlReply *reply)
{
  gboolean chunked = soup_server_message_get_http_version (message) != SOUP_HTTP_1_0;
  g_autoptr (GIOStream) stolen = soup_server_message_steal_connection (message);
  g_autoptr (GSocketConnection) connection = NULL;

  g_object_get (stolen, "base-iostream", &connection, NULL);
  g_ptr_array_add (self->followers, sb_follower_new (self->engine, reply->follow, reply->follow_from, connection, chunked,
                                                     follower_gone_cb, self));
  sb_control_reply_free (reply);
}

static void
handled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbControl *self = SB_CONTROL (source);
  g_autoptr (SoupServerMessage) message = user_data;
  SbControlReply *reply = sb_control_finish_reply (self, result);

  if (reply->follow != NULL && self->followers->len < MAX_FOLLOWERS && self->port != NULL)
    {
      stream (self, message, reply);
      return;
    }
  if (reply->follow != NULL)
    {
      sb_control_reply_free (reply);
      reply = sb_control_reply_new_error (503, "too_many", _("As many follow the traffic as may. Try again when one of them has ended."));
    }
  respond (message, reply);
  soup_server_message_unpause (message);
}

/* Reads no more than is allowed into memory; the answer to the rest is given when all has come. */
static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  SbControl *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if ((gsize) body->length > sb_control_get_max_body (self))
    {
      g_object_set_data (G_OBJECT (message), "too-big", message);
      soup_message_body_set_accumulate (body, FALSE);
      soup_message_body_truncate (body);
    }
}

static void
early_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), user_data);
}

static gboolean
is_json (SoupServerMessage *message)
{
  const char *type = soup_message_headers_get_content_type (soup_server_message_get_request_headers (message), NULL);

  return type != NULL && g_ascii_strcasecmp (type, "application/json") == 0;
}

static void
request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  SbControl *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *raw_query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) params = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GTask) task = NULL;

  if (g_object_get_data (G_OBJECT (message), "too-big") != NULL)
    {
      g_autofree char *text =
          g_strdup_printf (_("The request has more than %zu bytes."), sb_control_get_max_body (self));

      respond (message, sb_control_reply_new_error (413, "too_big", text));
      return;
    }
  bytes = soup_message_body_flatten (body);
  if (g_bytes_get_size (bytes) > 0 && !is_json (message))
    {
      respond (message, sb_control_reply_new_error (415, "unsupported_media_type",
                                                    _("The request has to be of type application/json.")));
      return;
    }

  /* Read here, for libsoup passes over what has no value. */
  if (raw_query != NULL && (params = g_uri_parse_params (raw_query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL)) == NULL)
    {
      respond (message, sb_control_reply_new_error (400, "bad_request",
                                                    _("The query is not made of NAME=VALUE with “&” between.")));
      return;
    }

  soup_server_message_pause (message);
  task = g_task_new (self, NULL, handled_cb, g_object_ref (message));
  sb_control_dispatch (self, task, soup_server_message_get_method (message), path, params, bytes, TRUE);
}

/* --- the socket --- */

/* Between bind() and listen() nobody can connect, so the mode is right before anybody may. */
static int
open_socket (const char *path, GSocketAddress *address, GError **error)
{
  struct sockaddr_un native;
  gssize size = g_socket_address_get_native_size (address);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int number;

  if (fd >= 0 && g_socket_address_to_native (address, &native, sizeof native, NULL) &&
      bind (fd, (struct sockaddr *) &native, size) == 0 && g_chmod (path, 0600) == 0 && listen (fd, BACKLOG) == 0)
    return fd;

  number = errno;
  if (fd >= 0)
    close (fd);
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number),
               _("The control socket “%s” cannot be opened: %s."), path, g_strerror (number));

  return -1;
}

/**
 * sb_control_listen:
 *
 * Serves requests on DIR/control.sock, mode 0600, and metrics where the settings say. The engine holds the lock of the directory, so a socket that is there
 * is left over from a program that was killed; it is replaced.
 *
 * Errors: %G_FILE_ERROR
 */
gboolean
sb_control_listen (SbControl *self, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (SoupServer) server = NULL;
  int dir_fd = -1;
  int fd;

  g_return_val_if_fail (SB_IS_CONTROL (self), FALSE);
  g_return_val_if_fail (self->port == NULL, FALSE);

  path = g_build_filename (sb_engine_get_data_dir (self->engine), SB_CONTROL_SOCKET_NAME, NULL);
  address = sb_control_socket_address_new (sb_engine_get_data_dir (self->engine), &dir_fd, error);
  if (address == NULL)
    return FALSE;

  g_unlink (path);
  fd = open_socket (path, address, error);
  if (dir_fd >= 0)
    close (dir_fd);
  if (fd < 0)
    return FALSE;

  server = soup_server_new ("server-header", "Signalbox ", NULL);
  soup_server_add_early_handler (server, NULL, early_cb, self, NULL);
  soup_server_add_handler (server, NULL, request_cb, self, NULL);
  self->port = sb_http_port_new (fd, server, 0, 0, error);
  if (self->port == NULL)
    return FALSE;
  self->path = g_steal_pointer (&path);
  self->metrics = sb_metrics_server_new (self);

  return TRUE;
}

/**
 * sb_control_close:
 *
 * Serves no more, and removes the socket. Requests under way are not answered any more, though what they ordered goes
 * on. Who follows the traffic is told the last of it, and that it was the last.
 */
void
sb_control_close (SbControl *self)
{
  g_return_if_fail (SB_IS_CONTROL (self));

  if (self->path != NULL)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->metrics, sb_metrics_server_free);
  for (guint i = 0; i < self->followers->len; i++)
    sb_follower_end (g_ptr_array_index (self->followers, i));
  g_ptr_array_set_size (self->followers, 0);
  g_clear_pointer (&self->port, sb_http_port_free);
}
