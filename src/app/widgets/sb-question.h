/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What is asked before changes are thrown away: "cancel", "discard", or "save" where @can_save. */
AdwAlertDialog *sb_question_new_unsaved (gboolean can_save);

void  sb_question_ask_async  (AdwAlertDialog *dialog, GtkWidget *parent, GAsyncReadyCallback callback, gpointer user_data);
char *sb_question_ask_finish (GAsyncResult *result);

G_END_DECLS
