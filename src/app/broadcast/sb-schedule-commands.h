/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* Stops, and offers for a few seconds to go on. */
void sb_schedule_commands_stop     (SbPage *page, SbSchedule *schedule);
void sb_schedule_commands_stop_all (SbPage *page);

G_END_DECLS
