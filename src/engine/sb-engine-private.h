/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-audit.h"
#include "sb-data-dir.h"
#include "sb-engine.h"
#include "sb-refusals.h"
#include "store/sb-database.h"
#include "store/sb-rule-store.h"

G_BEGIN_DECLS

/* What the files sb-engine*.c share, and nobody else includes. */

#define SB_ENGINE_MAX_TEMPLATES 1000
#define SB_ENGINE_MAX_BLOCKS 10000
#define SB_ENGINE_MAX_SCHEDULES 100
#define SB_ENGINE_MIN_INTERVAL G_USEC_PER_SEC

typedef enum
{
  SB_ENGINE_PROP_0,
  SB_ENGINE_PROP_STATE,
  SB_ENGINE_PROP_STATE_MESSAGE,
  SB_ENGINE_PROP_PORT,
  SB_ENGINE_PROP_URIS,
  SB_ENGINE_PROP_N_CLIENTS,
  SB_ENGINE_N_PROPS,
} SbEngineProp;

/* What may be broken while the server works on. */
typedef enum
{
  SB_TROUBLE_STORE,
  SB_TROUBLE_AUDIT,
  SB_TROUBLE_SETTINGS,
  SB_TROUBLE_NETWORK,
  SB_TROUBLE_CERTIFICATE,
  SB_TROUBLE_RULES,
  SB_TROUBLE_METRICS,
  SB_N_TROUBLES,
} SbTrouble;

typedef struct _SbCommand SbCommand;

struct _SbEngine
{
  GObject parent_instance;

  SbDataDir *dir; /* NULL once closed */
  char *data_dir;
  gboolean window;
  SbSettings *settings;
  SbDatabase *database;
  SbHub *hub; /* made by the first start */
  guint n_lanes;

  SbClientList *clients;
  SbTrafficLog *traffic;
  SbTokenList *tokens;
  SbJournal *journal;
  gboolean loading_older;
  GListStore *broadcasts;
  guint64 n_broadcasts;  /* begun since it was opened */
  GListStore *templates; /* by name */
  GListStore *schedules; /* by id */
  GListStore *retained;  /* the newest first */
  SbRetainedTable *retained_table; /* of them, as the lanes have it, or will in a moment */
  SbRuleList *rules;
  SbRuleTable *rule_table;  /* of them, as the lanes have it, or will in a moment */
  GPtrArray *schemas;       /* (element-type SbSchemaDocument), by URI */
  GPtrArray *storing_counts; /* (element-type SbRule): whose counts are on their way to the disk; NULL: of none */
  SbMeter *meter;
  SbHistory *history;
  gboolean keeping_history;
  SbKeeping keeping;       /* as the store was told last */
  gint64 keeping_set_at;   /* when that was, real time; 0: to be told again */
  guint n_keeping;         /* how often it is being told */
  SbAudit *audit;
  SbRefusals *refusals;

  SbEngineState phase; /* never DEGRADED: that is LISTENING with trouble */
  char *failure;       /* why FAILED */
  char *troubles[SB_N_TROUBLES];
  char *state_message; /* of all the above */
  SbHubError listen_error;
  gint64 started_at;
  GInetAddress *listening_on;
  GTlsCertificate *certificate;   /* NULL: without TLS */
  GFileMonitor *certificate_monitors[2];
  guint certificate_timer;
  guint n_certificates_read;      /* to know the last reading that was begun */
  char **uris;
  guint n_clients;
  guint64 n_not_kept;
  GPtrArray *stop_tasks; /* (element-type GTask) */

  GHashTable *commands;        /* (element-type SbCommand): a set, of those under way */
  GHashTable *revocations;     /* token id → when: in force, not on disk yet */
  GHashTable *graces;          /* token id → until when the previous secret is valid, real time */
  GHashTable *uses;            /* token id → SbTokenUse, not on disk yet */
  gboolean storing_uses;
  GHashTable *sending;         /* broadcast id → SbCommand */
  GPtrArray *unsaved_reports;  /* (element-type SbBroadcast) */
  gboolean retrying_report;
  gboolean retrying_revocation;
  GHashTable *blocks;          /* address → SbBlock */
  GHashTable *unkept_blocks;   /* addresses of which the database says something else, for a write failed */
  guint n_retried_blocks;      /* on their way there once more */
  gint64 clock_difference;     /* between the two clocks of sb-clock.h, when last looked at; 0: not yet */
  GHashTable *changed_settings; /* (element-type utf8): by the window, not in the trail yet */
  const char *settings_actor;  /* while a command changes them */
  char *settings_failure;      /* what "save-failed" said meanwhile */

