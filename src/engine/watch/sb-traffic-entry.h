/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_ENTRY (sb_traffic_entry_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficEntry, sb_traffic_entry, SB, TRAFFIC_ENTRY, GObject)

/**
 * SbTrafficEntry:
 *
 * One line, an object made when somebody looks. Constant. Readable properties for expressions, sorters and filters:
 * "serial" (uint64), "time" (int64), "client-id" (uint64; 0 for what the admin sent), "title" (string; the sender's
 * token label, "" for what the admin sent), "name" (nullable string), "channel" (string; for what the admin sent whom
 * it was for), "preview" (string), "size" (uint64), "reached", "dropped" (uint), "direction" (int, an #SbDirection),
 * "binary", "rejected" (boolean), "rejection" (int, an #SbRejection), "reason" (nullable string).
 */
const SbTrafficRecord *sb_traffic_entry_get_record  (SbTrafficEntry *self);
/* counts all that was ever logged, from 0 */
guint64                sb_traffic_entry_get_serial  (SbTrafficEntry *self);
/* One line of valid UTF-8 for a table: control characters as pictures, at most 240 characters; binary as "89 50 4e
 * …". */
const char            *sb_traffic_entry_get_preview (SbTrafficEntry *self);
const char            *sb_traffic_entry_get_title   (SbTrafficEntry *self);
const char            *sb_traffic_entry_get_channel (SbTrafficEntry *self);

/* For #SbTrafficLog. @siblings: (element-type SbTrafficEntry), entries that are alive by their serial, without
 * references; the new one is put in and takes itself out when it is freed. */
SbTrafficEntry *sb_traffic_entry_new (const SbTrafficRecord *record, guint64 serial, GHashTable *siblings);

G_END_DECLS
