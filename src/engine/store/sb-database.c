/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sb-database"
#include "config.h"

#include "store/sb-database.h"

#include "store/sb-database-connect.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_BUSY_TIMEOUT 5000 /* ms: longer than any backup program holds a lock */

/* What the store thread works on. The thread never touches the object: it could end up dropping the last reference, and
 * then wait for its own end. */
typedef struct
{
  char *path;
  GAsyncQueue *jobs; /* of Job */
  guint busy_timeout;
  sqlite3 *db; /* NULL: could not be opened */
} Worker;

typedef enum
{
  JOB_OPEN,
  JOB_RUN,
  JOB_QUIT,
} JobKind;

/* Made on the main thread, done on the store thread, delivered and freed on the main thread. */
typedef struct
{
  JobKind kind;
  SbDatabaseFunc func;
  gpointer data;
  GDestroyNotify data_free;
  GDestroyNotify result_free;
  GTask *task; /* the main thread's alone */
  GCancellable *cancellable;
  GMainContext *context;
  gpointer result;
  GError *error;
} Job;

struct _SbDatabase
{
  GObject parent_instance;

  char *path;
  guint busy_timeout;
  Worker *worker; /* NULL: not open yet, or closed */
  GThread *thread;
};

enum
{
  PROP_PATH = 1,
  PROP_BUSY_TIMEOUT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void async_initable_iface_init (GAsyncInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbDatabase, sb_database, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE, async_initable_iface_init))

static void
job_free (Job *job)
{
  if (job->data_free != NULL && job->data != NULL)
    job->data_free (job->data);
  if (job->result_free != NULL && job->result != NULL)
    job->result_free (job->result);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->context, g_main_context_unref);
  g_free (job);
}

static gboolean
deliver_cb (gpointer user_data)
{
  Job *job = user_data;

  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->result_free);

  return G_SOURCE_REMOVE;
}

/* Not g_main_context_invoke(): it would run the callback here where the main thread happens not to hold its context. */
static void
job_deliver (Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "sb-database result");
  g_source_set_callback (source, deliver_cb, job, (GDestroyNotify) job_free);
  g_source_attach (source, job->context);
}

/* --- on the store thread --- */

static gboolean
execute (sqlite3 *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    sb_database_set_error (db, code, NULL, error);

  return code == SQLITE_OK;
}

/* Merges the log into the file and removes it, unless others have the file open: then it merges what it can without
 * waiting. */
