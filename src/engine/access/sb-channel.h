/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_CHANNEL_MAX_LENGTH 128

#define SB_CHANNEL_ERROR (sb_channel_error_quark ())
typedef enum
{
  SB_CHANNEL_ERROR_MALFORMED, /* empty segment, "." or "..", a byte that is not allowed, bad percent-encoding, too long */
  SB_CHANNEL_ERROR_RESERVED,  /* first segment api, metrics, console, socket.io */
} SbChannelError;
GQuark sb_channel_error_quark (void);

/* The channel a request path names: percent-decoded once, then checked. "/" is the lobby; a single trailing "/" is
 * an empty segment and so malformed. */
char    *sb_channel_from_path        (const char *raw_path, GError **error);
gboolean sb_channel_check            (const char *channel, GError **error);

/* Patterns: "/" the lobby, "/news" itself, a segment that is only a star stands for one segment ("/room/" + star),
 * a last segment of two stars for any depth below ("/a/" + two stars: /a/x, /a/x/y, not /a), and two stars alone for everything. */
gboolean sb_channel_pattern_check    (const char *pattern, GError **error);
gboolean sb_channel_pattern_matches  (const char *pattern, const char *channel);
/* Which of two patterns is the more specific: <0 when @a is, 0 when they are alike. A literal segment beats a star beats two stars. */
int      sb_channel_pattern_compare  (const char *a, const char *b);

G_END_DECLS
