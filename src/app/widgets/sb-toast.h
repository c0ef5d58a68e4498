/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* @text is said as it is, without markup. */
AdwToast *sb_toast_new      (const char *text);
/* One that offers to take back what it says, by a button: @label, NULL: “Undo”. @undo gets @data, which goes with the toast. */
AdwToast *sb_toast_new_undo (const char *text, const char *label, GCallback undo, gpointer data, GDestroyNotify data_free);

G_END_DECLS
