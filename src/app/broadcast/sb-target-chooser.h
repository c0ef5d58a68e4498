/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TARGET_CHOOSER (sb_target_chooser_get_type ())
G_DECLARE_FINAL_TYPE (SbTargetChooser, sb_target_chooser, SB, TARGET_CHOOSER, GtkBox)

void      sb_target_chooser_set_engine (SbTargetChooser *self, SbEngine *engine);
/* NULL: what is chosen means nobody yet, or is no channel. */
SbTarget *sb_target_chooser_dup_target (SbTargetChooser *self);
void      sb_target_chooser_set_target (SbTargetChooser *self, const SbTarget *target);
/* Whether it is to be kept for those who come later; never where it cannot be. */
gboolean  sb_target_chooser_get_retain (SbTargetChooser *self);
void      sb_target_chooser_set_retain (SbTargetChooser *self, gboolean retain);

G_END_DECLS
