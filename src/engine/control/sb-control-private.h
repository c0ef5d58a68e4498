/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "control/sb-control-traffic.h"
#include "control/sb-control.h"
#include "control/sb-metrics.h"

G_BEGIN_DECLS

/* What the files sb-control*.c share. */

#define SB_CONTROL_SOCKET_NAME "control.sock"
#define SB_CONTROL_ACTOR "command line"

/* An answer on its way to whoever carries it: an object, or a stream of lines that begins now. */
typedef struct
{
  guint status;
  JsonNode *node;          /* NULL for a stream or a text */
  char *text;              /* nullable */
  const char *text_type;   /* static: its media type */
  char *allow;             /* the methods that the path knows, for 405; NULL else */
  SbTrafficFilter *follow; /* of a stream: what it is about */
  guint64 follow_from;     /* and the serial of the message with which it begins */
} SbControlReply;

SbControlReply *sb_control_reply_new_error (guint status, const char *code, const char *message);
void            sb_control_reply_free      (SbControlReply *self);
SbControlReply *sb_control_finish_reply    (SbControl *self, GAsyncResult *result);
SbEngine       *sb_control_get_engine      (SbControl *self);
gsize           sb_control_get_max_body    (SbControl *self);
char           *sb_control_make_metrics    (SbControl *self);
char           *sb_control_dup_metrics_uri (SbControl *self);

/**
 * SbRequest:
 *
 * One request to the control interface, from the moment it came until its one answer, which frees it.
 */
typedef struct
{
  SbControl *control; /* which @task holds */
  SbEngine *engine;
  GTask *task;
  GHashTable *query; /* nullable */
  JsonObject *body;  /* never NULL once a handler runs; empty where nothing was sent */
  gint64 id;         /* the number in the path */
  char *name;        /* the name in the path */
  gboolean streams;  /* whoever carries it can carry a stream as well */
} SbRequest;

typedef void (*SbRequestFunc) (SbRequest *request);

typedef struct
{
  const char *method;
  const char *path; /* "#" stands for a number, "*" for a name */
  SbRequestFunc func;
} SbRoute;

/* What a body may have. */
typedef enum
{
  SB_FIELD_STRING,
  SB_FIELD_STRINGS,  /* array of strings */
  SB_FIELD_BOOLEAN,
  SB_FIELD_INTEGER,  /* from @min to @max */
  SB_FIELD_INTEGERS, /* array of them */
  SB_FIELD_TIME,     /* RFC 3339, or null for never */
} SbFieldType;

typedef struct
{
  const char *name;
  SbFieldType type;
  gint64 min;
  gint64 max;
  gboolean required;
} SbField;

/* --- sb-control-request.c --- */
void        sb_control_dispatch       (SbControl *self, GTask *task, const char *method, const char *path, GHashTable *query, GBytes *body, gboolean streams);
void        sb_request_answer         (SbRequest *self, guint status, JsonObject *object);
void        sb_request_answer_list    (SbRequest *self, const char *name, JsonArray *array);
void        sb_request_answer_command (SbRequest *self, GAsyncResult *result, JsonObject *object);
void        sb_request_answer_done    (SbRequest *self, GAsyncResult *result, const char *done);
void        sb_request_answer_text    (SbRequest *self, char *text, const char *type);
void        sb_request_answer_stream  (SbRequest *self, SbTrafficFilter *filter, guint64 from);
void        sb_request_fail           (SbRequest *self, guint status, const char *code, const char *field, const char *format, ...) G_GNUC_PRINTF (5, 6);
void        sb_request_fail_error     (SbRequest *self, const GError *error);
gboolean    sb_request_check_query    (SbRequest *self, const char *const *names);
gboolean    sb_request_get_query_integer (SbRequest *self, const char *name, gint64 min, gint64 max, gint64 *value);
gboolean    sb_request_get_query_boolean (SbRequest *self, const char *name, gboolean *value);
gboolean    sb_request_check_pattern  (SbRequest *self, const char *name);
const char *sb_request_get_query      (SbRequest *self, const char *name);

/* --- sb-control-fields.c --- */
gboolean    sb_request_check          (SbRequest *self, const SbField *fields, gsize n_fields);
gboolean    sb_request_check_body     (SbRequest *self, const SbField *fields, gsize n_fields);
gboolean    sb_request_has            (SbRequest *self, const char *name);
const char *sb_request_get_string     (SbRequest *self, const char *name);
char      **sb_request_dup_strings    (SbRequest *self, const char *name);
GArray     *sb_request_dup_integers   (SbRequest *self, const char *name);
gboolean    sb_request_get_boolean    (SbRequest *self, const char *name);
gint64      sb_request_get_integer    (SbRequest *self, const char *name);
gint64      sb_request_get_time       (SbRequest *self, const char *name);

