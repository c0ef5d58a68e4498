/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_CODE_VIEW (sb_code_view_get_type ())
G_DECLARE_FINAL_TYPE (SbCodeView, sb_code_view, SB, CODE_VIEW, AdwBin)

GtkWidget *sb_code_view_new (const char *text, const char *language, const char *name);

void sb_code_write_left_to_right (GtkWidget *widget);

G_END_DECLS
