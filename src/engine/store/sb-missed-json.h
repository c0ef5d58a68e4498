/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-peer.h"

G_BEGIN_DECLS

/* How those are kept who lost a broadcast: [{"client":17,"name":null,"token":3,"label":…,"hint":…,"address":…,"channel":…}, …]. Any thread. */
char      *sb_missed_to_json   (GPtrArray *peers);   /* (element-type SbPeer) */
/* (element-type SbPeer), with what is kept of them; what is no such text gives none, NULL. */
GPtrArray *sb_missed_from_json (const char *text);

G_END_DECLS
