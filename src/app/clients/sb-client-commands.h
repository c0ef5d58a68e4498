/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* What can be done to clients: asked, done, and told in a toast. @clients: (element-type SbClient), at least one. */

void sb_client_commands_disconnect (SbPage *page, GPtrArray *clients);
void sb_client_commands_send       (SbPage *page, GPtrArray *clients);
/* Their addresses: each once. */
void sb_client_commands_block      (SbPage *page, GPtrArray *clients);
/* Their tokens: each once, and only those that are valid. */
void sb_client_commands_revoke     (SbPage *page, GPtrArray *clients);
gboolean sb_client_commands_can_revoke (SbPage *page, GPtrArray *clients);

G_END_DECLS
