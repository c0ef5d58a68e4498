/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/*
 * The actions of a page that are for the clients it means, "client.send" and so on: which there are, which can be used
 * now, and what each does. @clients: (element-type SbClient): perhaps none, and some may have left. Main thread.
 */

/* @run: is to call sb_client_actions_run() */
void sb_client_actions_install (GtkWidgetClass *page_class, GtkWidgetActionActivateFunc run);
/* Whenever other clients are meant. */
void sb_client_actions_update  (SbPage *page, GPtrArray *clients);
/* Does nothing where there is nobody left that the action is for. */
void sb_client_actions_run     (SbPage *page, const char *name, GPtrArray *clients);

G_END_DECLS
