/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_CHANNELS_DIALOG (sb_channels_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbChannelsDialog, sb_channels_dialog, SB, CHANNELS_DIALOG, AdwDialog)

/* The channels that somebody is on; each leads to its clients, or to a broadcast to it. */
AdwDialog *sb_channels_dialog_new (SbPage *page);

G_END_DECLS
