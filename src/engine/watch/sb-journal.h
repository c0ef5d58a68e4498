/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-journal-entry.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_JOURNAL (sb_journal_get_type ())
G_DECLARE_FINAL_TYPE (SbJournal, sb_journal, SB, JOURNAL, GObject)

/**
 * SbJournal:
 *
 * The audit trail on screen: GListModel of #SbJournalEntry, newest first, the newest 10000 and what older ones were asked
 * for. Main thread. It only shows what is stored: the façade appends to the store, and prepends here what the store
 * acknowledged. Property "has-older" (boolean, readable): there are older ones on disk, as far as is known.
 */
#define SB_JOURNAL_SHOWN 10000 /* at first */
#define SB_JOURNAL_KEPT 100000 /* on disk, and so at the most here, until sb_journal_set_kept() */

SbJournal *sb_journal_new     (void);
void       sb_journal_load    (SbJournal *self, GPtrArray *entries_newest_first); /* (element-type SbJournalEntry) */
void       sb_journal_prepend (SbJournal *self, GPtrArray *entries_oldest_first);
/* Room for @n more, so that none of what is here falls out for them, nor for what comes in the meantime. */
void       sb_journal_reserve (SbJournal *self, guint n);
/* Older ones, for which room was made. @has_older: there are still more. */
void       sb_journal_append  (SbJournal *self, GPtrArray *entries_newest_first, gboolean has_older);
/* On disk there are at most @n from now on (> 0), and none that is older than that of id @oldest: nor are they here. */
void       sb_journal_set_kept (SbJournal *self, guint n, gint64 oldest);
gint64     sb_journal_get_oldest_id (SbJournal *self); /* G_MAXINT64 while it is empty */
gboolean   sb_journal_get_has_older (SbJournal *self);

G_END_DECLS
