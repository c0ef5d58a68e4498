/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-client.h"

#include <string.h>

/* What a test says has to come: where something else does, it fails. */

static SbTestFrame *
expect_opcode (SbTestClient *self, guint8 opcode)
{
  SbTestFrame *frame = sb_test_client_receive_message (self);

  if (frame == NULL)
    g_error ("the connection ended instead of a frame of opcode %u", opcode);
  if (frame->opcode != opcode)
    g_error ("a frame of opcode %u instead of %u: %u %s", frame->opcode, opcode, frame->close_code,
             sb_test_frame_get_text (frame));
  return frame;
}

void
sb_test_client_expect_text (SbTestClient *self, const char *text)
{
  g_autoptr (SbTestFrame) frame = expect_opcode (self, 0x1);

  g_assert_true (frame->fin);
  g_assert_cmpmem (frame->payload, frame->length, text, strlen (text));
}

void
sb_test_client_expect_binary (SbTestClient *self, const void *payload, gsize length)
{
  g_autoptr (SbTestFrame) frame = expect_opcode (self, 0x2);

  g_assert_true (frame->fin);
  g_assert_cmpmem (frame->payload, frame->length, payload, length);
}

char *
sb_test_client_expect_text_with (SbTestClient *self, ...)
{
  g_autoptr (SbTestFrame) frame = expect_opcode (self, 0x1);
  const char *part;
  va_list parts;

  va_start (parts, self);
  while ((part = va_arg (parts, const char *)) != NULL)
    if (strstr (sb_test_frame_get_text (frame), part) == NULL)
      g_error ("no %s in %s", part, sb_test_frame_get_text (frame));
  va_end (parts);
  return (char *) g_steal_pointer (&frame->payload);
}

void
sb_test_client_expect_close (SbTestClient *self, guint16 code, const char *reason)
{
  g_autoptr (SbTestFrame) frame = expect_opcode (self, 0x8);

  g_assert_cmpuint (frame->close_code, ==, code);
  if (!g_str_has_prefix (sb_test_frame_get_text (frame), reason))
    g_error ("closed with %u %s instead of %s", code, sb_test_frame_get_text (frame), reason);
  g_assert_true (g_utf8_validate (sb_test_frame_get_text (frame), -1, NULL));
  sb_test_client_send_frame (self, 0x88, frame->payload, MIN (frame->length, 2));
  sb_test_client_expect_end (self);
}

void
sb_test_client_expect_end (SbTestClient *self)
{
  g_autoptr (SbTestFrame) frame = sb_test_client_receive (self);

  if (frame != NULL)
    g_error ("a frame of opcode %u instead of the end: %s", frame->opcode, sb_test_frame_get_text (frame));
}

void
sb_test_client_expect_silence (SbTestClient *self)
{
  static _Atomic guint n_pings;
  g_autofree char *payload = g_strdup_printf ("silence %u", n_pings++);

  g_assert_true (sb_test_client_send_ping (self, payload));
  for (;;)
    {
      g_autoptr (SbTestFrame) frame = sb_test_client_receive (self);

      g_assert_nonnull (frame);
      if (frame->opcode == 0xA && g_str_equal (sb_test_frame_get_text (frame), payload))
        return;
      if (frame->opcode == 0x9)
        sb_test_client_send_frame (self, 0x8A, frame->payload, frame->length);
      else
        g_error ("a frame of opcode %u instead of silence: %s", frame->opcode, sb_test_frame_get_text (frame));
    }
}

void
sb_test_client_close (SbTestClient *self)
{
  gboolean answered = FALSE;

  sb_test_client_send_close (self, 1000, NULL);
  while (!answered)
    {
      g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (self);

      if (frame == NULL)
        g_error ("the connection ended without an answer to the close frame");
      answered = frame->opcode == 0x8;
      if (answered)
        g_assert_cmpuint (frame->close_code, ==, 1000);
    }
  sb_test_client_expect_end (self);
}
