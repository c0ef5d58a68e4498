/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include "watch/sb-traffic-match.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_CHIPS (sb_traffic_chips_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficChips, sb_traffic_chips, SB, TRAFFIC_CHIPS, AdwBin)

/* Signal "changed": a chip was clicked away; what is set from outside is not told. Main thread. */

/* @engine: (transfer none): outlives it; set once, before anything else */
void sb_traffic_chips_set_engine  (SbTrafficChips *self, SbEngine *engine);
void sb_traffic_chips_clear       (SbTrafficChips *self);
/* 0: of all */
void sb_traffic_chips_set_client  (SbTrafficChips *self, guint64 id);
/* @channel: (nullable): NULL: on all */
void sb_traffic_chips_set_channel (SbTrafficChips *self, const char *channel);
/* What one rule rejected. It may be gone: then nothing is left that says which it was, and nothing is narrowed. */
void sb_traffic_chips_set_rule    (SbTrafficChips *self, gint64 id);
/* @match: asks for nothing of that yet */
void sb_traffic_chips_narrow      (SbTrafficChips *self, SbTrafficMatch *match);

G_END_DECLS
