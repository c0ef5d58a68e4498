/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-gate.h"
#include "net/sb-hub.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_SETTINGS (sb_settings_get_type ())
G_DECLARE_FINAL_TYPE (SbSettings, sb_settings, SB, SETTINGS, GObject)

#define SB_SETTINGS_ERROR (sb_settings_error_quark ())
typedef enum
{
  SB_SETTINGS_ERROR_UNKNOWN_KEY,
  SB_SETTINGS_ERROR_VALUE, /* out of range, not a number, not an address, not an origin */
  SB_SETTINGS_ERROR_FILE,
} SbSettingsError;
GQuark sb_settings_error_quark (void);

/* What is kept of what happened, and for how long; 0 days: of any age. */
typedef struct
{
  guint audit_entries;
  guint audit_days;
  guint broadcasts;
  guint broadcast_days;
  guint recently_left;
} SbKeeping;

/**
 * SbSettings:
 *
 * Everything the engine can be set to, as GObject properties with range and default (bind a widget to them), kept in a key file
 * (DIR/settings.ini) that window and daemon share. Main thread. Properties, and the keys of group [server]:
 *
 *   listen-address    string   "127.0.0.1" (default: this computer only), "*" for all, or one address; next start
 *   port              uint     8080 (0: any free one); next start
 *   allowed-origins   strv     exact scheme://host[:port], or "null"
 *   tokens-in-url     boolean  FALSE
 *   max-clients 10000, max-clients-per-address 1000, max-attempts 30 (refused tokens a minute and address)
 *   max-message-size 1 MiB, max-backlog 1 MiB, max-depth 64, max-members 256, max-values 50000
 *   max-rejected 60 (a minute), messages-per-second 0 (no limit), allow-binary TRUE, require-json TRUE
 *   compression       boolean  FALSE (permessage-deflate)
 *   max-queued-memory 256 MiB (all clients together), max-error-replies 10 (a second and client)
 *   traffic-messages 100000, traffic-memory 64 MiB (what the traffic log keeps, whichever is less)
 *   audit-entries 100000, audit-days 0 (what the audit trail keeps; 0 days: of any age)
 *   history-broadcasts 1000, history-days 0 (the same of the history of broadcasts), recently-left 1000 (clients)
 *   ping-interval 25 s, pong-timeout 20 s, handshake-timeout 10 s, close-timeout 5 s, drain-timeout 5 s
 *   start-on-launch   boolean  TRUE (the window starts the server when it opens)
 *   lanes             uint     0 (by cores); next start
 *   metrics-listen    string   where metrics are given by HTTP, "127.0.0.1:9187"; empty (default): nowhere
 *   tls-certificate, tls-key   string   absolute paths of PEM files, empty (default): no TLS; on and off with the next start
 *
 * Numbers and sizes are uint, with their range in the property (docs/limits.md has the table).
 *
 * Changing a property saves the file (atomically, gathered within 200 ms, off the main thread) unless it was overridden for this
 * run. Signal "save-failed" (char *message). Unknown keys and groups of the file are kept as they are, and so is what a person
 * wrote there meanwhile.
 */
/* A file that is not there gives the defaults. A bad value is an error that names file, key and what is allowed: nothing is guessed. */
SbSettings *sb_settings_load         (const char *path, GError **error);
/* As from the command line: checked as text, never saved. */
gboolean    sb_settings_override     (SbSettings *self, const char *key, const char *text, GError **error);
/* Checks and sets one from text, saved, which ends an override. For the control interface and for entries in the window. */
gboolean    sb_settings_set_text     (SbSettings *self, const char *key, const char *text, GError **error);
gboolean    sb_settings_check_text   (SbSettings *self, const char *key, const char *text, GError **error);
char       *sb_settings_get_text     (SbSettings *self, const char *key);
char      **sb_settings_list_keys    (SbSettings *self);
void        sb_settings_flush        (SbSettings *self); /* writes now what is waiting; blocks */
void        sb_settings_get_gate_limits    (SbSettings *self, SbGateLimits *limits);
void        sb_settings_get_session_limits (SbSettings *self, SbSessionLimits *limits);
void        sb_settings_get_keeping        (SbSettings *self, SbKeeping *keeping);
void        sb_settings_get_traffic_limits (SbSettings *self, guint *max_records, gsize *max_bytes);

G_END_DECLS
