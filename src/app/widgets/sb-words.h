/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the engine says in codes, in words for people; the same on every page. */

char       *sb_words_for_refusal       (const char *detail);
const char *sb_words_for_setting_error (const char *key, const GError *error);

G_END_DECLS
