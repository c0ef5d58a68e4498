/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_FILTER_CHIP (sb_filter_chip_get_type ())
G_DECLARE_FINAL_TYPE (SbFilterChip, sb_filter_chip, SB, FILTER_CHIP, AdwBin)

/* NULL: hidden. Signal "cleared": its button was clicked. */
void        sb_filter_chip_set_text (SbFilterChip *self, const char *text);
const char *sb_filter_chip_get_text (SbFilterChip *self);

G_END_DECLS
