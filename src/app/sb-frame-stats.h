/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SbFrameStats:
 *
 * How long it is from one frame of a widget to the next, as whoever looks at it sees it: what --stats says of the window besides the
 * turns of the main loop. It keeps the frame clock running, which costs a little by itself.
 */
typedef struct _SbFrameStats SbFrameStats;

/* @interval: s between two reports on standard error; 0: only one, at the end. SIGUSR1 asks for one, too. Measures while @widget is mapped. */
SbFrameStats *sb_frame_stats_new  (GtkWidget *widget, guint interval);
/* Reports on the whole run. The widget may be gone. */
void          sb_frame_stats_free (SbFrameStats *self);

G_END_DECLS
