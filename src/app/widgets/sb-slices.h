/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Calls @step again and again while the main loop has nothing better to do, and never for longer than a few milliseconds at a time, until it
 * returns G_SOURCE_REMOVE: a long list is gone through without holding the main thread. What is gone through may change between two
 * steps. @user_data must outlive the source. Main thread. Returns its id, for g_source_remove(). */
guint sb_slices_add (GSourceFunc step, gpointer user_data);

G_END_DECLS