  guint tick_timer;
  guint refresh_timer;
  guint expiry_timer;
  guint schedule_timer;
  guint settings_timer;
  guint apply_idle;
  guint n_ticks;
  gboolean closing;
  gboolean closed;
};

void     sb_engine_notify             (SbEngine *self, SbEngineProp prop);
void     sb_engine_emit_notice        (SbEngine *self, const char *code, const char *message);
void     sb_engine_emit_ticked        (SbEngine *self);
void     sb_engine_emit_schemas_changed (SbEngine *self);

/* --- state, sb-engine-server.c --- */
void     sb_engine_set_phase          (SbEngine *self, SbEngineState phase);
void     sb_engine_set_trouble        (SbEngine *self, SbTrouble trouble, const char *message);
gboolean sb_engine_is_running         (SbEngine *self);
void     sb_engine_refresh_uris       (SbEngine *self);
void     sb_engine_finish_stop        (SbEngine *self, guint n_clients);
void     sb_engine_start_timers       (SbEngine *self);
void     sb_engine_stop_timers        (SbEngine *self);

/* --- TLS, sb-engine-tls.c --- */
gboolean sb_engine_begin_tls          (SbEngine *self, GError **error);
void     sb_engine_end_tls            (SbEngine *self);
void     sb_engine_certificate_setting_changed (SbEngine *self);
void     sb_engine_check_certificate  (SbEngine *self);
void     sb_command_await_certificate (SbCommand *command);

/* --- what is written, sb-engine-store.c --- */
gboolean sb_engine_is_store_error     (const GError *error);
void     sb_engine_store_failed       (SbEngine *self, const GError *error);
void     sb_engine_retry_store        (SbEngine *self);
void     sb_engine_audit_trouble_cb   (const char *message, gpointer user_data);
void     sb_engine_note               (SbEngine *self, SbAct act, const char *actor, const char *subject, const char *detail);
void     sb_engine_flush_uses         (SbEngine *self);
void     sb_engine_add_use            (SbEngine *self, gint64 token_id, gint64 time, const char *address);

/* --- what is kept, sb-engine-keeping.c --- */
void     sb_engine_apply_keeping      (SbEngine *self);
void     sb_engine_check_keeping      (SbEngine *self);

/* --- what was measured, sb-engine-history.c --- */
void     sb_engine_sample_history     (SbEngine *self);
void     sb_engine_flush_history      (SbEngine *self);

/* --- commands, sb-engine-commands.c --- */
typedef void (*SbCommandFunc) (SbCommand *command);

/* One order of an admin on its way. It goes on when everything it waits for ("holds") is done: to @next, or to its answer. */
struct _SbCommand
{
  SbEngine *engine;
  GTask *task;
  char *actor;
  guint holds;
  SbCommandFunc next;
  GError *error;
  GError *late_error;      /* for @next to make a sentence of */

  gint64 token_id;         /* or whatever else it is about */
  SbToken *token;
  char *secret;
  char *subject;           /* for the trail */
  char *detail;
  int n;                   /* connections concerned */
  gboolean gives_secret;
  SbBroadcast *broadcast;
  GTlsCertificate *certificate;
  gint64 schedule_id;      /* what @broadcast is a run of */
  char *template_key;      /* what the name of a template on its way to the disk folds to */
  char **retain;           /* the patterns for which @broadcast is kept; NULL: it is not */
  gboolean adds_schedule;  /* one is on its way to the disk */
  gboolean restores;       /* @token_id: the end of its revocation is on its way to the disk */
  GObject *object;         /* any other answer */
  SbRule *rule;
  gint64 rule_id;
};

