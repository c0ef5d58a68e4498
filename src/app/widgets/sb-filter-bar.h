/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_FILTER_BAR (sb_filter_bar_get_type ())
G_DECLARE_FINAL_TYPE (SbFilterBar, sb_filter_bar, SB, FILTER_BAR, GtkBox)

/**
 * SbFilterBar:
 *
 * The second bar of a page with a list: a search entry, and beside it which kinds are shown, as toggles, or as a drop-down where there is
 * little room. It narrows nothing itself: the page's filter asks it. Properties: "placeholder" (string), "narrow" (boolean),
 * "window-title" (the page's AdwWindowTitle, whose subtitle the facts are while the bar is not narrow).
 * Signal "changed" when text or choice changed.
 */
SbFilterBar *sb_filter_bar_new          (void);
/* @name must be unique in the bar; the first one added is chosen. */
void         sb_filter_bar_add_choice   (SbFilterBar *self, const char *name, const char *label);
const char  *sb_filter_bar_get_choice   (SbFilterBar *self);
void         sb_filter_bar_set_choice   (SbFilterBar *self, const char *name); /* a name that is not there changes nothing */
const char  *sb_filter_bar_get_text     (SbFilterBar *self);
void         sb_filter_bar_set_text     (SbFilterBar *self, const char *text);
void         sb_filter_bar_set_facts    (SbFilterBar *self, const char *facts);
gboolean     sb_filter_bar_get_narrow   (SbFilterBar *self);
gboolean     sb_filter_bar_is_searching (SbFilterBar *self);
/* Whether the search is empty, or a part of @text (nullable), whatever its case. */
gboolean     sb_filter_bar_matches      (SbFilterBar *self, const char *text);
void         sb_filter_bar_focus_search (SbFilterBar *self);
/* No search, first choice. */
void         sb_filter_bar_reset        (SbFilterBar *self);

G_END_DECLS
