/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_COMPOSER (sb_composer_get_type ())
G_DECLARE_FINAL_TYPE (SbComposer, sb_composer, SB, COMPOSER, GtkBox)

void sb_composer_set_engine (SbComposer *self, SbEngine *engine);
void sb_composer_set_target (SbComposer *self, const SbTarget *target);
/* Whether it is to be kept for those who come later; of a target for which it can be. */
void sb_composer_set_retain (SbComposer *self, gboolean retain);
void sb_composer_set_text   (SbComposer *self, const char *text);

G_END_DECLS
