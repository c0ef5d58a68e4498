/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* What asks before it is done. Any page that shows a token may use them. */
void sb_token_commands_revoke (SbPage *page, SbTokenItem *item);
void sb_token_commands_delete (SbPage *page, SbTokenItem *item);

G_END_DECLS
