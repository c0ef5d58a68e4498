/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_TEMPLATE_DIALOG (sb_template_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbTemplateDialog, sb_template_dialog, SB, TEMPLATE_DIALOG, AdwDialog)

/* Signal "chosen" (SbTemplate): to be put into the editor; the dialog closes. */
AdwDialog *sb_template_dialog_new (SbPage *page);

G_END_DECLS
