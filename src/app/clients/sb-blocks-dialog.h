/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_BLOCKS_DIALOG (sb_blocks_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbBlocksDialog, sb_blocks_dialog, SB, BLOCKS_DIALOG, AdwDialog)

/* The addresses that are shut out, and until when; each can be let in again. */
AdwDialog *sb_blocks_dialog_new (SbPage *page);

G_END_DECLS
