/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_FORM (sb_token_form_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenForm, sb_token_form, SB, TOKEN_FORM, AdwBin)

void         sb_token_form_set_spec   (SbTokenForm *self, const SbTokenSpec *spec);
SbTokenSpec *sb_token_form_dup_spec   (SbTokenForm *self);
gboolean     sb_token_form_is_valid   (SbTokenForm *self);
/* Shows what the engine would not have, beside the entry it is about. FALSE: it is about none of them. */
gboolean     sb_token_form_show_error (SbTokenForm *self, const GError *error);

G_END_DECLS
