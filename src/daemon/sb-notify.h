/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The service manager's notification protocol (sd_notify(3)), without a library for one datagram. */

/* Tells @state ("READY=1"); does nothing where no service manager listens. Main thread; never blocks. */
void   sb_notify               (const char *state);
/* How often the watchdog wants a sign of life, in µs; 0: never (sd_watchdog_enabled(3)). */
gint64 sb_notify_get_watchdog  (void);

G_END_DECLS
