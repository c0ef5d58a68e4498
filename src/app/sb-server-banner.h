/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SERVER_BANNER (sb_server_banner_get_type ())
G_DECLARE_FINAL_TYPE (SbServerBanner, sb_server_banner, SB, SERVER_BANNER, AdwBin)

GtkWidget *sb_server_banner_new      (SbEngine *engine);
void       sb_server_banner_set_said (SbServerBanner *self, gboolean said);

G_END_DECLS
