/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_SCHEMAS_DIALOG (sb_schemas_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbSchemasDialog, sb_schemas_dialog, SB, SCHEMAS_DIALOG, AdwDialog)

AdwDialog *sb_schemas_dialog_new (SbEngine *engine);

G_END_DECLS
