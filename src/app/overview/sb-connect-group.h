/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_CONNECT_GROUP (sb_connect_group_get_type ())
G_DECLARE_FINAL_TYPE (SbConnectGroup, sb_connect_group, SB, CONNECT_GROUP, AdwPreferencesGroup)

void sb_connect_group_set_engine (SbConnectGroup *self, SbEngine *engine);
void sb_connect_group_show_code  (SbConnectGroup *self);

G_END_DECLS