static void
worker_close (Worker *worker)
{
  int code;

  if (worker->db == NULL)
    return;

  /* What is committed is safe in the log as well: that it can't be merged now is no loss. */
  code = sqlite3_wal_checkpoint_v2 (worker->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  if (code != SQLITE_OK)
    g_debug ("“%s” keeps its log: %s", worker->path, sqlite3_errstr (code));

  code = sqlite3_close (worker->db);
  if (code != SQLITE_OK)
    {
      g_critical ("“%s” was closed with work left open: %s", worker->path, sqlite3_errstr (code));
      sqlite3_close_v2 (worker->db);
    }
  worker->db = NULL;
}

/* SQLite may have rolled back on its own (disk full, …). */
static void
roll_back (sqlite3 *db)
{
  if (!sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
}

static void
run_in_transaction (sqlite3 *db, Job *job)
{
  if (!execute (db, "BEGIN IMMEDIATE", &job->error))
    return;

  job->result = job->func (db, job->data, &job->error);
  if (job->error == NULL && execute (db, "COMMIT", &job->error))
    return;

  roll_back (db);
}

static gpointer
store_thread (gpointer data)
{
  Worker *worker = data;

  for (;;)
    {
      Job *job = g_async_queue_pop (worker->jobs);

      if (job->kind == JOB_QUIT)
        {
          job_free (job);
          break;
        }

      /* Cancelled is what was not begun. What was begun is done, and its result told: a commit can't be taken back. */
      if (!g_cancellable_set_error_if_cancelled (job->cancellable, &job->error))
        {
          if (job->kind == JOB_OPEN)
            worker->db = sb_database_connect (worker->path, worker->busy_timeout, &job->error);
          else
            run_in_transaction (worker->db, job);
        }
      job_deliver (job);
    }

  worker_close (worker);
  return NULL;
}

/* --- on the main thread --- */

static Job *
job_new (JobKind kind, GTask *task, GCancellable *cancellable)
{
  Job *job = g_new0 (Job, 1);

  job->kind = kind;
  g_set_object (&job->task, task);
  g_set_object (&job->cancellable, cancellable);
  if (task != NULL)
    {
      job->context = g_main_context_ref (g_task_get_context (task));
      g_task_set_check_cancellable (task, FALSE);
    }

  return job;
}

static void
sb_database_init_async (GAsyncInitable *initable, int priority, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  SbDatabase *self = SB_DATABASE (initable);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (self->path != NULL);
  g_return_if_fail (self->worker == NULL);

  g_task_set_source_tag (task, sb_database_init_async);

  self->worker = g_new0 (Worker, 1);
  self->worker->path = g_canonicalize_filename (self->path, NULL);
  self->worker->busy_timeout = self->busy_timeout;
  self->worker->jobs = g_async_queue_new_full ((GDestroyNotify) job_free);
  g_async_queue_push (self->worker->jobs, job_new (JOB_OPEN, task, cancellable));
  self->thread = g_thread_new ("sb-store", store_thread, self->worker);
}

static gboolean
sb_database_init_finish (GAsyncInitable *initable, GAsyncResult *result, GError **error)
{
  g_task_propagate_pointer (G_TASK (result), error);
  return !g_task_had_error (G_TASK (result));
}

static void
async_initable_iface_init (GAsyncInitableIface *iface)
{
  iface->init_async = sb_database_init_async;
  iface->init_finish = sb_database_init_finish;
}

static void
sb_database_dispose (GObject *object)
{
  sb_database_close (SB_DATABASE (object));

  G_OBJECT_CLASS (sb_database_parent_class)->dispose (object);
}

static void
sb_database_finalize (GObject *object)
{
  SbDatabase *self = SB_DATABASE (object);

  g_free (self->path);

  G_OBJECT_CLASS (sb_database_parent_class)->finalize (object);
}

static void
sb_database_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SbDatabase *self = SB_DATABASE (object);

  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_BUSY_TIMEOUT:
      g_value_set_uint (value, self->busy_timeout);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sb_database_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SbDatabase *self = SB_DATABASE (object);

  switch (id)
    {
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_BUSY_TIMEOUT:
      self->busy_timeout = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sb_database_class_init (SbDatabaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sb_database_dispose;
  object_class->finalize = sb_database_finalize;
  object_class->get_property = sb_database_get_property;
  object_class->set_property = sb_database_set_property;

  /**
   * SbDatabase:path:
   *
   * The file.
   */
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  /**
   * SbDatabase:busy-timeout:
   *
   * How long to wait for another program that keeps the file locked, in ms.
   */
  properties[PROP_BUSY_TIMEOUT] =
      g_param_spec_uint ("busy-timeout", NULL, NULL, 0, 600000, DEFAULT_BUSY_TIMEOUT, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_database_init (SbDatabase *self)
{
}

/**
 * sb_database_open_async:
 * @path: the file; its folder is there already
 *
 * The result comes on the main context that is the thread's default, like all results of the database.
 */
void
sb_database_open_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (path != NULL);

  g_async_initable_new_async (SB_TYPE_DATABASE, G_PRIORITY_DEFAULT, cancellable, callback, user_data, "path", path,
                              NULL);
}

/**
 * sb_database_open_finish:
 *
 * Returns: (transfer full): the open database; %NULL with @error: %SB_DATABASE_ERROR (every code but NOT_FOUND),
 *   %G_IO_ERROR_CANCELLED
 */
SbDatabase *
sb_database_open_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GObject) initable = NULL;
  GObject *self;

  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  initable = g_async_result_get_source_object (result);
  self = g_async_initable_new_finish (G_ASYNC_INITABLE (initable), result, error);
  return self != NULL ? SB_DATABASE (self) : NULL;
}

/**
 * sb_database_run_async:
 * @func: what to do, on the store thread
 * @data: (transfer full): for @func
 * @data_free: (nullable): frees @data, on the main thread, when the result was given out
 * @result_free: (nullable): frees what @func returned where it failed, or nobody asked for it
 *
 * Queues a job. Jobs are done, and their results come, in the order of the calls. Cancelling a job that was begun has
 * no effect.
 */
void
sb_database_run_async (SbDatabase *self, SbDatabaseFunc func, gpointer data, GDestroyNotify data_free,
                       GDestroyNotify result_free, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (SB_IS_DATABASE (self));
  g_return_if_fail (func != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_database_run_async);
  job = job_new (JOB_RUN, task, cancellable);
  job->func = func;
  job->data = data;
  job->data_free = data_free;
  job->result_free = result_free;

  if (self->worker == NULL)
    {
      g_set_error_literal (&job->error, G_IO_ERROR, G_IO_ERROR_CLOSED, _("The database is closed."));
      job_deliver (job);
      return;
    }

  g_async_queue_push (self->worker->jobs, job);
}

/**
 * sb_database_run_finish:
 *
 * Returns: (transfer full) (nullable): what the job's function returned; it was committed unless @error is set:
 *   %SB_DATABASE_ERROR, %G_IO_ERROR_CLOSED, %G_IO_ERROR_CANCELLED, or the function's own
 */
gpointer
sb_database_run_finish (SbDatabase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
sb_database_run_done_finish (SbDatabase *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  sb_database_run_finish (self, result, &local_error);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

void
sb_database_close (SbDatabase *self)
{
  g_return_if_fail (SB_IS_DATABASE (self));

  if (self->worker == NULL)
    return;

  g_async_queue_push (self->worker->jobs, job_new (JOB_QUIT, NULL, NULL));
  g_thread_join (g_steal_pointer (&self->thread));

  g_async_queue_unref (self->worker->jobs);
  g_free (self->worker->path);
  g_clear_pointer (&self->worker, g_free);
}
