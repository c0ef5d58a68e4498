/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include <string.h>

/* Rules tried out, in threads of their own: nothing here changes or counts anything. */

#define MAX_FAILURES 1000
/* Messages of the log that are looked at in one turn of the main loop: less than a millisecond's worth. */
#define LOOKED_AT_ONCE 1000

static void
get_limits (SbEngine *self, SbMessageLimits *limits)
{
  SbSessionLimits session;

  sb_settings_get_session_limits (self->settings, &session);
  *limits = (SbMessageLimits) { session.json, session.max_message, session.allow_binary, session.require_json };
}

static void
run (SbEngine *self, gpointer tag, GTaskThreadFunc func, gpointer data, GDestroyNotify data_free,
     GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, data, data_free);
  g_task_run_in_thread (task, func);
}

static gpointer
finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- draft --- */

typedef struct
{
  SbRuleSpec *spec;
  GPtrArray *documents; /* those of the engine, which are never changed in place */
} Draft;

static void
draft_free (gpointer data)
{
  Draft *self = data;

  sb_rule_spec_free (self->spec);
  g_ptr_array_unref (self->documents);
  g_free (self);
}

static void
draft_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Draft *draft = data;
  g_autoptr (SbSchemaRegistry) registry = NULL;
  g_autoptr (SbSchema) schema = NULL;
  GError *error = NULL;

  if (sb_rule_spec_check (draft->spec, &error))
    {
      registry = sb_schema_documents_make_registry (draft->documents);
      schema = sb_rule_spec_compile (draft->spec, registry, &error);
    }

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, sb_rule_new (0, draft->spec, schema, NULL, 0, 0, NULL),
                           (GDestroyNotify) sb_rule_unref);
}

void
sb_engine_draft_rule_async (SbEngine *self, const SbRuleSpec *spec, GAsyncReadyCallback callback, gpointer user_data)
{
  Draft *draft;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (spec != NULL);

  draft = g_new0 (Draft, 1);
  draft->spec = sb_rule_spec_copy (spec);
  draft->documents = g_ptr_array_ref (self->schemas);
  run (self, sb_engine_draft_rule_async, draft_in_thread, draft, draft_free, callback, user_data);
}

SbRule *
sb_engine_draft_rule_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/* --- draft of a document --- */

typedef struct
{
  char *uri;
  char *text;
  GPtrArray *documents;
} DraftDocument;

static void
draft_document_free (gpointer data)
{
  DraftDocument *self = data;

  g_free (self->uri);
  g_free (self->text);
  g_ptr_array_unref (self->documents);
  g_free (self);
}

/* An empty text: there is none. */
static char *
find_id (const char *text)
{
  g_autoptr (JsonNode) node = sb_rule_read_schema (text, NULL);
  JsonNode *id = JSON_NODE_HOLDS_OBJECT (node) ? json_object_get_member (json_node_get_object (node), "$id") : NULL;

  return g_strdup (id != NULL && json_node_get_value_type (id) == G_TYPE_STRING ? json_node_get_string (id) : "");
}

static void
draft_document_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  DraftDocument *draft = data;
  GError *error = NULL;

  if (sb_schema_document_check_uri (draft->uri, &error) &&
      sb_schema_documents_check (draft->documents, draft->uri, draft->text, &error))
    g_task_return_pointer (task, find_id (draft->text), g_free);
  else
    g_task_return_error (task, error);
}

void
sb_engine_draft_schema_async (SbEngine *self, const char *uri, const char *text, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  DraftDocument *draft;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (uri != NULL);
  g_return_if_fail (text != NULL);

  draft = g_new0 (DraftDocument, 1);
  draft->uri = g_strdup (uri);
  draft->text = g_strdup (text);
  draft->documents = g_ptr_array_ref (self->schemas);
  run (self, sb_engine_draft_schema_async, draft_document_in_thread, draft, draft_document_free, callback, user_data);
}

