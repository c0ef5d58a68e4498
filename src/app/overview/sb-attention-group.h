/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_ATTENTION_GROUP (sb_attention_group_get_type ())
G_DECLARE_FINAL_TYPE (SbAttentionGroup, sb_attention_group, SB, ATTENTION_GROUP, AdwPreferencesGroup)

void sb_attention_group_set_engine (SbAttentionGroup *self, SbEngine *engine);
void sb_attention_group_update     (SbAttentionGroup *self);

G_END_DECLS
