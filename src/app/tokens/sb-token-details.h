/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-token-list.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_DETAILS (sb_token_details_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenDetails, sb_token_details, SB, TOKEN_DETAILS, AdwBin)

void sb_token_details_set_item (SbTokenDetails *self, SbTokenItem *item /* nullable */);
void sb_token_details_refresh  (SbTokenDetails *self);

G_END_DECLS