gboolean
sb_engine_draft_schema_finish (SbEngine *self, GAsyncResult *result, char **id, GError **error)
{
  g_autofree char *found = finish (self, result, error);

  if (found == NULL)
    return FALSE;
  if (id != NULL)
    *id = *found != '\0' ? g_steal_pointer (&found) : NULL;

  return TRUE;
}

/* --- one message --- */

typedef struct
{
  SbMessageLimits limits;
  SbRule *rule; /* nullable */
  gboolean binary;
  GBytes *payload;
} Test;

static void
test_free (gpointer data)
{
  Test *self = data;

  g_clear_pointer (&self->rule, sb_rule_unref);
  g_bytes_unref (self->payload);
  g_free (self);
}

static void
test_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Test *test = data;

  g_task_return_pointer (task, sb_rule_report_new (test->rule, &test->limits, test->binary, test->payload,
                                                   SB_RULE_REPORT_MAX_ERRORS),
                         (GDestroyNotify) sb_rule_report_free);
}

void
sb_engine_test_message_async (SbEngine *self, SbRule *draft, const char *channel, gboolean binary, GBytes *payload,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  SbRule *rule;
  Test *test;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (draft != NULL || channel != NULL);
  g_return_if_fail (payload != NULL);

  rule = draft != NULL ? draft : sb_engine_find_rule (self, channel);
  test = g_new0 (Test, 1);
  get_limits (self, &test->limits);
  test->rule = rule != NULL ? sb_rule_ref (rule) : NULL;
  test->binary = binary;
  test->payload = g_bytes_ref (payload);
  run (self, sb_engine_test_message_async, test_in_thread, test, test_free, callback, user_data);
}

SbRuleReport *
sb_engine_test_message_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/* --- what was said lately --- */

typedef struct
{
  guint64 serial;
  GBytes *payload;
  gboolean binary;
  gboolean was_rejected;
} Said;

typedef struct
{
  SbMessageLimits limits;
  SbRule *draft;
  GArray *said; /* (element-type Said), newest first */
  guint n_not_whole;
  /* while it is collected, on the main thread */
  guint max;
  guint64 next;       /* all from this serial on were looked at */
  SbRuleTable *table; /* the rules there would be */
  GHashTable *known;  /* channel → whether the draft would count there */
} Trying;

static void
said_clear (gpointer data)
{
  g_bytes_unref (((Said *) data)->payload);
}

static void
trying_free (gpointer data)
{
  Trying *self = data;

  sb_rule_unref (self->draft);
  g_array_unref (self->said);
  sb_rule_table_unref (self->table);
  g_hash_table_unref (self->known);
  g_free (self);
}

static void
trial_failure_free (gpointer data)
{
  SbTrialFailure *self = data;

  sb_rule_report_free (self->report);
  g_free (self);
}

void
sb_trial_free (SbTrial *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->failures);
  g_free (self);
}

/* Whether what was said could be judged by a rule: it got as far as a rule's checks of the message itself. */
static gboolean
is_judged (const SbTrafficRecord *record)
{
  if (record->direction != SB_DIRECTION_FROM_CLIENT || record->payload == NULL)
    return FALSE;

  switch (record->rejection)
    {
    case SB_REJECTED_READ_ONLY:
    case SB_REJECTED_RATE:
    case SB_REJECTED_UTF8: return FALSE;
    case SB_REJECTED_NOT:
    case SB_REJECTED_TOO_BIG:
    case SB_REJECTED_TEXT:
    case SB_REJECTED_BINARY:
    case SB_REJECTED_JSON:
    case SB_REJECTED_DEPTH:
    case SB_REJECTED_SCHEMA:
    default: return TRUE;
    }
}

/* The table there would be. */
static SbRuleTable *
table_with (SbEngine *self, SbRule *draft, gint64 replaces)
{
  g_autoptr (GPtrArray) rules = sb_rule_list_dup_rules (self->rules);

  for (guint i = 0; i < rules->len; i++)
    if (((SbRule *) g_ptr_array_index (rules, i))->id == replaces)
      {
        g_ptr_array_remove_index (rules, i);
        break;
      }
  g_ptr_array_add (rules, sb_rule_ref (draft));

  return sb_rule_table_new (rules);
}

