/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-client.h"

#include "control/sb-control-private.h"
#include "control/sb-control-socket.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

/* More than a broadcast's report or a slow disk need. */
#define TIMEOUT_S 60

static gboolean
means_nobody_is_there (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
         g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
         g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
}

static void
set_error (const char *data_dir, const GError *cause, GError **error)
{
  if (means_nobody_is_there (cause))
    g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING, _("No Signalbox is running on “%s”."), data_dir);
  else
    g_set_error (error, cause->domain, cause->code, _("The Signalbox that runs on “%s” cannot be asked: %s."),
                 data_dir, cause->message);
}

static JsonNode *
parse_answer (GBytes *bytes, const char *data_dir, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (!json_parser_load_from_data (parser, text != NULL ? text : "", (gssize) length, NULL) ||
      json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("The program that runs on “%s” does not answer like Signalbox."), data_dir);
      return NULL;
    }

  return json_parser_steal_root (parser);
}

/* @timeout: s without a byte; 0: for ever. */
static SoupSession *
connect_to (const char *data_dir, guint timeout, int *dir_fd, GError **error)
{
  g_autoptr (GSocketAddress) address = sb_control_socket_address_new (data_dir, dir_fd, error);

  if (address == NULL)
    return NULL;

  return soup_session_new_with_options ("remote-connectable", address, "proxy-resolver", NULL, "timeout", timeout,
                                        "user-agent", "signalboxctl/" PACKAGE_VERSION, NULL);
}

/**
 * sb_control_client_call:
 * @data_dir: the directory that a Signalbox has open
 * @path: with its query, percent-encoded: "/audit?limit=5"
 * @body: (nullable): an object
 * @status: (out): of HTTP
 *
 * Asks the running program.
 *
 * Errors: %SB_ENGINE_ERROR_NOT_RUNNING where nobody listens; %G_IO_ERROR for anything else that kept the answer away.
 * What the program answers, errors as well, is no error here.
 *
 * Returns: (transfer full): the answer, an object
 */
JsonNode *
sb_control_client_call (const char *data_dir, const char *method, const char *path, JsonNode *body, guint *status,
                        GError **error)
{
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *uri = NULL;
  int dir_fd = -1;

  g_return_val_if_fail (data_dir != NULL, NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (path != NULL && path[0] == '/', NULL);
  g_return_val_if_fail (status != NULL, NULL);

  session = connect_to (data_dir, TIMEOUT_S, &dir_fd, &local);
  if (session == NULL)
    {
      set_error (data_dir, local, error);
      return NULL;
    }

  uri = g_strconcat ("http://localhost", path, NULL);
  message = soup_message_new (method, uri);
  if (body != NULL)
    {
      g_autofree char *text = json_to_string (body, FALSE);
      g_autoptr (GBytes) sent = g_bytes_new (text, strlen (text));

      soup_message_set_request_body_from_bytes (message, "application/json", sent);
    }
  bytes = soup_session_send_and_read (session, message, NULL, &local);
  if (dir_fd >= 0)
    close (dir_fd);
  if (bytes == NULL)
    {
      set_error (data_dir, local, error);
      return NULL;
    }
  *status = soup_message_get_status (message);

  return parse_answer (bytes, data_dir, error);
}

/**
 * sb_control_client_open:
 * @path: with its query, percent-encoded
 * @status: (out): of HTTP
 *
 * Asks the running program, by GET, for what comes bit by bit. Blocks until the answer begins; what is read of it afterwards may come any time.
 *
 * Errors: as sb_control_client_call(). What the program answers, errors as well, is no error here.
 *
 * Returns: (transfer full): the body of the answer
 */
GInputStream *
sb_control_client_open (const char *data_dir, const char *path, guint *status, GError **error)
{
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *uri = NULL;
  GInputStream *stream = NULL;
  int dir_fd = -1;

  g_return_val_if_fail (data_dir != NULL, NULL);
  g_return_val_if_fail (path != NULL && path[0] == '/', NULL);
  g_return_val_if_fail (status != NULL, NULL);

  session = connect_to (data_dir, 0, &dir_fd, &local);
  if (session != NULL)
    {
      uri = g_strconcat ("http://localhost", path, NULL);
      message = soup_message_new ("GET", uri);
      stream = soup_session_send (session, message, NULL, &local);
    }
  if (dir_fd >= 0)
    close (dir_fd);
  if (stream == NULL)
    {
      set_error (data_dir, local, error);
      return NULL;
    }
  *status = soup_message_get_status (message);
  /* Which would cut the connection. */
  g_object_set_data_full (G_OBJECT (stream), "session", g_steal_pointer (&session), g_object_unref);

  return stream;
}
