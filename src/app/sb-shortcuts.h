/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void       sb_shortcuts_install    (GtkApplication *application);
AdwDialog *sb_shortcuts_dialog_new (void);
char     **sb_shortcuts_list       (void);

G_END_DECLS
