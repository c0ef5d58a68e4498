/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include "watch/sb-journal.h"

G_BEGIN_DECLS

/**
 * SbRefusals:
 *
 * Groups refused handshakes for the audit trail. Whoever knocks a thousand times a second with a wrong token must not fill the
 * trail: the first refusal of an address for one reason is an entry at once, those that follow within the minute are one more entry with
 * their number, at its end. Bounded in memory whatever is tried. Main thread; times are monotonic.
 */
typedef struct _SbRefusals SbRefusals;

SbRefusals     *sb_refusals_new    (void);
void            sb_refusals_free   (SbRefusals *self);
SbJournalEntry *sb_refusals_add    (SbRefusals *self, const SbEvent *event, const char *token_text, gint64 now);
GPtrArray      *sb_refusals_expire (SbRefusals *self, gint64 now);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRefusals, sb_refusals_free)

G_END_DECLS
