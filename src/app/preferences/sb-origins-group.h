/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-settings.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_ORIGINS_GROUP (sb_origins_group_get_type ())
G_DECLARE_FINAL_TYPE (SbOriginsGroup, sb_origins_group, SB, ORIGINS_GROUP, AdwPreferencesGroup)

void sb_origins_group_set_settings (SbOriginsGroup *self, SbSettings *settings);

G_END_DECLS
