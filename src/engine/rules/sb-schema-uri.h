/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Formats of URIs, and of names in all languages. Private to sb-schema-format. */

/* RFC 3986 */
gboolean sb_format_is_uri           (const char *text, gsize length);
gboolean sb_format_is_uri_reference (const char *text, gsize length);
/* RFC 3987 */
gboolean sb_format_is_iri           (const char *text, gsize length);
gboolean sb_format_is_iri_reference (const char *text, gsize length);
/* RFC 6570 */
gboolean sb_format_is_uri_template  (const char *text, gsize length);
/* Whether a label that begins with "xn--" is the ASCII form of one that IDNA 2008 allows; others with "--" there are
 * none. */
gboolean sb_format_is_a_label       (const char *text, gsize length);
/* RFC 5890 §2.3.2.3. @is_label: for the labels that are ASCII. */
gboolean sb_format_is_idn_hostname  (const char *text, gsize length, gboolean (*is_label) (const char *text,
                                                                                           gsize length));

G_END_DECLS
