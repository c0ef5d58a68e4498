/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

#define SB_TYPE_RESTART_WATCH (sb_restart_watch_get_type ())
G_DECLARE_FINAL_TYPE (SbRestartWatch, sb_restart_watch, SB, RESTART_WATCH, GObject)

SbRestartWatch *sb_restart_watch_new        (SbEngine *engine);
gboolean        sb_restart_watch_get_needed (SbRestartWatch *self);

G_END_DECLS
