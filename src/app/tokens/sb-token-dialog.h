/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_DIALOG (sb_token_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenDialog, sb_token_dialog, SB, TOKEN_DIALOG, AdwDialog)

/* Signal "edited" (uint: connections it closed). */
AdwDialog *sb_token_dialog_new_issue (SbEngine *engine);
AdwDialog *sb_token_dialog_new_edit  (SbEngine *engine, const SbToken *token);

G_END_DECLS
