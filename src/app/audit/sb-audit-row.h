/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-journal-entry.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_AUDIT_ROW (sb_audit_row_get_type ())
G_DECLARE_FINAL_TYPE (SbAuditRow, sb_audit_row, SB, AUDIT_ROW, GtkBox)

GtkWidget *sb_audit_row_new       (void);
void       sb_audit_row_set_entry (SbAuditRow *self, SbJournalEntry *entry);

G_END_DECLS
