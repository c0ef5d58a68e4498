/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_ACTIVITY_CARD (sb_activity_card_get_type ())
G_DECLARE_FINAL_TYPE (SbActivityCard, sb_activity_card, SB, ACTIVITY_CARD, GtkBox)

void sb_activity_card_set_engine (SbActivityCard *self, SbEngine *engine);
void sb_activity_card_update     (SbActivityCard *self);

G_END_DECLS
