/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_TALK_LINE (sb_talk_line_get_type ())
G_DECLARE_FINAL_TYPE (SbTalkLine, sb_talk_line, SB, TALK_LINE, GObject)

typedef enum
{
  SB_TALK_SENT,
  SB_TALK_RECEIVED,
  SB_TALK_REJECTED, /* the server's answer to a message that it did not let through */
  SB_TALK_EVENT,    /* connected, closed */
  SB_TALK_TROUBLE,  /* refused, lost, closed by somebody else */
} SbTalkKind;

/* @time: real time, µs. @text: what is to be read; NULL: the message itself, in one line. @payload: (nullable): the message, or its beginning.
 * @size: of all of it. */
SbTalkLine *sb_talk_line_new         (SbTalkKind kind, gint64 time, const char *text, GBytes *payload, guint64 size, gboolean binary);
SbTalkKind  sb_talk_line_get_kind    (SbTalkLine *self);
gint64      sb_talk_line_get_time    (SbTalkLine *self);
const char *sb_talk_line_get_text    (SbTalkLine *self);
GBytes     *sb_talk_line_get_payload (SbTalkLine *self);
guint64     sb_talk_line_get_size    (SbTalkLine *self);
gboolean    sb_talk_line_get_binary  (SbTalkLine *self);
/* Bytes that it holds. */
gsize       sb_talk_line_get_weight  (SbTalkLine *self);
/* The answer that a server gives to a message it rejects (docs/protocol.md), in words; NULL: @payload is none. Another client could say the
 * same; only to what was sent is there an answer: @n_sent messages were. Transfer full. */
char       *sb_talk_line_read_error  (GBytes *payload, guint64 n_sent);

G_END_DECLS
