/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_APPLICATION (sb_application_get_type ())
G_DECLARE_FINAL_TYPE (SbApplication, sb_application, SB, APPLICATION, AdwApplication)

SbApplication *sb_application_new           (void);
SbEngine      *sb_application_get_engine    (SbApplication *self);
void           sb_application_open_data_dir (SbApplication *self, const char *data_dir);

G_END_DECLS
