/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-ref-count.h"
#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

typedef enum
{
  SB_OPCODE_CONTINUATION = 0x0,
  SB_OPCODE_TEXT = 0x1,
  SB_OPCODE_BINARY = 0x2,
  SB_OPCODE_CLOSE = 0x8,
  SB_OPCODE_PING = 0x9,
  SB_OPCODE_PONG = 0xA,
} SbOpcode;

/**
 * SbFrame:
 *
 * One unmasked, final WebSocket frame as it goes over the wire (RFC 6455 §5.2), header and payload in one block.
 * Immutable, atomically reference counted: a broadcast to ten thousand clients is ten thousand references to one of
 * these.
 *
 * Of a message there may be a second frame, compressed, for those who agreed to that: made by the first who needs it and kept
 * with the plain one (sb_deflate_get_frame()).
 */
typedef struct _SbFrame SbFrame;

struct _SbFrame
{
  /*< private >*/
  SbRefCount ref_count;
  /*< public, constant >*/
  guint8 opcode;
  guint8 header_length; /* 2, 4 or 10 */
  gsize length;         /* of @data: header and payload */
  /*< private >*/
  SbFrame *_Atomic deflated; /* owned; NULL: not made yet; the frame itself: it is not worth it */
  /*< public, constant >*/
  guint8 data[];
};

/* @length of a control frame: at most 125 (RFC 6455 §5.5). @payload may be NULL when @length is 0. */
SbFrame *sb_frame_new       (SbOpcode opcode, const void *payload, gsize length);
/* A whole data message whose @payload is compressed as RFC 7692 §7.2.1 wants it. */
SbFrame *sb_frame_new_deflated (SbOpcode opcode, const void *payload, gsize length);
/* @code 0: a close frame without a body. @reason (nullable): UTF-8, cut at a character to fit 123 bytes (RFC 6455
 * §5.5). */
SbFrame *sb_frame_new_close (guint16 code, const char *reason);
/* Whether @code may stand in a close frame (RFC 6455 §7.4 and IANA's registry): 1000–1003, 1007–1014, 3000–4999. */
gboolean sb_close_code_is_valid (guint code);
SbFrame *sb_frame_ref       (SbFrame *self);
void     sb_frame_unref     (SbFrame *self);
/* Takes, drops @n references at once: one atomic operation for all receivers of a message. */
void     sb_frame_ref_many   (SbFrame *self, guint n);
void     sb_frame_unref_many (SbFrame *self, guint n);
gboolean sb_frame_is_deflated (const SbFrame *self);
/* The payload, as it stands there, as GBytes that hold a reference to the frame. */
GBytes  *sb_frame_get_payload (SbFrame *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFrame, sb_frame_unref)

G_END_DECLS
