/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_BROADCAST_PAGE (sb_broadcast_page_get_type ())
G_DECLARE_FINAL_TYPE (SbBroadcastPage, sb_broadcast_page, SB, BROADCAST_PAGE, SbPage)

G_END_DECLS