SbCommand *sb_command_new             (SbEngine *engine, const char *actor, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_command_check_running   (SbCommand *self);
void       sb_command_hold            (SbCommand *self);
void       sb_command_release         (SbCommand *self);
void       sb_command_fail            (SbCommand *self, GError *error);
void       sb_command_abandon_all     (SbEngine *engine);
gboolean   sb_command_is_open         (SbEngine *engine, SbCommand *self);
void       sb_command_hub_done_cb     (guint n, gpointer user_data);
void       sb_command_audit           (SbCommand *self, SbAct act, const char *subject, const char *detail);

/* --- tokens: sb-engine-tokens.c, sb-engine-revocation.c, sb-engine-expiry.c --- */
char      *sb_engine_token_to_text      (const SbToken *token);
void       sb_engine_load_token         (SbEngine *self, SbToken *token);
void       sb_engine_watch_graces         (SbEngine *self);
void       sb_engine_put_all_tokens     (SbEngine *self);
void       sb_command_publish_token     (SbCommand *command, SbToken *token);
SbToken   *sb_command_find_token        (SbCommand *command, gint64 id);
gboolean   sb_command_check_not_revoked (SbCommand *command, const SbToken *token);
void       sb_command_fail_store        (SbCommand *command, GError *error);
void       sb_engine_retry_revocations  (SbEngine *self);
void       sb_engine_check_tokens       (SbEngine *self);
void       sb_engine_arm_expiry         (SbEngine *self);

/* --- rules: sb-engine-rules.c --- */
void       sb_engine_load_rules_async  (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_engine_load_rules_finish (SbEngine *self, GAsyncResult *result, GError **error);
void       sb_engine_take_stored_rules (SbEngine *self, SbStoredRules *stored);
void       sb_engine_put_rules         (SbEngine *self);
void       sb_command_publish_rules    (SbCommand *command);
void       sb_engine_flush_rule_counts (SbEngine *self);

/* --- events and broadcasts --- */
void       sb_engine_events_cb        (SbEvent *events, gsize n_events, gpointer user_data);
void       sb_engine_report           (SbEngine *self, const SbEvent *event);
void       sb_engine_retry_reports    (SbEngine *self);
gboolean   sb_engine_check_payload    (SbEngine *self, gboolean binary, GBytes *payload, GError **error);
gboolean   sb_engine_check_message    (SbEngine *self, const SbTarget *target, gboolean binary, GBytes *payload, GError **error);
void       sb_engine_send_async       (SbEngine *self, const char *actor, gint64 schedule_id, gboolean retain, const SbTarget *target,
                                       gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data);

/* --- what is kept for those who come later, sb-engine-retained.c --- */
void       sb_engine_load_retained       (SbEngine *self, GPtrArray *items);
void       sb_engine_put_all_retained    (SbEngine *self);
void       sb_engine_refresh_retained    (SbEngine *self);
char     **sb_engine_dup_retain_patterns (const SbTarget *target, GError **error);
SbFrame   *sb_engine_take_retained       (SbEngine *self, SbBroadcast *broadcast, char **patterns, GArray *ids);

/* --- what is kept to be said, sb-engine-templates.c, and what is said by itself, sb-engine-schedules.c --- */
void       sb_engine_load_templates   (SbEngine *self, GPtrArray *templates);
void       sb_engine_load_schedules   (SbEngine *self, GPtrArray *schedules);
void       sb_engine_check_schedules  (SbEngine *self);
void       sb_engine_schedule_counted (SbEngine *self, SbBroadcast *broadcast);
void       sb_engine_flush_schedules  (SbEngine *self);

/* --- blocked addresses and the clock, sb-engine-blocks.c --- */
void       sb_engine_load_blocks      (SbEngine *self, GPtrArray *blocks);
void       sb_engine_put_all_blocks   (SbEngine *self);
void       sb_engine_expire_blocks    (SbEngine *self);
void       sb_engine_retry_blocks     (SbEngine *self);
void       sb_engine_check_clock      (SbEngine *self);

/* --- settings, sb-engine-settings.c --- */
gboolean   sb_command_change_settings (SbCommand *command, GHashTable *texts);
void       sb_engine_watch_settings   (SbEngine *self);
void       sb_engine_apply_limits     (SbEngine *self);
void       sb_engine_note_settings    (SbEngine *self);

G_END_DECLS
