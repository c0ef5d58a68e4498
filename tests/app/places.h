/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app-test.h"

G_BEGIN_DECLS

/* Where the window can be: its pages, what opens on them, its dialogs. Those who look at all of it go through the same list,
 * and a new dialog needs a line in places.c. Nothing is found by its words: they may be in any language. */

#define PLACES_N_PAGES 7
extern const char *const places_pages[PLACES_N_PAGES];

/* @root: what is to be looked at. @name: "issue-token", for messages and files. */
typedef void (*PlacesFunc) (AppTest *test, GtkWidget *root, const char *name, gpointer user_data);
/* places_each_panel(), places_each_dialog() */
typedef void (*PlacesEach) (AppTest *test, PlacesFunc func, gpointer user_data);

/* Tokens, a client, messages, rejected ones, a rule, a template, a broadcast, a blocked address: every table has rows. */
SoupWebsocketConnection *places_fill (AppTest *test);
/* 1200 × 760, or as narrow as a phone. */
void       places_set_width    (AppTest *test, gboolean wide);
GtkWidget *places_show_page    (AppTest *test, const char *name, const char *filter);
/* Until two frames have been drawn not everything has a place. */
void       places_let_lay_out  (GtkWidget *widget);
/* An alert measures its heading in one line, too, before it takes the small one that wraps; libadwaita 1.7 is warned of that by GTK,
 * and a warning ends the program. */
void       places_expect_long_headings (void);
/* From here on in the language of the environment, with the translations below @words_dir; its headings may be long. */
void       places_speak        (const char *words_dir);
/* What opens beside a table, or over it where it is narrow; and the editor of a rule. There must be a client, a message and a token. */
void       places_each_panel   (AppTest *test, PlacesFunc func, gpointer user_data);
/* Opens each, calls @func, and closes it; so with a test client, which has a window of its own. The same must be there, and one client
 * connected. */
void       places_each_dialog  (AppTest *test, PlacesFunc func, gpointer user_data);
/* A test client, which has a window of its own. places_each_dialog() has it among the others. */
void       places_each_of_test_client (AppTest *test, PlacesFunc func, gpointer user_data);
/* In a window of its own that is filled: all that @each opens, narrow and wide. @func adds the faults it finds to a guint, its
 * user data; one is an error. */
void       places_walk         (PlacesEach each, PlacesFunc func);

G_END_DECLS
