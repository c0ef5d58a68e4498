/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include "sb-restart-watch.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_PREFERENCES_DIALOG (sb_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbPreferencesDialog, sb_preferences_dialog, SB, PREFERENCES_DIALOG, AdwPreferencesDialog)

AdwDialog *sb_preferences_dialog_new  (SbEngine *engine, SbRestartWatch *restart_watch);
void       sb_preferences_dialog_show (SbPreferencesDialog *self, const char *setting);
GtkWidget *sb_preferences_dialog_get_row (SbPreferencesDialog *self, const char *setting);

G_END_DECLS
