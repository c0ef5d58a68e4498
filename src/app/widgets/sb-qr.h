/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_QR (sb_qr_get_type ())
G_DECLARE_FINAL_TYPE (SbQr, sb_qr, SB, QR, GtkWidget)

GtkWidget *sb_qr_new        (const char *text, const char *name);
AdwDialog *sb_qr_dialog_new (const char *title, const char *text);

G_END_DECLS
