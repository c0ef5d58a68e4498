/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* Where the application's templates, style and icons are: "/org/signalbox/Signalbox/" + the template's file name. */
#define SB_RESOURCE_PATH "/org/signalbox/Signalbox/"

#define SB_TYPE_PAGE (sb_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (SbPage, sb_page, SB, PAGE, AdwNavigationPage)

/**
 * SbPageClass:
 * @show: jump here with the list narrowed to @filter, e.g. "client:12", "token:3", "rejected"; %NULL or "" leaves what
 *   is shown as it is
 * @focus_search: open the page's search, where it has one, and put the cursor into it
 *
 * What the window asks of a page. Filters the pages understand:
 *
 *   clients    "client:ID" (selected, its panel open), "token:ID", "address:ADDRESS", "channel:CHANNEL", "slow",
 *              "rejected"
 *   traffic    "client:ID", "channel:CHANNEL", "rejected", "rejected:ID" (of that client), "rule:ID" (what it rejected)
 *   broadcast  "client:ID", "token:ID", "channel:CHANNEL": the target of what is being written
 *   tokens     "token:ID" (selected), "expiring", "issue" (opens the dialog)
 *   rules      "rule:ID" (opened), "add", "add:PATTERN" (a new one)
 *   audit      "refused", "address:ADDRESS", "token:ID"
 */
struct _SbPageClass
{
  AdwNavigationPageClass parent_class;

  void (*show)         (SbPage *self, const char *filter);
  void (*focus_search) (SbPage *self);
};

SbEngine   *sb_page_get_engine    (SbPage *self);
gboolean    sb_page_get_attention (SbPage *self);
void        sb_page_set_attention (SbPage *self, gboolean attention);
/* On the screen, in a window that is not suspended: there is somebody to do things for. */
gboolean    sb_page_is_awake      (SbPage *self);
const char *sb_page_get_count     (SbPage *self);
void        sb_page_set_count     (SbPage *self, const char *count);
/* The page, as it is now, says itself that the server is stopped, with a button: its banner need not. */
void        sb_page_set_says_stopped (SbPage *self, gboolean says);
gboolean    sb_page_is_seen       (SbPage *self);
void        sb_page_show          (SbPage *self, const char *filter);
void        sb_page_focus_search  (SbPage *self);
void        sb_page_go_to         (SbPage *self, const char *page_name, const char *filter);
void        sb_page_add_toast     (SbPage *self, AdwToast *toast);
void        sb_page_say           (SbPage *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
