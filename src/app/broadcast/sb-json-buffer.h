/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-json-guard.h"
#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

#define SB_TYPE_JSON_BUFFER (sb_json_buffer_get_type ())
G_DECLARE_FINAL_TYPE (SbJsonBuffer, sb_json_buffer, SB, JSON_BUFFER, GtkSourceBuffer)

SbJsonBuffer *sb_json_buffer_new        (void);
gboolean      sb_json_buffer_is_valid   (SbJsonBuffer *self);
gboolean      sb_json_buffer_is_empty   (SbJsonBuffer *self);
const char   *sb_json_buffer_get_message (SbJsonBuffer *self);
void          sb_json_buffer_set_limits (SbJsonBuffer *self, const SbJsonLimits *limits, gsize max_size);
/* Checks now what would be checked a moment later. */
void          sb_json_buffer_check      (SbJsonBuffer *self);
GBytes       *sb_json_buffer_dup_bytes  (SbJsonBuffer *self);
/* Whether what is there looks like words rather than like JSON with a mistake. */
gboolean      sb_json_buffer_can_quote  (SbJsonBuffer *self);
void          sb_json_buffer_quote      (SbJsonBuffer *self);
/* In place of what is there; can be undone. */
void          sb_json_buffer_replace    (SbJsonBuffer *self, const char *text);
/* Underlines bytes of the text, until it changes, instead of what was underlined. */
void          sb_json_buffer_mark       (SbJsonBuffer *self, gsize offset, gsize length);
/* Nothing is underlined any more. */
void          sb_json_buffer_unmark     (SbJsonBuffer *self);
/* Puts the cursor at what is underlined, if anything is. */
void          sb_json_buffer_go_to_mark (SbJsonBuffer *self, GtkTextView *view);

G_END_DECLS
