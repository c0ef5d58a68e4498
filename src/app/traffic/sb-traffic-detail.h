/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-traffic-entry.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_DETAIL (sb_traffic_detail_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficDetail, sb_traffic_detail, SB, TRAFFIC_DETAIL, AdwBin)

void            sb_traffic_detail_set_entry (SbTrafficDetail *self, SbTrafficEntry *entry);
SbTrafficEntry *sb_traffic_detail_get_entry (SbTrafficDetail *self);
/* The message as text to copy: as it was sent, not as it is shown; binary as its bytes in hexadecimal. NULL: there is
 * none. */
char           *sb_traffic_detail_dup_text  (SbTrafficDetail *self);

G_END_DECLS
