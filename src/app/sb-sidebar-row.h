/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_SIDEBAR_ROW (sb_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (SbSidebarRow, sb_sidebar_row, SB, SIDEBAR_ROW, GtkListBoxRow)

GtkWidget *sb_sidebar_row_new      (SbPage *page, const char *icon_name);
SbPage    *sb_sidebar_row_get_page (SbSidebarRow *self);

G_END_DECLS
