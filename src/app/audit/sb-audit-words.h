/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-journal-entry.h"

G_BEGIN_DECLS

/* An entry of the audit trail in words. Main thread; translated. */

char       *sb_audit_words_sentence (SbJournalEntry *entry); /* "Token “Sensors” revoked", "192.168.1.9 was refused" */
char       *sb_audit_words_detail   (SbJournalEntry *entry); /* "sbx_7Kq2…f3Zd · 4 clients disconnected · in the window"; "" for none */
const char *sb_audit_words_icon     (SbAct act);
const char *sb_audit_words_style    (SbAct act);             /* "error", "warning" or "dimmed" */
const char *sb_audit_words_kind     (SbAct act);             /* not translated: "tokens", "clients", "broadcasts", "rules", "server" */
char       *sb_audit_words_day      (gint64 time, gint64 now); /* "Today", "Yesterday", "12 October" */

G_END_DECLS
