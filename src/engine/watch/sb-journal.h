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
 * The audit trail on screen: GListModel of #SbJournalEntry, newest first, the newest 10000. Main thread. It only
 * shows what is stored: the façade appends to the store, and prepends here what the store acknowledged.
 */
SbJournal *sb_journal_new     (void);
void       sb_journal_load    (SbJournal *self, GPtrArray *entries_newest_first); /* (element-type SbJournalEntry) */
void       sb_journal_prepend (SbJournal *self, GPtrArray *entries_oldest_first);

G_END_DECLS
