/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_PREVIEW_MAX 240 /* characters, the ellipsis among them */

/* One line that is safe to show, of bytes that may be anything. @payload: nullable; @size: the true size where the
 * payload was cut. */
char *sb_preview_make (GBytes *payload, guint64 size, gboolean binary);

G_END_DECLS
