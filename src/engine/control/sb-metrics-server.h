/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "control/sb-control.h"

G_BEGIN_DECLS

/**
 * SbMetricsServer:
 *
 * Gives metrics (/metrics) and whether all is well (/health) by plain HTTP where the setting "metrics-listen" says, as long as it says
 * so; where it cannot, the engine's state says why, and it is tried again now and then. Main thread.
 */
typedef struct _SbMetricsServer SbMetricsServer;

SbMetricsServer *sb_metrics_server_new     (SbControl *control); /* which frees it before it goes itself */
void             sb_metrics_server_free    (SbMetricsServer *self);
char            *sb_metrics_server_dup_uri (SbMetricsServer *self); /* "http://127.0.0.1:9187/metrics"; NULL: it does not listen */

G_END_DECLS
