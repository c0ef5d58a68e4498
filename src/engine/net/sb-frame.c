/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-frame.h"

#include <string.h>

#define FIN 0x80
#define RSV1 0x40 /* compressed: RFC 7692 §6 */
#define MAX_CONTROL_PAYLOAD 125
#define MAX_CLOSE_REASON (MAX_CONTROL_PAYLOAD - 2)

/* RFC 6455 §5.2: the length takes as few bytes as it can. Returns the bytes written. */
static guint8
write_header (guint8 header[10], guint8 first, guint64 length)
{
  header[0] = first;
  if (length <= 125)
    {
      header[1] = length;
      return 2;
    }
  if (length <= 0xFFFF)
    {
      guint16 wire = GUINT16_TO_BE (length);

      header[1] = 126;
      memcpy (header + 2, &wire, sizeof wire);
      return 4;
    }

  guint64 wire = GUINT64_TO_BE (length);

  header[1] = 127;
  memcpy (header + 2, &wire, sizeof wire);
  return 10;
}

static SbFrame *
frame_new (SbOpcode opcode, guint8 bits, const void *payload, gsize length)
{
  guint8 header[10];
  guint8 header_length = write_header (header, FIN | bits | opcode, length);
  SbFrame *self;

  self = g_malloc (sizeof (SbFrame) + header_length + length);
  sb_ref_count_init (&self->ref_count);
  atomic_init (&self->deflated, NULL);
  self->opcode = opcode;
  self->header_length = header_length;
  self->length = header_length + length;
  memcpy (self->data, header, header_length);
  if (length > 0)
    memcpy (self->data + header_length, payload, length);
  return self;
}

SbFrame *
sb_frame_new (SbOpcode opcode, const void *payload, gsize length)
{
  g_return_val_if_fail (payload != NULL || length == 0, NULL);
  g_return_val_if_fail (opcode < SB_OPCODE_CLOSE || length <= MAX_CONTROL_PAYLOAD, NULL);

  return frame_new (opcode, 0, payload, length);
}

SbFrame *
sb_frame_new_deflated (SbOpcode opcode, const void *payload, gsize length)
{
  g_return_val_if_fail (payload != NULL && length > 0, NULL);
  g_return_val_if_fail (opcode == SB_OPCODE_TEXT || opcode == SB_OPCODE_BINARY, NULL);

  return frame_new (opcode, RSV1, payload, length);
}

gboolean
sb_frame_is_deflated (const SbFrame *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return (self->data[0] & RSV1) != 0;
}

SbFrame *
sb_frame_new_close (guint16 code, const char *reason)
{
  guint8 body[MAX_CONTROL_PAYLOAD] = { code >> 8, code & 0xFF };
  g_autofree char *valid = NULL;
  gsize length;

  g_return_val_if_fail (code == 0 || sb_close_code_is_valid (code), NULL);

  if (code == 0)
    return sb_frame_new (SB_OPCODE_CLOSE, NULL, 0);

  valid = g_utf8_make_valid (reason != NULL ? reason : "", -1);
  length = strlen (valid);
  if (length > MAX_CLOSE_REASON)
    {
      length = MAX_CLOSE_REASON;
      while (((guint8) valid[length] & 0xC0) == 0x80)
        length--;
    }
  memcpy (body + 2, valid, length);
  return sb_frame_new (SB_OPCODE_CLOSE, body, 2 + length);
}

gboolean
sb_close_code_is_valid (guint code)
{
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

SbFrame *
sb_frame_ref (SbFrame *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);
  return self;
}

void
sb_frame_unref (SbFrame *self)
{
  sb_frame_unref_many (self, 1);
}

void
sb_frame_ref_many (SbFrame *self, guint n)
{
  g_return_if_fail (self != NULL);

  sb_ref_count_add (&self->ref_count, n);
}

void
sb_frame_unref_many (SbFrame *self, guint n)
{
  g_return_if_fail (self != NULL);

  if (n == 0 || !sb_ref_count_sub (&self->ref_count, n))
    return;

  SbFrame *deflated = atomic_load_explicit (&self->deflated, memory_order_relaxed);
  if (deflated != NULL && deflated != self)
    sb_frame_unref (deflated);
  g_free (self);
}

GBytes *
sb_frame_get_payload (SbFrame *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_bytes_new_with_free_func (self->data + self->header_length, self->length - self->header_length,
                                     (GDestroyNotify) sb_frame_unref, sb_frame_ref (self));
}
