/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void  sb_question_ask_async  (AdwAlertDialog *dialog, GtkWidget *parent, GAsyncReadyCallback callback, gpointer user_data);
char *sb_question_ask_finish (GAsyncResult *result);

G_END_DECLS
