/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-upgrade.h"

#include <string.h>

#define SHA1_SIZE 20
#define ACCEPT_SIZE 29 /* of the Base64 of those, with its NUL */

/* RFC 6455 §4.2.2, 5.4: the SHA-1 of the key and this, in Base64. */
static void
compute_accept (const char *key, char *text)
{
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[SHA1_SIZE];
  gsize size = sizeof digest;
  int state = 0, save = 0;
  gsize length;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) guid, sizeof guid - 1);
  g_checksum_get_digest (checksum, digest, &size);
  length = g_base64_encode_step (digest, size, FALSE, text, &state, &save);
  length += g_base64_encode_close (FALSE, text + length, &state, &save);
  text[length] = '\0';
}

gboolean
sb_upgrade_write (const SbCaller *caller, const char *key, const char *protocol, const SbDeflateOffer *deflate)
{
  g_autoptr (GString) text = g_string_sized_new (512);
  char accept[ACCEPT_SIZE + 4]; /* what the functions' rule of thumb asks for */

  compute_accept (key, accept);
  g_string_append (text, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
  g_string_append (text, accept);
  if (protocol != NULL)
    {
      g_string_append (text, "\r\nSec-WebSocket-Protocol: ");
      g_string_append (text, protocol);
    }
  if (deflate->window_bits > 0)
    {
      g_autofree char *extensions = sb_deflate_offer_answer (deflate);

      g_string_append (text, "\r\nSec-WebSocket-Extensions: ");
      g_string_append (text, extensions);
    }
  g_string_append (text, "\r\n\r\n");

  return sb_caller_write (caller, text->str, text->len);
}
