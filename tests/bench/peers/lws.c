/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one would write with libwebsockets: a peer of the benchmark. `lws-server bcast|echo|pair` prints the port it
 * listens on. */
#include "config.h"

#include "bench-process.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

typedef enum
{
  MODE_BCAST, /* to all others */
  MODE_ECHO,  /* back */
  MODE_PAIR,  /* to the others of the same path */
} Mode;

/* One message for many clients; lws_write() puts the frame's header before it, the same for each. */
typedef struct
{
  guint references;
  gsize length;
  guint8 data[]; /* LWS_PRE bytes of room, then the payload */
} Message;

typedef struct
{
  struct lws *wsi;
  GPtrArray *channel;
  GQueue waiting;     /* of Message */
  GByteArray *joined; /* of a message that came in parts; NULL for none */
} Client;

static Mode mode;
static GHashTable *channels; /* path → GPtrArray of Client */

static void
message_unref (gpointer data)
{
  Message *message = data;

  if (--message->references == 0)
    g_free (message);
}

static void
client_enqueue (Client *client, Message *message)
{
  message->references++;
  g_queue_push_tail (&client->waiting, message);
  lws_callback_on_writable (client->wsi);
}

static void
forward (Client *client, const void *payload, gsize length)
{
  Message *message = g_malloc (sizeof (Message) + LWS_PRE + length);

  message->references = 1;
  message->length = length;
  memcpy (message->data + LWS_PRE, payload, length);
  if (mode == MODE_ECHO)
    client_enqueue (client, message);
  else
    for (guint i = 0; i < client->channel->len; i++)
      if (client->channel->pdata[i] != client)
        client_enqueue (client->channel->pdata[i], message);
  message_unref (message);
}

static void
received (Client *client, const void *bytes, gsize length)
{
  if (client->joined == NULL && lws_is_first_fragment (client->wsi) && lws_is_final_fragment (client->wsi))
    {
      forward (client, bytes, length);
      return;
    }
  if (client->joined == NULL)
    client->joined = g_byte_array_new ();
  g_byte_array_append (client->joined, bytes, length);
  if (lws_is_final_fragment (client->wsi))
    {
      forward (client, client->joined->data, client->joined->len);
      g_clear_pointer (&client->joined, g_byte_array_unref);
    }
}

/* As many as the socket takes: one for each call back would be slower than it need be. */
static int
send_waiting (Client *client)
{
  Message *message;

  while ((message = g_queue_pop_head (&client->waiting)) != NULL)
    {
      int n = lws_write (client->wsi, message->data + LWS_PRE, message->length, LWS_WRITE_TEXT);

      message_unref (message);
      if (n < 0)
        return -1;
      if (lws_send_pipe_choked (client->wsi))
        break;
    }
  if (!g_queue_is_empty (&client->waiting))
    lws_callback_on_writable (client->wsi);
  return 0;
}

static void
established (Client *client, struct lws *wsi)
{
  char path[128] = "";

  if (mode == MODE_PAIR)
    lws_hdr_copy (wsi, path, sizeof path, WSI_TOKEN_GET_URI);
  client->wsi = wsi;
  client->joined = NULL;
  g_queue_init (&client->waiting);
  client->channel = g_hash_table_lookup (channels, path);
  if (client->channel == NULL)
    {
      client->channel = g_ptr_array_new ();
      g_hash_table_insert (channels, g_strdup (path), client->channel);
    }
  g_ptr_array_add (client->channel, client);
}

static int
protocol_cb (struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
  Client *client = user;

  switch ((int) reason)
    {
    case LWS_CALLBACK_ESTABLISHED:
      established (client, wsi);
      return 0;
    case LWS_CALLBACK_CLOSED:
      g_ptr_array_remove_fast (client->channel, client);
      g_queue_clear_full (&client->waiting, message_unref);
      g_clear_pointer (&client->joined, g_byte_array_unref);
      return 0;
    case LWS_CALLBACK_RECEIVE:
      received (client, in, length);
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return send_waiting (client);
    default:
      return lws_callback_http_dummy (wsi, reason, user, in, length);
    }
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
  static const struct lws_protocols protocols[] = {
    { "bench", protocol_cb, sizeof (Client), 65536, 0, NULL, 0 },
    LWS_PROTOCOL_LIST_TERM,
  };
  struct lws_context_creation_info info = { 0 };
  struct lws_context *context;
  struct lws_vhost *vhost;

  if (argc != 2 || !choose_mode (argv[1]))
    {
      g_printerr ("Usage: lws-server bcast|echo|pair\n");
      return 2;
    }
  bench_raise_files ();
  lws_set_log_level (LLL_ERR | LLL_WARN, NULL);
  channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  info.iface = "127.0.0.1";
  info.protocols = protocols;
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  context = lws_create_context (&info);
  if (context == NULL)
    return 1;
  vhost = lws_create_vhost (context, &info);
  if (vhost == NULL)
    return 1;
  g_print ("%d\n", lws_get_vhost_listen_port (vhost));
  fflush (stdout);
  while (lws_service (context, 0) >= 0)
    ;
  lws_context_destroy (context);
  return 0;
}
