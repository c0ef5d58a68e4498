/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Asks before the changes on @page are thrown away. Discarded: the page's signal "done". Saved, where @can_save: its action @save_action,
 * which must be a literal. */
void  sb_question_ask_unsaved (GtkWidget *page, gboolean can_save, const char *save_action);

void  sb_question_ask_async  (AdwAlertDialog *dialog, GtkWidget *parent, GAsyncReadyCallback callback, gpointer user_data);
char *sb_question_ask_finish (GAsyncResult *result);

G_END_DECLS
