/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_SEND_DIALOG (sb_send_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbSendDialog, sb_send_dialog, SB, SEND_DIALOG, AdwDialog)

AdwDialog *sb_send_dialog_new (SbPage *page, const char *heading, const SbTarget *target, const char *text);

G_END_DECLS
