/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Formats of times. Private to sb-schema-format. */

/* RFC 3339 §5.6 */
gboolean sb_format_is_date_time (const char *text, gsize length);
gboolean sb_format_is_date      (const char *text, gsize length);
gboolean sb_format_is_time      (const char *text, gsize length);
/* RFC 3339 appendix A */
gboolean sb_format_is_duration  (const char *text, gsize length);

G_END_DECLS
