/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_COPY_BUTTON (sb_copy_button_get_type ())
G_DECLARE_FINAL_TYPE (SbCopyButton, sb_copy_button, SB, COPY_BUTTON, GtkButton)

GtkWidget *sb_copy_button_new      (const char *what, const char *text, gboolean secret);
void       sb_copy_button_set_text (SbCopyButton *self, const char *text);

G_END_DECLS
