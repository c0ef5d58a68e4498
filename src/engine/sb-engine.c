/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "store/sb-block-store.h"
#include "store/sb-token-store.h"

#include <glib/gi18n-lib.h>

/* The class, and how it closes. */

#define MAX_TRAFFIC 100000
#define MAX_TRAFFIC_BYTES (64 << 20)
/* Waited for at most when closing: reports of broadcasts have their own 5 s, the clients' good-bye has
 * "drain-timeout". */
#define CLOSE_TIMEOUT (7 * G_USEC_PER_SEC)
#define CLOSE_MARGIN (2 * G_USEC_PER_SEC)
#define FLUSH_TIMEOUT (3 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (SbEngine, sb_engine, G_TYPE_OBJECT)

enum
{
  NOTICE,
  SCHEMAS_CHANGED,
  TICKED,
  N_SIGNALS
};

static GParamSpec *properties[SB_ENGINE_N_PROPS];
static guint signals[N_SIGNALS];

void
sb_engine_notify (SbEngine *self, SbEngineProp prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

void
sb_engine_emit_notice (SbEngine *self, const char *code, const char *message)
{
  g_signal_emit (self, signals[NOTICE], 0, code, message);
}

void
sb_engine_emit_schemas_changed (SbEngine *self)
{
  g_signal_emit (self, signals[SCHEMAS_CHANGED], 0);
}

void
sb_engine_emit_ticked (SbEngine *self)
{
  g_signal_emit (self, signals[TICKED], 0);
}

static void
sb_engine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbEngine *self = SB_ENGINE (object);

  switch ((SbEngineProp) prop_id)
    {
    case SB_ENGINE_PROP_STATE: g_value_set_int (value, sb_engine_get_state (self)); break;
    case SB_ENGINE_PROP_STATE_MESSAGE: g_value_set_string (value, self->state_message); break;
    case SB_ENGINE_PROP_PORT: g_value_set_uint (value, sb_engine_get_port (self)); break;
    case SB_ENGINE_PROP_URIS: g_value_set_boxed (value, self->uris); break;
    case SB_ENGINE_PROP_N_CLIENTS: g_value_set_uint (value, self->n_clients); break;
    case SB_ENGINE_PROP_0:
    case SB_ENGINE_N_PROPS:
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_engine_dispose (GObject *object)
{
  sb_engine_close (SB_ENGINE (object));

  G_OBJECT_CLASS (sb_engine_parent_class)->dispose (object);
}

static void
sb_engine_finalize (GObject *object)
{
  SbEngine *self = SB_ENGINE (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->database);
  g_clear_object (&self->clients);
  g_clear_object (&self->traffic);
  g_clear_object (&self->tokens);
  g_clear_object (&self->journal);
  g_clear_object (&self->broadcasts);
  g_clear_object (&self->templates);
  g_clear_object (&self->retained);
  g_clear_pointer (&self->retained_table, sb_retained_table_unref);
  g_clear_object (&self->schedules);
  g_clear_object (&self->rules);
  g_clear_pointer (&self->rule_table, sb_rule_table_unref);
  g_clear_pointer (&self->schemas, g_ptr_array_unref);
  g_clear_object (&self->meter);
  g_clear_object (&self->listening_on);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->history, sb_history_free);
  g_clear_pointer (&self->audit, sb_audit_free);
  g_clear_pointer (&self->refusals, sb_refusals_free);
  g_clear_pointer (&self->stop_tasks, g_ptr_array_unref);
  g_clear_pointer (&self->unsaved_reports, g_ptr_array_unref);
  g_clear_pointer (&self->commands, g_hash_table_unref);
  g_clear_pointer (&self->revocations, g_hash_table_unref);
  g_clear_pointer (&self->graces, g_hash_table_unref);
  g_clear_pointer (&self->uses, g_hash_table_unref);
  g_clear_pointer (&self->sending, g_hash_table_unref);
  g_clear_pointer (&self->blocks, g_hash_table_unref);
  g_clear_pointer (&self->unkept_blocks, g_hash_table_unref);
  g_clear_pointer (&self->changed_settings, g_hash_table_unref);
  g_strfreev (self->uris);
  g_free (self->data_dir);
  g_free (self->failure);
  g_free (self->state_message);
  g_free (self->settings_failure);
  for (guint i = 0; i < SB_N_TROUBLES; i++)
    g_free (self->troubles[i]);
  g_clear_pointer (&self->dir, sb_data_dir_unlock);

  G_OBJECT_CLASS (sb_engine_parent_class)->finalize (object);
}

static void
sb_engine_class_init (SbEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sb_engine_dispose;
  object_class->finalize = sb_engine_finalize;
  object_class->get_property = sb_engine_get_property;

  properties[SB_ENGINE_PROP_STATE] =
      g_param_spec_int ("state", NULL, NULL, SB_ENGINE_STOPPED, SB_ENGINE_FAILED, SB_ENGINE_STOPPED, flags);
  properties[SB_ENGINE_PROP_STATE_MESSAGE] = g_param_spec_string ("state-message", NULL, NULL, NULL, flags);
  properties[SB_ENGINE_PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  properties[SB_ENGINE_PROP_URIS] = g_param_spec_boxed ("uris", NULL, NULL, G_TYPE_STRV, flags);
  properties[SB_ENGINE_PROP_N_CLIENTS] = g_param_spec_uint ("n-clients", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, SB_ENGINE_N_PROPS, properties);

  /**
   * SbEngine::notice:
   * @code: "out_of_descriptors", "accepting_again", …
   * @message: a sentence for the admin
   *
   * Something happened that the admin has to know. It is in the trail as well.
   */
  signals[NOTICE] = g_signal_new ("notice", SB_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                  G_TYPE_STRING, G_TYPE_STRING);
  /**
   * SbEngine::schemas-changed:
   *
   * sb_engine_get_schemas() is another list now.
   */
  signals[SCHEMAS_CHANGED] =
      g_signal_new ("schemas-changed", SB_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * SbEngine::ticked:
   *
   * Once a second while the engine is open, after the meter has its sample.
   */
  signals[TICKED] = g_signal_new ("ticked", SB_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GHashTable *
new_int64_table (GDestroyNotify free_value)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_value);
}

static void
sb_engine_init (SbEngine *self)
{
  self->clients = sb_client_list_new ();
  self->traffic = sb_traffic_log_new (MAX_TRAFFIC, MAX_TRAFFIC_BYTES);
  self->tokens = sb_token_list_new ();
  self->journal = sb_journal_new ();
  self->broadcasts = g_list_store_new (SB_TYPE_BROADCAST);
  self->templates = g_list_store_new (SB_TYPE_TEMPLATE);
  self->retained = g_list_store_new (SB_TYPE_RETAINED_ITEM);
  self->schedules = g_list_store_new (SB_TYPE_SCHEDULE);
  self->rules = sb_rule_list_new ();
  self->schemas = g_ptr_array_new ();
  self->meter = sb_meter_new ();
  self->history = sb_history_new ();
  self->refusals = sb_refusals_new ();
  self->uris = g_new0 (char *, 1);
  self->stop_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->unsaved_reports = g_ptr_array_new_with_free_func (g_object_unref);
  self->commands = g_hash_table_new (NULL, NULL);
  self->revocations = new_int64_table (g_free);
  self->graces = new_int64_table (g_free);
  self->uses = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) sb_token_use_free);
  self->sending = new_int64_table (NULL);
  self->blocks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) sb_block_free);
  self->unkept_blocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->changed_settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* --- close --- */

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Iterates the main context until the engine is @quiet, at most for @timeout µs. */
static void
iterate_until (SbEngine *self, gboolean (*quiet) (SbEngine *self), gint64 timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  guint wake = g_timeout_add (20, wake_cb, NULL);

  while (!quiet (self) && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
}

static gboolean
is_stopped (SbEngine *self)
{
  return self->phase != SB_ENGINE_STOPPING;
}

static gboolean
has_answered (SbEngine *self)
{
  return g_hash_table_size (self->commands) == 0;
}

static gboolean
has_written (SbEngine *self)
{
  return sb_audit_is_idle (self->audit) && !self->storing_uses && !self->retrying_report && !self->retrying_revocation &&
         !self->keeping_history && self->storing_counts == NULL && self->n_retried_blocks == 0 &&
         self->n_keeping == 0;
}

/* Those whose report no lane will give any more. */
static void
release_sending (SbEngine *self)
{
  GHashTableIter iter;
  gpointer command;

  g_hash_table_iter_init (&iter, self->sending);
  while (g_hash_table_iter_next (&iter, NULL, &command))
    {
      g_hash_table_iter_remove (&iter);
      sb_command_fail (command,
                       g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                                            _("The server stopped before it was known who got the message.")));
      sb_command_release (command);
    }
}

