/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

#define SB_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* All that is counted and measured, in the text format of Prometheus (version 0.0.4). Numbers only: no address, name, label or hint of a
 * token or client is among it. @start_time: of the program, real time, µs. @n_followers: who follow the traffic now. Main thread. */
char *sb_metrics_make (SbEngine *engine, gint64 start_time, guint n_followers);

G_END_DECLS
