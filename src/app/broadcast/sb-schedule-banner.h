/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SCHEDULE_BANNER (sb_schedule_banner_get_type ())
G_DECLARE_FINAL_TYPE (SbScheduleBanner, sb_schedule_banner, SB, SCHEDULE_BANNER, AdwBin)

GtkWidget *sb_schedule_banner_new (SbEngine *engine);

G_END_DECLS
