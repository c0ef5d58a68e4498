/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-settings.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SETTING_ROW (sb_setting_row_get_type ())
G_DECLARE_FINAL_TYPE (SbSettingRow, sb_setting_row, SB, SETTING_ROW, AdwEntryRow)

void        sb_setting_row_set_settings (SbSettingRow *self, SbSettings *settings);
const char *sb_setting_row_get_message  (SbSettingRow *self);
gboolean    sb_setting_row_apply        (SbSettingRow *self);

G_END_DECLS
