/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"
#include "watch/sb-traffic-log.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_CLIENT_PANEL (sb_client_panel_get_type ())
G_DECLARE_FINAL_TYPE (SbClientPanel, sb_client_panel, SB, CLIENT_PANEL, AdwBin)

void      sb_client_panel_set_client (SbClientPanel *self, SbClient *client, SbTrafficLog *log,
                                        guint64 max_backlog);
SbClient *sb_client_panel_get_client (SbClientPanel *self);
void      sb_client_panel_set_many   (SbClientPanel *self, GPtrArray *clients);
void      sb_client_panel_refresh    (SbClientPanel *self, guint64 max_backlog);

G_END_DECLS
