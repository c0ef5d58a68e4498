/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_RULES_PAGE (sb_rules_page_get_type ())
G_DECLARE_FINAL_TYPE (SbRulesPage, sb_rules_page, SB, RULES_PAGE, SbPage)

G_END_DECLS
