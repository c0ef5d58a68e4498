/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* What a page shows, as a file: asks where to, writes off the main thread, and tells how it went. */

/* @csv: for a spreadsheet, else JSON. Returns the text, (transfer full). */
typedef char *(*SbExportFunc) (gpointer source, gboolean csv);

/* @source: an object, kept until the file is written; @own: that nobody else has or changes, so that @func may take its time in another
 * thread. By the name's ending it becomes CSV or JSON. */
void  sb_export_ask           (SbPage *page, const char *title, const char *initial_name, SbExportFunc func, GObject *source,
                               gboolean own);

char *sb_export_format_time   (gint64 time);                    /* real time, µs: RFC 3339 in UTC; "" for 0 */
void  sb_export_add_csv_field (GString *csv, const char *text); /* RFC 4180, with a comma before it unless it is the first of its line */
void  sb_export_end_csv_line  (GString *csv);

G_END_DECLS
