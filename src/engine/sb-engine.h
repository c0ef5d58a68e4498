/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include "net/sb-hub.h"
#include "rules/sb-rule-report.h"
#include "sb-settings.h"
#include "store/sb-schema-document.h"
#include "watch/sb-broadcast.h"
#include "watch/sb-client-list.h"
#include "watch/sb-history.h"
#include "watch/sb-journal.h"
#include "watch/sb-meter.h"
#include "watch/sb-retained-item.h"
#include "watch/sb-rule-list.h"
#include "watch/sb-schedule.h"
#include "watch/sb-template.h"
#include "watch/sb-token-list.h"
#include "watch/sb-traffic-log.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_ENGINE (sb_engine_get_type ())
G_DECLARE_FINAL_TYPE (SbEngine, sb_engine, SB, ENGINE, GObject)

#define SB_ENGINE_ERROR (sb_engine_error_quark ())
typedef enum
{
  SB_ENGINE_ERROR_IN_USE,        /* another program has the data directory; the message says which and its process id */
  SB_ENGINE_ERROR_NOT_RUNNING,   /* the command needs a running server */
  SB_ENGINE_ERROR_NOT_FOUND,     /* no such token, client, broadcast */
  SB_ENGINE_ERROR_INVALID,       /* the request makes no sense: what is wrong is in the message */
  SB_ENGINE_ERROR_STATE,         /* e.g. edit of a revoked token, delete of an active one */
  SB_ENGINE_ERROR_CERTIFICATE,   /* the TLS certificate or its key cannot be used: why is in the message */
} SbEngineError;
GQuark sb_engine_error_quark (void);

typedef enum
{
  SB_ENGINE_STOPPED,
  SB_ENGINE_STARTING,
  SB_ENGINE_LISTENING,
  SB_ENGINE_DEGRADED, /* listening, but something an admin must know is broken: see state-message */
  SB_ENGINE_STOPPING, /* draining */
  SB_ENGINE_FAILED,   /* could not start: see state-message */
} SbEngineState;
const char *sb_engine_state_to_id (SbEngineState state); /* "stopped", "starting", … */

/**
 * SbEngine:
 *
 * The façade: every command an admin can give, and everything there is to see. One per data directory (which it locks), owned
 * by the program; main thread only; nothing here blocks. Async functions answer on the thread-default main context.
 *
 * Properties (notify): state (int, SbEngineState), state-message (string, NULL when all is well: a sentence a person
 * can act on), port (uint), uris (strv, for this computer first, then each address of the network), n-clients (uint).
 * Signals: "notice" (code, message), "ticked" (once a second after the meter, while open).
 * @actor in the functions below is who asks, for the audit trail: "window", "command line".
 */

/* Locks @data_dir (made, mode 0700), opens the database, loads everything. @window: frames for a window (16 ms) or not (100 ms).
 * Errors: SB_ENGINE_ERROR_IN_USE, SB_DATABASE_ERROR, SB_SETTINGS_ERROR, G_FILE_ERROR. A damaged database is an error here; it is never replaced. */
void            sb_engine_open_async      (const char *data_dir, const char *settings_file /* nullable */, gboolean window,
                                           GAsyncReadyCallback callback, gpointer user_data);
SbEngine       *sb_engine_open_finish     (GAsyncResult *result, GError **error);
/* Stops, flushes and unlocks; blocks (drain at most "drain-timeout"), iterating the main context meanwhile. */
void            sb_engine_close           (SbEngine *self);
/* The same, but clients are cut without a good-bye; also ends a drain that is under way. */
void            sb_engine_close_now       (SbEngine *self);

