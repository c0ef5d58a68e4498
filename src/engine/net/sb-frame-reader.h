/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-frame.h"
#include <glib.h>

G_BEGIN_DECLS

/**
 * SbFrameReader:
 *
 * The receiving half of RFC 6455 for a server: takes bytes as they come from the network and hands out whole messages and
 * control frames. Strict (fails fast: bad UTF-8 is found with the byte that makes it bad, §8.1; a reserved bit, an unmasked
 * frame, a length that is too big with the header), and frugal: a message that lies whole in the caller's buffer is unmasked there
 * and handed out in place, without a copy or an allocation. Only a message that spans reads is put together in memory
 * of its own, which grows with the bytes that have come, never with what a header promises.
 *
 * A plain value inside its session, one thread. After an error it refuses everything.
 */
typedef struct _SbFrameReader SbFrameReader;

/* Returned by the callbacks: FALSE stops reading at once (the session is closing); what is left in the buffer is discarded. */
typedef struct
{
  /* A whole data message. @payload is only valid during the call, is writable, and is NOT terminated by NUL. Text is valid UTF-8. */
  gboolean (*message) (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length);
  /* A whole ping, pong or close frame; at most 125 bytes. A close frame's body has been checked (length ≠ 1, code allowed on the
   * wire by §7.4, reason UTF-8). */
  gboolean (*control) (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length);
} SbFrameReaderFuncs;

/* What went wrong, as the close code to send: 1002 protocol error, 1007 not UTF-8, 1009 message too big. 0: nothing. */
typedef struct
{
  guint16 close_code;
  const char *reason; /* static, for the close frame: "not masked", "message too big", … */
} SbFrameError;

struct _SbFrameReader
{
  /*< private >*/
  gsize max_message;   /* payload bytes of a whole message, after joining its fragments */
  guint8 header[14];
  guint8 header_have;
  guint8 header_need;
  guint8 opcode;       /* of the frame being read */
  guint8 message_opcode; /* of the message being joined; 0: none */
  gboolean fin;
  gboolean in_payload;
  gboolean failed;
  guint64 payload_left;
  guint8 mask[4];
  guint mask_offset;
  guint32 utf8_state;  /* of a text message's validation so far */
  GByteArray *joined;  /* NULL but while a data message spans reads or fragments */
  guint8 control[125];
  guint8 control_have;
};

void     sb_frame_reader_init  (SbFrameReader *self, gsize max_message);
void     sb_frame_reader_clear (SbFrameReader *self);
/* Bytes held for a message that is not whole yet. */
gsize    sb_frame_reader_get_pending (const SbFrameReader *self);
void     sb_frame_reader_set_max_message (SbFrameReader *self, gsize max_message);
/* @data is overwritten (unmasked in place). Returns FALSE and fills @error when the peer broke the protocol; TRUE also when a callback
 * stopped the reading. */
gboolean sb_frame_reader_push  (SbFrameReader            *self,
                                guint8                   *data,
                                gsize                     length,
                                const SbFrameReaderFuncs *funcs,
                                gpointer                  user_data,
                                SbFrameError             *error);

/* XORs @length bytes with the mask, starting at @offset (mod 4) of it; as wide as the machine allows. */
void     sb_frame_unmask       (guint8 *data, gsize length, const guint8 mask[4], guint offset);

/* Incremental UTF-8 (RFC 3629). Start with *state 0; returns FALSE at the first byte that can't be; *state is 0 again where a
 * character is complete. ASCII runs go eight bytes at a time or better. */
gboolean sb_utf8_push          (guint32 *state, const guint8 *data, gsize length);

G_END_DECLS
