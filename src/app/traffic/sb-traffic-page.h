/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_PAGE (sb_traffic_page_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficPage, sb_traffic_page, SB, TRAFFIC_PAGE, SbPage)

G_END_DECLS
