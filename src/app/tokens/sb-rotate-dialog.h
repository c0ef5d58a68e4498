/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_ROTATE_DIALOG (sb_rotate_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbRotateDialog, sb_rotate_dialog, SB, ROTATE_DIALOG, AdwDialog)

AdwDialog *sb_rotate_dialog_new (SbEngine *engine, SbTokenItem *item);

G_END_DECLS
