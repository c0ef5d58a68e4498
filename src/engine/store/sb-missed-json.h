/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-missed.h"

G_BEGIN_DECLS

/* How those are kept who lost a broadcast: [{"client":17,"name":null,"token":3,"label":…,"hint":…,"address":…,"channel":…,"why":"left"}, …].
 * Any thread. */
char      *sb_missed_to_json   (GPtrArray *missed); /* (element-type SbMissed) */
/* (element-type SbMissed), with what is kept of them; what is no such text gives none, NULL. */
GPtrArray *sb_missed_from_json (const char *text);

G_END_DECLS
