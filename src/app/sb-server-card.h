/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SERVER_CARD (sb_server_card_get_type ())
G_DECLARE_FINAL_TYPE (SbServerCard, sb_server_card, SB, SERVER_CARD, AdwBin)

void sb_server_card_set_engine (SbServerCard *self, SbEngine *engine);

G_END_DECLS
