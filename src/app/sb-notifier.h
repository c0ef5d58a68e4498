/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_NOTIFIER (sb_notifier_get_type ())
G_DECLARE_FINAL_TYPE (SbNotifier, sb_notifier, SB, NOTIFIER, GObject)

SbNotifier *sb_notifier_new       (GtkApplication *application, SbEngine *engine);
void        sb_notifier_set_armed (SbNotifier *self);

G_END_DECLS
