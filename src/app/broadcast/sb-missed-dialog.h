/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-broadcast.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* Who did not get a broadcast, and why that is so; to be presented. */
AdwDialog *sb_missed_dialog_new (SbBroadcast *broadcast);

G_END_DECLS
