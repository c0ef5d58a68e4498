/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What happens when the window is closed while the server runs. The values are those of the setting "background". */
typedef enum
{
  SB_BACKGROUND_ASK,
  SB_BACKGROUND_KEEP,
  SB_BACKGROUND_QUIT,
} SbBackground;

SbBackground sb_background_get_choice     (void);
void         sb_background_set_choice     (SbBackground choice);
void         sb_background_ask_async      (GtkWidget *parent, SbEngine *engine, GAsyncReadyCallback callback,
                                           gpointer user_data);
SbBackground sb_background_ask_finish     (GAsyncResult *result);
void         sb_background_request_async  (GtkWindow *window, GAsyncReadyCallback callback, gpointer user_data);
gboolean     sb_background_request_finish (GAsyncResult *result);
void         sb_background_set_status     (const char *status);

G_END_DECLS