static void
close_hub (SbEngine *self, gboolean cut)
{
  SbHub *hub;

  if (!cut && self->phase == SB_ENGINE_LISTENING)
    sb_engine_stop_async (self, NULL, NULL);
  if (!cut && self->settings != NULL)
    {
      guint timeout;

      g_object_get (self->settings, "drain-timeout", &timeout, NULL);
      iterate_until (self, is_stopped, timeout * G_USEC_PER_SEC + CLOSE_MARGIN);
      iterate_until (self, has_answered, CLOSE_TIMEOUT);
    }

  /* What it tells while it goes is still heard, and finds no hub. */
  hub = g_steal_pointer (&self->hub);
  if (hub != NULL)
    sb_hub_free (hub);
  release_sending (self);
  if (self->phase == SB_ENGINE_LISTENING || self->phase == SB_ENGINE_STOPPING)
    sb_engine_finish_stop (self, self->n_clients);
}

static void
close_store (SbEngine *self)
{
  if (self->database == NULL)
    return;

  sb_engine_note_settings (self);
  sb_engine_flush_schedules (self);
  sb_engine_retry_revocations (self);
  sb_engine_retry_blocks (self);
  iterate_until (self, has_answered, FLUSH_TIMEOUT);
  iterate_until (self, has_written, FLUSH_TIMEOUT);
  sb_engine_flush_uses (self);
  sb_engine_flush_history (self);
  sb_engine_flush_rule_counts (self);
  sb_audit_flush (self->audit);
  iterate_until (self, has_written, FLUSH_TIMEOUT);
  sb_database_close (self->database);
  /* Its last results. */
  iterate_until (self, has_answered, FLUSH_TIMEOUT);
  iterate_until (self, has_written, FLUSH_TIMEOUT);
  sb_command_abandon_all (self);
  g_clear_pointer (&self->audit, sb_audit_free);
}

