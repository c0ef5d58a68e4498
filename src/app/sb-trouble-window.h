/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TROUBLE_WINDOW (sb_trouble_window_get_type ())
G_DECLARE_FINAL_TYPE (SbTroubleWindow, sb_trouble_window, SB, TROUBLE_WINDOW, AdwApplicationWindow)

GtkWindow *sb_trouble_window_new (GtkApplication *application, const char *data_dir, const GError *error);

G_END_DECLS
