/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The two clocks that decide how long something holds. Any thread. */

/* What the calendar says, µs since 1970: for what begins or ends at a date. It jumps when somebody sets it. */
gint64 sb_clock_get_real    (void);
/* µs that never jump, and go on while the computer sleeps: for how long something lasts. */
gint64 sb_clock_get_elapsed (void);
/* For tests: from now on the calendar is this far from the computer's, µs. */
void   sb_clock_set_offset  (gint64 offset);

G_END_DECLS
