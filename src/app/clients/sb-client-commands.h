/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* What can be done to clients: asked, done, and told in a toast. @clients: (element-type SbClient), at least one. */

void sb_client_commands_disconnect (SbPage *page, GPtrArray *clients);
void sb_client_commands_send       (SbPage *page, GPtrArray *clients);
void sb_client_commands_block      (SbPage *page, SbClient *client);

G_END_DECLS
