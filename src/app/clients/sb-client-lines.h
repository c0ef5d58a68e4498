/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"
#include "watch/sb-traffic-log.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_CLIENT_LINES (sb_client_lines_get_type ())
G_DECLARE_FINAL_TYPE (SbClientLines, sb_client_lines, SB, CLIENT_LINES, GtkBox)

/* Begins with the lines of @client that are in @log. */
void  sb_client_lines_set_client (SbClientLines *self, SbTrafficLog *log, SbClient *client /* nullable: nothing */);
/* Looks at what came since. */
void  sb_client_lines_refresh    (SbClientLines *self);
guint sb_client_lines_count      (SbClientLines *self);

G_END_DECLS
