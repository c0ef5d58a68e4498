/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_LINE (sb_line_get_type ())
G_DECLARE_FINAL_TYPE (SbLine, sb_line, SB, LINE, GtkWidget)

GtkWidget  *sb_line_new           (const char *classes, guint min_chars, guint nat_chars);
/* 0 at the start, 1 at the end. */
void        sb_line_set_xalign    (SbLine *self, float xalign);
/* Where it is cut when there is not room for all; otherwise at the end. */
void        sb_line_set_ellipsize (SbLine *self, PangoEllipsizeMode mode);
/* The width that it would like to have, in characters. */
void        sb_line_set_nat_chars (SbLine *self, guint nat_chars);
void        sb_line_set_text      (SbLine *self, const char *text /* nullable */);
const char *sb_line_get_text      (SbLine *self); /* nullable */

G_END_DECLS
