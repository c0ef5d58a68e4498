/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-client.h"
#include "support/sb-test-frames.h"

#include <string.h>

/* What a test client sends, in whole frames. */

gboolean
sb_test_client_send_frame (SbTestClient *self, guint8 first, const void *payload, gsize length)
{
  g_autoptr (GByteArray) stream = g_byte_array_sized_new (14 + length);

  sb_test_append_frame (stream, first, payload, length);
  return sb_test_client_send_bytes (self, stream->data, stream->len);
}

gboolean
sb_test_client_send_text (SbTestClient *self, const char *text)
{
  return sb_test_client_send_frame (self, 0x81, text, strlen (text));
}

gboolean
sb_test_client_send_binary (SbTestClient *self, const void *payload, gsize length)
{
  return sb_test_client_send_frame (self, 0x82, payload, length);
}

gboolean
sb_test_client_send_ping (SbTestClient *self, const char *payload)
{
  return sb_test_client_send_frame (self, 0x89, payload, strlen (payload));
}

gboolean
sb_test_client_send_close (SbTestClient *self, guint16 code, const char *reason)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  const guint8 wire[] = { code >> 8, code & 0xFF };

  if (code != 0)
    g_byte_array_append (body, wire, sizeof wire);
  if (reason != NULL)
    g_byte_array_append (body, (const guint8 *) reason, strlen (reason));
  return sb_test_client_send_frame (self, 0x88, body->data, body->len);
}
