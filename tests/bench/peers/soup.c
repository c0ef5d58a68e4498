/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one would write with libsoup alone, on its main loop: a peer of the benchmark.
 * `soup-server bcast|echo|pair` prints the port it listens on. */
#include "config.h"

#include "bench-process.h"

#include <libsoup/soup.h>
#include <stdio.h>

typedef enum
{
  MODE_BCAST, /* to all others */
  MODE_ECHO,  /* back */
  MODE_PAIR,  /* to the others of the same path */
} Mode;

static Mode mode;
static GHashTable *channels; /* path → GPtrArray of SoupWebsocketConnection */

static void
message_cb (SoupWebsocketConnection *connection, int type, GBytes *message, gpointer user_data)
{
  GPtrArray *channel = user_data;

  if (mode == MODE_ECHO)
    {
      soup_websocket_connection_send_message (connection, type, message);
      return;
    }
  for (guint i = 0; i < channel->len; i++)
    if (channel->pdata[i] != connection &&
        soup_websocket_connection_get_state (channel->pdata[i]) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_send_message (channel->pdata[i], type, message);
}

static void
closed_cb (SoupWebsocketConnection *connection, gpointer user_data)
{
  g_ptr_array_remove_fast (user_data, connection);
  g_object_unref (connection);
}

static void
upgraded_cb (SoupServer              *server,
             SoupServerMessage       *message,
             const char              *path,
             SoupWebsocketConnection *connection,
             gpointer                 user_data)
{
  const char *name = mode == MODE_PAIR ? path : "";
  GPtrArray *channel = g_hash_table_lookup (channels, name);

  if (channel == NULL)
    {
      channel = g_ptr_array_new ();
      g_hash_table_insert (channels, g_strdup (name), channel);
    }
  g_ptr_array_add (channel, g_object_ref (connection));
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), channel);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), channel);
}

static gboolean
choose_mode (const char *name)
{
  static const char *const names[] = { "bcast", "echo", "pair" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        mode = i;
        return TRUE;
      }
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  if (argc != 2 || !choose_mode (argv[1]))
    {
      g_printerr ("Usage: soup-server bcast|echo|pair\n");
      return 2;
    }
  bench_raise_files ();
  channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  server = soup_server_new (NULL, NULL);
  soup_server_remove_websocket_extension (server, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_websocket_handler (server, NULL, NULL, NULL, upgraded_cb, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("soup-server: %s\n", error->message);
      return 1;
    }
  uris = soup_server_get_uris (server);
  g_print ("%d\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (loop);
  return 0;
}
