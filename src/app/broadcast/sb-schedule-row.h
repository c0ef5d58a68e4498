/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SCHEDULE_ROW (sb_schedule_row_get_type ())
G_DECLARE_FINAL_TYPE (SbScheduleRow, sb_schedule_row, SB, SCHEDULE_ROW, AdwActionRow)

GtkWidget *sb_schedule_row_new (SbSchedule *schedule, SbEngine *engine);

G_END_DECLS
