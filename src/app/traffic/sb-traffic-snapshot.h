/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "traffic/sb-traffic-view.h"

G_BEGIN_DECLS

/**
 * sb_traffic_snapshot_take_async:
 *
 * Copies what @view shows at the time of the call, what it still searches for included, in slices that the main loop does not
 * feel. The view may change meanwhile, and what falls out of the log is copied before. Main thread. Error: %G_IO_ERROR_CANCELLED.
 */
void    sb_traffic_snapshot_take_async  (SbTrafficView *view, GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);
/* (transfer full) (element-type SbTrafficRecord): oldest first; owns what is in it, and may be given to another thread. */
GArray *sb_traffic_snapshot_take_finish (SbTrafficView *view, GAsyncResult *result, GError **error);

G_END_DECLS
