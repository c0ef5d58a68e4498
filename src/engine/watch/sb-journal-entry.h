/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What can stand in the audit trail. */
typedef enum
{
  SB_ACT_SERVER_STARTED,
  SB_ACT_SERVER_STOPPED,
  SB_ACT_SERVER_FAILED,
  SB_ACT_TOKEN_ISSUED,
  SB_ACT_TOKEN_EDITED,
  SB_ACT_TOKEN_ROTATED,
  SB_ACT_TOKEN_REVOKED,
  SB_ACT_TOKEN_RESTORED,
  SB_ACT_TOKEN_DELETED,
  SB_ACT_TOKEN_EXPIRED,
  SB_ACT_CLIENT_REFUSED,
  SB_ACT_CLIENT_DISCONNECTED,
  SB_ACT_ADDRESS_BLOCKED,
  SB_ACT_ADDRESS_UNBLOCKED,
  SB_ACT_BROADCAST_SENT,
  SB_ACT_MESSAGE_SENT,
  SB_ACT_MESSAGE_RETAINED,
  SB_ACT_MESSAGE_RELEASED,
  SB_ACT_TEMPLATE_SAVED,
  SB_ACT_TEMPLATE_DELETED,
  SB_ACT_SCHEDULE_STARTED,
  SB_ACT_SCHEDULE_STOPPED,
  SB_ACT_SCHEDULE_ENDED,
  SB_ACT_SCHEDULE_FAILED,
  SB_ACT_RULE_SET,
  SB_ACT_RULE_REMOVED,
  SB_ACT_SCHEMA_ADDED,
  SB_ACT_SCHEMA_REMOVED,
  SB_ACT_SETTINGS_CHANGED,
  SB_ACT_NOTICE,
  SB_N_ACTS,
} SbAct;

const char *sb_act_to_id   (SbAct act);                  /* "token_issued": what is stored */
gboolean    sb_act_from_id (const char *id, SbAct *act);

#define SB_TYPE_JOURNAL_ENTRY (sb_journal_entry_get_type ())
G_DECLARE_FINAL_TYPE (SbJournalEntry, sb_journal_entry, SB, JOURNAL_ENTRY, GObject)

/**
 * SbJournalEntry:
 *
 * One line of the audit trail. Constant. Readable properties for expressions, sorters and filters: "id" (int64),
 * "time" (int64), "act" (int, an #SbAct), "actor", "subject", "detail" (strings, never %NULL), "count" (uint).
 */
SbJournalEntry *sb_journal_entry_new         (gint64 id, gint64 time, SbAct act, const char *actor,
                                              const char *subject, const char *detail, guint count);
gint64          sb_journal_entry_get_id      (SbJournalEntry *self);      /* the database's; 0 before it is stored */
gint64          sb_journal_entry_get_time    (SbJournalEntry *self);      /* real time, µs */
SbAct           sb_journal_entry_get_act     (SbJournalEntry *self);
/* "window", "command line", "server", or an address */
const char     *sb_journal_entry_get_actor   (SbJournalEntry *self);
/* a token's label and hint, a client, a channel; "" for none */
const char     *sb_journal_entry_get_subject (SbJournalEntry *self);
/* e.g. "4 connections closed", "invalid_token: unknown" */
const char     *sb_journal_entry_get_detail  (SbJournalEntry *self);
/* alike ones in a row told as one (refusals of one address): ≥ 1 */
guint           sb_journal_entry_get_count   (SbJournalEntry *self);

G_END_DECLS
