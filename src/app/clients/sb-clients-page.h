/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_CLIENTS_PAGE (sb_clients_page_get_type ())
G_DECLARE_FINAL_TYPE (SbClientsPage, sb_clients_page, SB, CLIENTS_PAGE, SbPage)

G_END_DECLS
