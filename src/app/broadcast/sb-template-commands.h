/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* Asks for a name, and keeps the message under it; where the name is taken, asks whether to replace what has it. */
void sb_template_commands_save   (SbPage *page, const SbTarget *target, gboolean binary, GBytes *payload);
void sb_template_commands_rename (SbPage *page, GtkWidget *parent, SbTemplate *template);
/* Deletes, and offers the way back for a few seconds: in @toasts, where a dialog has its own. */
void sb_template_commands_delete (SbPage *page, AdwToastOverlay *toasts, SbTemplate *template);

G_END_DECLS