const char     *sb_engine_get_data_dir    (SbEngine *self);
SbSettings     *sb_engine_get_settings    (SbEngine *self);
SbClientList   *sb_engine_get_clients     (SbEngine *self);
SbTrafficLog   *sb_engine_get_traffic     (SbEngine *self);
SbTokenList    *sb_engine_get_tokens      (SbEngine *self);
SbJournal      *sb_engine_get_journal     (SbEngine *self);
/* The next 1000 older entries of the audit trail, from disk into the journal. */
void            sb_engine_load_older_async (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean        sb_engine_load_older_finish (SbEngine *self, GAsyncResult *result, GError **error);
/* The same for whoever does not look at the journal. The result: (element-type SbJournalEntry), newest first. */
void            sb_engine_read_audit_async (SbEngine *self, gint64 before, SbAct act, guint limit, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray      *sb_engine_read_audit_finish (SbEngine *self, GAsyncResult *result, GError **error);
GListModel     *sb_engine_get_broadcasts  (SbEngine *self); /* of SbBroadcast, newest first */
guint64         sb_engine_get_n_broadcasts (SbEngine *self); /* begun since it was opened */
SbMeter        *sb_engine_get_meter       (SbEngine *self);
SbEngineState   sb_engine_get_state       (SbEngine *self);
const char     *sb_engine_get_state_message (SbEngine *self);
/* What keeps others from reading the metrics, a sentence a person can act on, is part of the state like any other trouble. NULL: nothing any more. */
void            sb_engine_set_metrics_trouble (SbEngine *self, const char *message);
gboolean        sb_engine_has_metrics_trouble (SbEngine *self);
/* The TLS certificate in use; NULL: without TLS, or not running. Transfer none. */
GTlsCertificate *sb_engine_get_certificate (SbEngine *self);
guint16         sb_engine_get_port        (SbEngine *self);
char          **sb_engine_dup_uris        (SbEngine *self);
gint64          sb_engine_get_started_at  (SbEngine *self); /* real time, µs; 0: not running */
void            sb_engine_get_totals      (SbEngine *self, SbHubTotals *totals);
SbHubError      sb_engine_get_listen_error (SbEngine *self); /* valid in SB_ENGINE_FAILED: which way out to offer */
/* Whether the certificate has expired, or the one in the settings cannot be used, while the server runs. */
gboolean        sb_engine_has_certificate_trouble (SbEngine *self);

/* What was measured since @since (real time, µs), whichever run of the program it was in, in spans of @step seconds (a multiple of 60, and of 900
 * for what is older than two days): (element-type SbSpan), oldest first, without those in which the server did not run. */
void            sb_engine_load_history_async  (SbEngine *self, gint64 since, guint step, GAsyncReadyCallback callback, gpointer user_data);
GArray         *sb_engine_load_history_finish (SbEngine *self, GAsyncResult *result, GError **error);

/* Listens. Where it cannot, the state becomes FAILED with a sentence, and FALSE is returned with the error too. */
gboolean        sb_engine_start           (SbEngine *self, GError **error);
void            sb_engine_stop_async      (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean        sb_engine_stop_finish     (SbEngine *self, GAsyncResult *result, GError **error);

/* The secret exists in the result of issue and rotate only; free with sb_token_secret_free(). Given out when the row is on disk. */
void            sb_engine_issue_token_async  (SbEngine *self, const char *actor, const SbTokenSpec *spec, GAsyncReadyCallback callback, gpointer user_data);
char           *sb_engine_issue_token_finish (SbEngine *self, GAsyncResult *result, SbToken **token /* out, optional */, GError **error);
/* The old secret stays valid for @grace µs (0: not at all, its connections are closed). */
void            sb_engine_rotate_token_async  (SbEngine *self, const char *actor, gint64 id, gint64 grace, GAsyncReadyCallback callback, gpointer user_data);
char           *sb_engine_rotate_token_finish (SbEngine *self, GAsyncResult *result, SbToken **token, GError **error);
/* The rest: the result is how many connections were closed. */
void            sb_engine_edit_token_async    (SbEngine *self, const char *actor, gint64 id, const SbTokenSpec *spec, GAsyncReadyCallback callback, gpointer user_data);
void            sb_engine_revoke_token_async  (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
void            sb_engine_restore_token_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data); /* undo of revoke */
void            sb_engine_delete_token_async  (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
/* @reason: up to 100 characters, told to the client after "disconnected by admin: ". */
void            sb_engine_disconnect_async    (SbEngine *self, const char *actor, const SbTarget *target, const char *reason, GAsyncReadyCallback callback, gpointer user_data);
/* @duration: µs, 0: until it is lifted. Closes its connections as well. It is kept across restarts; where it could not be, the error says that
 * it holds while the program runs. */
void            sb_engine_block_address_async (SbEngine *self, const char *actor, const char *address, gint64 duration, GAsyncReadyCallback callback, gpointer user_data);
void            sb_engine_unblock_address_async (SbEngine *self, const char *actor, const char *address, GAsyncReadyCallback callback, gpointer user_data);
/* Changes settings, all or none: @texts maps keys to texts (g_str_hash). Answered when they are in the file, in the trail, and in
 * force on every lane. Errors: SB_SETTINGS_ERROR, SB_ENGINE_ERROR_CERTIFICATE. A window may as well set properties of
 * sb_engine_get_settings(): they are saved, and put into the trail as the window's, a little later. */
void            sb_engine_change_settings_async (SbEngine *self, const char *actor, GHashTable *texts, GAsyncReadyCallback callback, gpointer user_data);
/* Finish of the eight above. -1 on error. */
int             sb_engine_command_finish      (SbEngine *self, GAsyncResult *result, GError **error);

/* Checks @payload (text: JSON by the guard), stores the row, sends, gives back the broadcast when it is complete (all reports in, at most ~5 s). It is in
 * the history model from the moment it is stored. */
void            sb_engine_broadcast_async     (SbEngine *self, const char *actor, const SbTarget *target, gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);
SbBroadcast    *sb_engine_broadcast_finish    (SbEngine *self, GAsyncResult *result, GError **error);

/* --- what is kept for those who come later --- */

/* The same of a message to everyone or to channels, and keeps it: who joins a channel that it is for after it went out gets it first. One is kept for each
 * pattern (everyone: two stars); of those that match a channel the most specific counts. It is on disk before it is sent. Errors besides:
 * SB_ENGINE_ERROR_INVALID (it is for tokens or clients), SB_DATABASE_ERROR_REFUSED (more than SB_RETAINED_MAX, or 64 MiB together; nothing is
 * sent). sb_engine_broadcast_finish(). */
void            sb_engine_retain_async        (SbEngine *self, const char *actor, const SbTarget *target, gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);
/* What is kept: SbRetainedItem, the newest first; how often each was handed over is refreshed four times a second. */
GListModel     *sb_engine_get_retained        (SbEngine *self);
SbRetainedItem *sb_engine_find_retained       (SbEngine *self, gint64 id); /* transfer none; NULL: none */
/* Nobody gets it any more. Answered when that is on disk, in force on every lane, and in the trail; with what was kept, for an undo. */
void            sb_engine_release_retained_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
/* The undo of that: keeps it again, and sends it to nobody. SB_DATABASE_ERROR_REFUSED: another one is kept for its pattern meanwhile. */
void            sb_engine_restore_retained_async (SbEngine *self, const char *actor, SbRetainedItem *item, GAsyncReadyCallback callback, gpointer user_data);
/* Finish of these two. Transfer full. */
SbRetainedItem *sb_engine_retained_finish     (SbEngine *self, GAsyncResult *result, GError **error);

/* --- what may be said --- */

/* The rules, in order of id; counts are refreshed four times a second. Transfer none. */
SbRuleList     *sb_engine_get_rules           (SbEngine *self);
/* The rule that counts on @channel now; NULL: none. Transfer none. */
SbRule         *sb_engine_find_rule           (SbEngine *self, const char *channel);
/* Adds a rule (@id 0) or changes one; its counts go on. Answered with the rule when it is on disk, in force on every lane, and in the trail: the
 * next message is judged by it. Errors: SB_RULE_ERROR, of which a fault in the schema has its place (sb_rule_error_get_place()). */
void            sb_engine_set_rule_async      (SbEngine *self, const char *actor, gint64 id, const SbRuleSpec *spec, GAsyncReadyCallback callback, gpointer user_data);
SbRule         *sb_engine_set_rule_finish     (SbEngine *self, GAsyncResult *result, GError **error);
void            sb_engine_remove_rule_async   (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
/* Schema documents that the schemas of rules may refer to: (element-type SbSchemaDocument), by URI. Transfer none; another list after each
 * "schemas-changed". */
GPtrArray      *sb_engine_get_schemas         (SbEngine *self);
/* Rules whose schemas could not be used without the document at @uri. */
guint           sb_engine_count_schema_users  (SbEngine *self, const char *uri);
/* Adds or replaces one. SB_RULE_ERROR_IN_USE: a rule's schema could then not be used any more; so with removing it. */
void            sb_engine_add_schema_async    (SbEngine *self, const char *actor, const char *uri, const char *text, GAsyncReadyCallback callback, gpointer user_data);
void            sb_engine_remove_schema_async (SbEngine *self, const char *actor, const char *uri, GAsyncReadyCallback callback, gpointer user_data);
/* Finish of these three: sb_engine_command_finish(). */

/* Compiles @spec as set_rule would, without keeping it: what an editor checks its schema by, and the test bench tests. Errors as there. Off the
 * main thread, as are those below; none of them changes or counts anything. */
void            sb_engine_draft_rule_async    (SbEngine *self, const SbRuleSpec *spec, GAsyncReadyCallback callback, gpointer user_data);
SbRule         *sb_engine_draft_rule_finish   (SbEngine *self, GAsyncResult *result, GError **error);
/* Compiles a document as add_schema would, without keeping it. @id: (out) (optional) (transfer full): its own "$id"; NULL: it has none. */
void            sb_engine_draft_schema_async  (SbEngine *self, const char *uri, const char *text, GAsyncReadyCallback callback, gpointer user_data);
gboolean        sb_engine_draft_schema_finish (SbEngine *self, GAsyncResult *result, char **id, GError **error);
/* Everything that is wrong with a message: by @draft, or where that is NULL by the rule that counts on @channel, and by the server's limits. */
void            sb_engine_test_message_async  (SbEngine *self, SbRule *draft, const char *channel, gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);
SbRuleReport   *sb_engine_test_message_finish (SbEngine *self, GAsyncResult *result, GError **error);

/* A message of the traffic log that @draft would not let through. */
typedef struct
{
  guint64 serial;       /* of its SbTrafficEntry */
  gboolean was_rejected; /* it was not let through then, either */
  SbRuleReport *report; /* with its first finding */
} SbTrialFailure;
typedef struct
{
  guint n_tried;        /* messages of clients that @draft would have judged */
  guint n_failed;
  guint n_not_whole;    /* not tried, since the log has only their beginning */
  guint n_now_passing;  /* rejected then, let through by @draft */
  GPtrArray *failures;  /* (element-type SbTrialFailure): the newest 1000 of them, newest first */
} SbTrial;
void            sb_trial_free                 (SbTrial *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTrial, sb_trial_free)
/* What would have failed if @draft (of sb_engine_draft_rule_async()) had been the rule, among the newest @max messages of the traffic log for which
 * it would have counted: @replaces is the id of the rule it is to replace, 0 for none. Rates are not looked at. */
void            sb_engine_try_rule_async      (SbEngine *self, SbRule *draft, gint64 replaces, guint max, GAsyncReadyCallback callback, gpointer user_data);
SbTrial        *sb_engine_try_rule_finish     (SbEngine *self, GAsyncResult *result, GError **error);

/* What the admin says is not subject to the rules of channels: the operator speaks. These are the rules that it would break: for the composer, to warn. */
typedef struct
{
  SbRuleReport *report; /* its rule is never NULL */
  guint n_clients;      /* meant by the target, on channels where the rule counts */
} SbRuleBreach;
void            sb_engine_find_breaches_async (SbEngine *self, const SbTarget *target, gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray      *sb_engine_find_breaches_finish (SbEngine *self, GAsyncResult *result, GError **error); /* (element-type SbRuleBreach): empty: none */

/* How many clients the target means now. */
guint           sb_engine_count_reach         (SbEngine *self, const SbTarget *target);

/* Messages kept under a name, at most 1000: SbTemplate, by name. */
GListModel     *sb_engine_get_templates       (SbEngine *self);
SbTemplate     *sb_engine_find_template       (SbEngine *self, gint64 id);          /* transfer none; NULL: none */
SbTemplate     *sb_engine_find_template_named (SbEngine *self, const char *name);   /* whatever the case of its letters */
/* @id: the one to change; 0: a new one. @target (nullable): whom it is meant for; single clients are left out of it, for their numbers mean
 * others soon. The name is trimmed; two may not have the same. Errors: SB_ENGINE_ERROR_INVALID (name or message; nothing is changed),
 * SB_ENGINE_ERROR_STATE (the name is taken, or there are too many), NOT_FOUND; SB_DATABASE_ERROR. */
void            sb_engine_save_template_async  (SbEngine *self, const char *actor, gint64 id, const char *name, const SbTarget *target, gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);
SbTemplate     *sb_engine_save_template_finish (SbEngine *self, GAsyncResult *result, GError **error);
void            sb_engine_delete_template_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data); /* sb_engine_command_finish() */

/* What is sent by itself, at most 100: SbSchedule, the oldest first. What has done all it was made for is not among it any more. */
GListModel     *sb_engine_get_schedules       (SbEngine *self);
SbSchedule     *sb_engine_find_schedule       (SbEngine *self, gint64 id);          /* transfer none; NULL: none */
/* It need not be running; what falls due meanwhile is missed (#SbSchedule). It is on disk when it is answered, and survives a restart. Errors:
 * SB_ENGINE_ERROR_INVALID (message, target, times; single clients cannot be meant), SB_ENGINE_ERROR_STATE (too many); SB_DATABASE_ERROR. */
void            sb_engine_add_schedule_async   (SbEngine *self, const char *actor, const SbScheduleTimes *times, const SbTarget *target, gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);
SbSchedule     *sb_engine_add_schedule_finish  (SbEngine *self, GAsyncResult *result, GError **error);
/* Nothing more is sent from the moment of the call, even where that cannot be written; then it would begin again with the program. */
void            sb_engine_stop_schedule_async  (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback, gpointer user_data); /* sb_engine_command_finish() */

/* The addresses that are shut out now, sorted, and until when: real time, µs; 0: until it is lifted. */
char          **sb_engine_list_blocks         (SbEngine *self);
gint64          sb_engine_get_blocked_until   (SbEngine *self, const char *address);
/* Since when (real time, µs; 0: it is not) and, in *@actor (nullable), by whom. */
gint64          sb_engine_get_blocked_since   (SbEngine *self, const char *address, const char **actor);
/* Makes a key and a certificate for this computer's names and addresses, signed by itself and valid for SB_CERTIFICATE_DAYS, in the file
 * "certificate.pem" of the data directory (the one before is replaced), and sets "tls-certificate" and "tls-key" to it. A server that
 * speaks TLS uses it when this is answered, and drops nobody; one that does not, with its next start. Errors: SB_ENGINE_ERROR_CERTIFICATE,
 * G_FILE_ERROR, SB_SETTINGS_ERROR. Transfer full. */
void            sb_engine_make_certificate_async  (SbEngine *self, const char *actor, GAsyncReadyCallback callback, gpointer user_data);
GTlsCertificate *sb_engine_make_certificate_finish (SbEngine *self, GAsyncResult *result, GError **error);
/* Reads the certificate that the settings name. Errors: SB_ENGINE_ERROR_NOT_FOUND (none is set), SB_ENGINE_ERROR_CERTIFICATE. Transfer full. */
void            sb_engine_read_certificate_async  (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data);
GTlsCertificate *sb_engine_read_certificate_finish (SbEngine *self, GAsyncResult *result, GError **error);

G_END_DECLS
