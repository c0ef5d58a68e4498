/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_SCHEDULE_DIALOG (sb_schedule_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbScheduleDialog, sb_schedule_dialog, SB, SCHEDULE_DIALOG, AdwDialog)

AdwDialog *sb_schedule_dialog_new (SbPage *page, const SbTarget *target, gboolean binary, GBytes *payload);

G_END_DECLS