/* Asked once a channel. */
static gboolean
would_count (Trying *self, const char *channel)
{
  gpointer answer;

  if (!g_hash_table_lookup_extended (self->known, channel, NULL, &answer))
    {
      answer = GINT_TO_POINTER (sb_rule_table_lookup (self->table, channel) == self->draft);
      g_hash_table_insert (self->known, g_strdup (channel), answer);
    }

  return GPOINTER_TO_INT (answer);
}

static void
collect (Trying *self, const SbTrafficRecord *record)
{
  Said said = { .serial = self->next, .binary = record->binary, .was_rejected = record->rejection != SB_REJECTED_NOT };

  if (!is_judged (record) || !would_count (self, record->peer->channel))
    return;
  if (g_bytes_get_size (record->payload) != record->size || record->size == 0)
    {
      self->n_not_whole++;
      return;
    }
  said.payload = g_bytes_ref (record->payload);
  g_array_append_val (self->said, said);
}

static void
try_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Trying *trying = data;
  SbTrial *trial = g_new0 (SbTrial, 1);

  trial->n_tried = trying->said->len;
  trial->n_not_whole = trying->n_not_whole;
  trial->failures = g_ptr_array_new_with_free_func (trial_failure_free);
  for (guint i = 0; i < trying->said->len; i++)
    {
      const Said *said = &g_array_index (trying->said, Said, i);
      g_autoptr (SbRuleReport) report =
          sb_rule_report_new (trying->draft, &trying->limits, said->binary, said->payload, 1);

      if (report->check == SB_CHECK_PASSED)
        {
          trial->n_now_passing += said->was_rejected ? 1 : 0;
          continue;
        }
      trial->n_failed++;
      if (trial->failures->len < MAX_FAILURES)
        {
          SbTrialFailure *failure = g_new0 (SbTrialFailure, 1);

          failure->serial = said->serial;
          failure->was_rejected = said->was_rejected;
          failure->report = g_steal_pointer (&report);
          g_ptr_array_add (trial->failures, failure);
        }
    }
  /* Messages that the log has lost meanwhile are let go of here, not on the main thread. */
  g_array_set_size (trying->said, 0);
  g_task_return_pointer (task, trial, (GDestroyNotify) sb_trial_free);
}

/* Only references are taken on the main thread, some at a time: the log may be long. Between two turns it may have lost
 * its oldest messages; those that are new are left out. */
static gboolean
collect_cb (gpointer user_data)
{
  GTask *task = user_data;
  SbEngine *self = g_task_get_source_object (task);
  Trying *trying = g_task_get_task_data (task);
  guint64 first = sb_traffic_log_get_n_logged (self->traffic) - g_list_model_get_n_items (G_LIST_MODEL (self->traffic));

  for (guint i = 0; i < LOOKED_AT_ONCE && trying->next > first && trying->said->len < trying->max; i++)
    collect (trying, sb_traffic_log_peek (self->traffic, (guint) (--trying->next - first)));
  if (trying->next > first && trying->said->len < trying->max)
    return G_SOURCE_CONTINUE;

  g_task_run_in_thread (task, try_in_thread);
  return G_SOURCE_REMOVE;
}

/* As if it were in force: what is switched off would be tried on nothing. */
static SbRule *
enable (SbRule *draft)
{
  SbRuleSpec spec = draft->spec;

  spec.enabled = TRUE;
  return sb_rule_new (draft->id, &spec, draft->schema, draft->problem, draft->created_at, draft->changed_at, NULL);
}

void
sb_engine_try_rule_async (SbEngine *self, SbRule *draft, gint64 replaces, guint max, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GSource) source = NULL;
  Trying *trying;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (draft != NULL);

  trying = g_new0 (Trying, 1);
  get_limits (self, &trying->limits);
  trying->draft = enable (draft);
  trying->said = g_array_new (FALSE, FALSE, sizeof (Said));
  g_array_set_clear_func (trying->said, said_clear);
  trying->max = max;
  trying->next = sb_traffic_log_get_n_logged (self->traffic);
  trying->table = table_with (self, trying->draft, replaces);
  trying->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_engine_try_rule_async);
  g_task_set_priority (task, G_PRIORITY_DEFAULT_IDLE); /* frames are drawn in between */
  g_task_set_task_data (task, trying, trying_free);
  source = g_idle_source_new ();
  g_task_attach_source (task, source, collect_cb);
}

