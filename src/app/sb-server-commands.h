/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

gboolean    sb_server_is_running   (SbEngine *engine);
const char *sb_server_state_word   (SbEngine *engine);
gboolean    sb_server_is_loopback  (const char *uri);
char       *sb_server_dup_address  (SbEngine *engine);
void        sb_server_start        (GtkWidget *parent, SbEngine *engine);
void        sb_server_stop         (GtkWidget *parent, SbEngine *engine);
void        sb_server_restart      (GtkWidget *parent, SbEngine *engine);
void        sb_server_confirm_cut  (GtkWidget *parent, SbEngine *engine, const char *heading, const char *button,
                                    GAsyncReadyCallback callback, gpointer user_data);
gboolean    sb_server_confirm_cut_finish (GAsyncResult *result);

G_END_DECLS
