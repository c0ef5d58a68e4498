/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include "sb-page.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_WINDOW (sb_window_get_type ())
G_DECLARE_FINAL_TYPE (SbWindow, sb_window, SB, WINDOW, AdwApplicationWindow)

SbWindow *sb_window_new       (GtkApplication *application, SbEngine *engine);
SbWindow *sb_window_find      (GtkApplication *application);
SbEngine *sb_window_get_engine (SbWindow *self);
SbPage   *sb_window_get_page  (SbWindow *self, const char *name);
void      sb_window_show_page (SbWindow *self, const char *name, const char *filter);
void      sb_window_add_toast (SbWindow *self, AdwToast *toast);

G_END_DECLS