static void
engine_close (SbEngine *self, gboolean cut)
{
  if (self->closed)
    return;
  if (self->closing)
    {
      g_warning ("The engine is closing already");
      return;
    }

  /* What is iterated below may let go of the last reference but ours. */
  g_object_ref (self);
  self->closing = TRUE;
  if (self->audit != NULL)
    sb_engine_stop_timers (self);
  g_clear_handle_id (&self->apply_idle, g_source_remove);
  close_hub (self, cut);
  sb_engine_end_tls (self);
  close_store (self);
  if (self->settings != NULL)
    sb_settings_flush (self->settings);
  g_clear_handle_id (&self->settings_timer, g_source_remove);
  g_clear_pointer (&self->dir, sb_data_dir_unlock);
  self->closed = TRUE;
  g_object_unref (self);
}

void
sb_engine_close (SbEngine *self)
{
  g_return_if_fail (SB_IS_ENGINE (self));

  engine_close (self, FALSE);
}

void
sb_engine_close_now (SbEngine *self)
{
  g_return_if_fail (SB_IS_ENGINE (self));

  engine_close (self, TRUE);
}

/* --- what there is to see --- */

const char *
sb_engine_get_data_dir (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->data_dir;
}

SbSettings *
sb_engine_get_settings (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->settings;
}

SbClientList *
sb_engine_get_clients (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->clients;
}

SbTrafficLog *
sb_engine_get_traffic (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->traffic;
}

SbTokenList *
sb_engine_get_tokens (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->tokens;
}

SbJournal *
sb_engine_get_journal (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->journal;
}

GListModel *
sb_engine_get_broadcasts (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->broadcasts);
}

guint64
sb_engine_get_n_broadcasts (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), 0);

  return self->n_broadcasts;
}

SbMeter *
sb_engine_get_meter (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->meter;
}

const char *
sb_engine_get_state_message (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->state_message;
}

guint16
sb_engine_get_port (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), 0);

  return self->hub != NULL ? sb_hub_get_port (self->hub) : 0;
}

char **
sb_engine_dup_uris (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return g_strdupv (self->uris);
}

gint64
sb_engine_get_started_at (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), 0);

  return self->started_at;
}

SbHubError
sb_engine_get_listen_error (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), SB_HUB_ERROR_FAILED);

  return self->listen_error;
}