SbTrial *
sb_engine_try_rule_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/* --- what the admin is about to say --- */

typedef struct
{
  SbMessageLimits limits;
  gboolean binary;
  GBytes *payload;
  GHashTable *rules; /* (element-type SbRule guint): how many clients each is for */
} Saying;

static void
saying_free (gpointer data)
{
  Saying *self = data;

  g_bytes_unref (self->payload);
  g_hash_table_unref (self->rules);
  g_free (self);
}

static void
breach_free (gpointer data)
{
  SbRuleBreach *self = data;

  sb_rule_report_free (self->report);
  g_free (self);
}

/* Those that concern most first; alike ones by pattern. */
static int
compare_breaches (gconstpointer a, gconstpointer b)
{
  const SbRuleBreach *x = *(SbRuleBreach *const *) a, *y = *(SbRuleBreach *const *) b;

  if (x->n_clients != y->n_clients)
    return x->n_clients > y->n_clients ? -1 : 1;

  return strcmp (x->report->rule->spec.pattern, y->report->rule->spec.pattern);
}

static void
find_breaches_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Saying *saying = data;
  GPtrArray *breaches = g_ptr_array_new_with_free_func (breach_free);
  GHashTableIter iter;
  gpointer rule, n_clients;

  g_hash_table_iter_init (&iter, saying->rules);
  while (g_hash_table_iter_next (&iter, &rule, &n_clients))
    {
      g_autoptr (SbRuleReport) report =
          sb_rule_report_new (rule, &saying->limits, saying->binary, saying->payload, SB_RULE_REPORT_MAX_ERRORS);
      SbRuleBreach *breach;

      if (report->check == SB_CHECK_PASSED)
        continue;
      breach = g_new0 (SbRuleBreach, 1);
      breach->report = g_steal_pointer (&report);
      breach->n_clients = GPOINTER_TO_UINT (n_clients);
      g_ptr_array_add (breaches, breach);
    }
  g_ptr_array_sort (breaches, compare_breaches);
  g_task_return_pointer (task, breaches, (GDestroyNotify) g_ptr_array_unref);
}

static void
count_receivers (SbEngine *self, const SbTarget *target, GHashTable *rules)
{
  guint n_clients = sb_client_list_count (self->clients);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal); /* channel → SbRule */

  for (guint i = 0; i < n_clients; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (self->clients), i);
      const SbPeer *peer = client != NULL ? sb_client_get_peer (client) : NULL;
      gpointer rule;
      guint n;

      if (peer == NULL || !sb_target_matches (target, peer))
        continue;
      if (!g_hash_table_lookup_extended (known, peer->channel, NULL, &rule))
        {
          rule = sb_engine_find_rule (self, peer->channel);
          g_hash_table_insert (known, peer->channel, rule);
        }
      if (rule == NULL)
        continue;
      n = GPOINTER_TO_UINT (g_hash_table_lookup (rules, rule));
      g_hash_table_insert (rules, sb_rule_ref (rule), GUINT_TO_POINTER (n + 1));
    }
}

void
sb_engine_find_breaches_async (SbEngine *self, const SbTarget *target, gboolean binary, GBytes *payload,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  Saying *saying;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  saying = g_new0 (Saying, 1);
  get_limits (self, &saying->limits);
  saying->binary = binary;
  saying->payload = g_bytes_ref (payload);
  saying->rules = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) sb_rule_unref, NULL);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->rules)) > 0)
    count_receivers (self, target, saying->rules);
  run (self, sb_engine_find_breaches_async, find_breaches_in_thread, saying, saying_free, callback, user_data);
}

GPtrArray *
sb_engine_find_breaches_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}
