/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-hub.h"

G_BEGIN_DECLS

/* How a target is kept: {"everyone":true}, or {"channels":["/news"],"tokens":[3],"clients":[17]} with what is named. */
char     *sb_target_to_json   (const SbTarget *self);
/* NULL where it is no such text, or where it named clients: their numbers mean others after a restart. */
SbTarget *sb_target_from_json (const char *text);

G_END_DECLS
