/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-journal.h"

G_BEGIN_DECLS

/**
 * SbAudit:
 *
 * The way of an entry into the audit trail: kept in memory until the store has it, then shown in #SbJournal. Entries are gathered,
 * so that a burst of refusals is one transaction. What cannot be stored is kept and tried again. Main thread.
 */
typedef struct _SbAudit SbAudit;

/* @stored: FALSE where the entry could not be written yet; it is tried again, but nobody is told a second time. */
typedef void (*SbAuditDoneFunc)    (gboolean stored, gpointer user_data);
/* @message: a sentence for the admin; NULL: the trail is whole again. */
typedef void (*SbAuditTroubleFunc) (const char *message, gpointer user_data);

SbAudit *sb_audit_new      (SbDatabase *database, SbJournal *journal, SbAuditTroubleFunc trouble, gpointer user_data);
void     sb_audit_free     (SbAudit *self);
void     sb_audit_add      (SbAudit *self, SbJournalEntry *entry, SbAuditDoneFunc done, gpointer user_data);
void     sb_audit_flush    (SbAudit *self);
gboolean sb_audit_is_idle  (SbAudit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbAudit, sb_audit_free)

G_END_DECLS
