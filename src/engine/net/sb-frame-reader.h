/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-deflate.h"
#include "net/sb-frame.h"
#include <glib.h>

G_BEGIN_DECLS

/**
 * SbFrameReader:
 *
 * The receiving half of RFC 6455 for a server: takes bytes as they come from the network and hands out whole messages
 * and control frames. Strict (fails fast: bad UTF-8 is found with the byte that makes it bad, §8.1; a reserved bit, an
 * unmasked frame, a length that is too big with the header), and frugal: a message that lies whole in the caller's
 * buffer is unmasked there and handed out in place, without a copy or an allocation. Only a message that spans reads is
 * put together in memory of its own, which grows with the bytes that have come, never with what a header promises.
 *
 * Where permessage-deflate was agreed on (RFC 7692), a compressed message is unpacked as it comes, never beyond the limit, and
 * handed out like any other.
 *
 * A plain value inside its session, one thread. After an error it refuses everything.
 */
typedef struct _SbFrameReader SbFrameReader;

/* Returned by the callbacks: FALSE stops reading at once (the session is closing); what is left in the buffer is
 * discarded, and the reader is not touched again by that push, so a callback that returns FALSE may have cleared or
 * freed it. @payload stays valid until the callback returns even then. A callback must not push. */
typedef struct
{
  /* A whole data message. @payload is only valid during the call, is writable, and is NOT terminated by NUL. Text is
   * valid UTF-8. */
  gboolean (*message) (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length);
  /* A whole ping, pong or close frame; at most 125 bytes. A close frame's body has been checked (length ≠ 1, code
   * allowed on the wire by §7.4, reason UTF-8). What a peer sends after its close frame is discarded unread
   * (§5.5.1). */
  gboolean (*control) (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length);
} SbFrameReaderFuncs;

/* What went wrong, as the close code to send: 1002 protocol error, 1007 not UTF-8, 1009 message too big, 1013
 * too many compressed messages at once. 0: nothing. */
typedef struct
{
  guint16 close_code;
  const char *reason; /* static, for the close frame: "not masked", "message too big", … */
} SbFrameError;

struct _SbFrameReader
{
  /*< private >*/
  gsize max_message;     /* payload bytes of a whole message, after joining its fragments */
  guint64 payload_left;  /* of the frame being read */
  GByteArray *joined;    /* NULL but while a data message spans reads or fragments */
  guint8 *control;       /* NULL but while a control frame's payload spans reads */
  SbDeflate *deflate;    /* not owned; NULL: compression was not agreed on */
  SbInflater *inflater;  /* NULL but while a compressed message comes in */
  guint32 utf8_state;    /* of a text message's validation so far */
  guint8 mask[4];        /* of the frame being read, turned so that its first byte is for the next byte of payload */
  guint8 header[14];     /* the beginning of one that spans reads */
  guint8 header_have;
  guint8 opcode;         /* of the frame being read */
  guint8 message_opcode; /* of the message being joined; 0: none */
  guint8 control_have;
  guint8 failure;        /* what the peer did wrong; 0: nothing yet */
  guint8 fin : 1;        /* of the frame being read */
  guint8 in_payload : 1; /* the header is known, the payload not whole */
  guint8 compressed : 1; /* the data message whose frames come */
  guint8 closed : 1;     /* a close frame was handed out */
};

void     sb_frame_reader_init  (SbFrameReader *self, gsize max_message);
void     sb_frame_reader_clear (SbFrameReader *self);
/* Bytes held for a message that is not whole yet. */
gsize    sb_frame_reader_get_pending (const SbFrameReader *self);
/* Bytes of memory that message takes meanwhile, 40 KiB more for one that comes compressed; 0 where none is coming. */
gsize    sb_frame_reader_get_memory  (const SbFrameReader *self);
/* Payload bytes of a whole message, unpacked; at most 2 GiB. Acts on the next frame's header. Compressed it may come in as much, and an
 * eighth and 64 bytes more, for what cannot be compressed grows by trying. */
void     sb_frame_reader_set_max_message (SbFrameReader *self, gsize max_message);
/* From now on messages may come compressed. @deflate: the lane's; has to live until the reader is cleared. */
void     sb_frame_reader_set_deflate (SbFrameReader *self, SbDeflate *deflate);
/* @data is overwritten (unmasked in place). Returns FALSE and fills @error when the peer broke the protocol, and
 * again whenever it is called after that; TRUE also when a callback stopped the reading. */
gboolean sb_frame_reader_push  (SbFrameReader            *self,
                                guint8                   *data,
                                gsize                     length,
                                const SbFrameReaderFuncs *funcs,
                                gpointer                  user_data,
                                SbFrameError             *error);

/* XORs @length bytes with the mask, starting at @offset (mod 4) of it; as wide as the machine allows. */
void     sb_frame_unmask       (guint8 *data, gsize length, const guint8 mask[4], guint offset);

G_END_DECLS
