/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_TOKENS_PAGE (sb_tokens_page_get_type ())
G_DECLARE_FINAL_TYPE (SbTokensPage, sb_tokens_page, SB, TOKENS_PAGE, SbPage)

G_END_DECLS
