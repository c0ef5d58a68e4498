/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"
#include "traffic/sb-traffic-detail.h"

G_BEGIN_DECLS

/*
 * The actions of a page that are for the message it shows in detail, "traffic.copy" and so on: which there are, which can
 * be used now, and what each does. Main thread.
 */

/* @run: is to call sb_traffic_actions_run() */
void sb_traffic_actions_install (GtkWidgetClass *page_class, GtkWidgetActionActivateFunc run);
/* Whenever another message is selected. @entry: (nullable): none is */
void sb_traffic_actions_update  (SbPage *page, SbTrafficEntry *entry);
/* @detail: shows the message that is selected */
void sb_traffic_actions_run     (SbPage *page, const char *name, SbTrafficDetail *detail);

G_END_DECLS
