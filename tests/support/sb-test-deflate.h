/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The other side of permessage-deflate (RFC 7692 §7.2), by zlib alone: with none of the engine's code in it. */

/* Packs a message, to be looked at with a window of @window_bits (9 to 15). */
GByteArray *sb_test_deflate       (const guint8 *data, gsize length, guint window_bits);
/* Packs the same message twice, the second time with what is left in the window of the first. */
void        sb_test_deflate_two   (const guint8 *data, gsize length, GByteArray **first, GByteArray **second);
/* Packs a message of so many zeros. */
GByteArray *sb_test_deflate_zeros (gsize length);
/* Unpacks a message, with a window of @window_bits (8 to 15) and no more; NULL: it can't be. */
GByteArray *sb_test_inflate       (const guint8 *data, gsize length, guint window_bits);

G_END_DECLS
