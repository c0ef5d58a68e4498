/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_IMPORT_DIALOG (sb_token_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenImportDialog, sb_token_import_dialog, SB, TOKEN_IMPORT_DIALOG, AdwDialog)

/* Asks for a file, and shows what it would make; what is no table of tokens is told in a toast. */
void       sb_token_import_ask        (SbPage *page);
/* (element-type SbTokenImportRow) */
AdwDialog *sb_token_import_dialog_new (SbPage *page, GPtrArray *rows);

G_END_DECLS
