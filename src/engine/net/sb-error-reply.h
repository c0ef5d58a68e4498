/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include "net/sb-frame.h"

G_BEGIN_DECLS

/* The text frame that tells a client why its message went to nobody: docs/protocol.md. @pointer: nullable; @sequence: the
 * number of the client's message, from 1. */
SbFrame *sb_error_reply_new (SbRejection rejection, const char *reason, const char *pointer, guint64 sequence);

G_END_DECLS