/* --- sb-control-objects.c --- */
void        sb_json_set_string        (JsonObject *object, const char *name, const char *text); /* NULL is null */
void        sb_json_set_time          (JsonObject *object, const char *name, gint64 time);
void        sb_json_set_strings       (JsonObject *object, const char *name, char **strings);
JsonObject *sb_token_item_to_json     (SbTokenItem *item);
JsonObject *sb_client_to_json         (SbClient *client);
void        sb_json_set_peer          (JsonObject *object, const SbPeer *peer);
void        sb_json_set_left          (JsonObject *object, SbClient *client);
void        sb_json_set_traffic       (JsonObject *object, const SbTrafficRecord *record, guint64 id, gboolean whole);
JsonObject *sb_broadcast_to_json      (SbBroadcast *broadcast, gboolean whole);
void        sb_broadcast_set_missed_json (JsonObject *object, SbBroadcast *broadcast);
JsonObject *sb_journal_entry_to_json  (SbJournalEntry *entry);
JsonObject *sb_rule_to_json           (SbRule *rule);
void        sb_json_set_payload       (JsonObject *object, GBytes *payload, gboolean binary, gboolean whole);
JsonObject *sb_template_to_json       (SbTemplate *template, gboolean whole);
JsonObject *sb_schedule_to_json       (SbSchedule *schedule, gboolean whole);
JsonObject *sb_retained_to_json       (SbRetainedItem *item, gboolean whole);

/* --- sb-control-broadcasts.c: what is said, and to whom --- */
#define SB_MESSAGE_FIELDS \
  { "message", SB_FIELD_STRING }, { "base64", SB_FIELD_STRING }
#define SB_TARGET_FIELDS \
  { "everyone", SB_FIELD_BOOLEAN }, { "channels", SB_FIELD_STRINGS }, { "tokens", SB_FIELD_INTEGERS, 1, G_MAXINT64 }, \
  { "clients", SB_FIELD_INTEGERS, 1, G_MAXINT64 }
#define SB_RETAIN_FIELD \
  { "retain", SB_FIELD_BOOLEAN }
/* Sends it, and keeps it where "retain" says so; answers. */
void        sb_request_broadcast      (SbRequest *self, const SbTarget *target, gboolean binary, GBytes *payload);
GBytes     *sb_request_dup_payload    (SbRequest *self, gboolean *binary); /* NULL: answered */
gboolean    sb_request_has_target     (SbRequest *self);
SbTarget   *sb_request_dup_target     (SbRequest *self);                   /* NULL: answered */

/* --- the handlers --- */
void sb_control_get_status        (SbRequest *request);
void sb_control_get_audit         (SbRequest *request);
void sb_control_get_settings      (SbRequest *request);
void sb_control_change_settings   (SbRequest *request);
void sb_control_list_tokens       (SbRequest *request);
void sb_control_get_token         (SbRequest *request);
void sb_control_issue_token       (SbRequest *request);
void sb_control_edit_token        (SbRequest *request);
void sb_control_revoke_token      (SbRequest *request);
void sb_control_rotate_token      (SbRequest *request);
void sb_control_restore_token     (SbRequest *request);
void sb_control_delete_token      (SbRequest *request);
void sb_control_list_clients      (SbRequest *request);
void sb_control_get_client        (SbRequest *request);
void sb_control_disconnect_client (SbRequest *request);
void sb_control_send_to_client    (SbRequest *request);
void sb_control_get_metrics       (SbRequest *request);
void sb_control_list_left         (SbRequest *request);
void sb_control_list_channels     (SbRequest *request);
void sb_control_list_traffic      (SbRequest *request);
void sb_control_get_message       (SbRequest *request);
void sb_control_list_blocks       (SbRequest *request);
void sb_control_block_address     (SbRequest *request);
void sb_control_unblock_address   (SbRequest *request);
void sb_control_get_certificate   (SbRequest *request);
void sb_control_make_certificate  (SbRequest *request);
void sb_control_list_broadcasts   (SbRequest *request);
void sb_control_get_broadcast     (SbRequest *request);
void sb_control_broadcast         (SbRequest *request);
void sb_control_list_retained     (SbRequest *request);
void sb_control_get_retained      (SbRequest *request);
void sb_control_release_retained  (SbRequest *request);
void sb_control_list_templates    (SbRequest *request);
void sb_control_get_template      (SbRequest *request);
void sb_control_save_template     (SbRequest *request);
void sb_control_change_template   (SbRequest *request);
void sb_control_delete_template   (SbRequest *request);
void sb_control_send_template     (SbRequest *request);
void sb_control_list_schedules    (SbRequest *request);
void sb_control_get_schedule      (SbRequest *request);
void sb_control_add_schedule      (SbRequest *request);
void sb_control_stop_schedule     (SbRequest *request);
void sb_control_list_rules        (SbRequest *request);
void sb_control_get_rule          (SbRequest *request);
void sb_control_put_rule          (SbRequest *request);
void sb_control_change_rule       (SbRequest *request);
void sb_control_remove_rule       (SbRequest *request);
void sb_control_test_message      (SbRequest *request);
void sb_control_list_schemas      (SbRequest *request);
void sb_control_put_schema        (SbRequest *request);
void sb_control_remove_schema     (SbRequest *request);

G_END_DECLS
