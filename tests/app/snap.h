/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GdkTexture *snap_to_texture (GtkWidget *widget, GError **error);
gboolean    snap_to_png     (GtkWidget *widget, const char *path, GError **error);

G_END_DECLS
