/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-trial"

#include "trial/sb-test-token.h"
#include <glib/gi18n.h>

/* Whatever happens to the program, it lets nobody in for longer. */
#define LIFE G_TIME_SPAN_HOUR
/* One at a time; but those that go, given up while they were connecting, may be counted still when the next one comes. */
#define MAX_CONNECTIONS 4
#define SETTLE_TIMEOUT (3 * G_TIME_SPAN_SECOND)

/**
 * SbTestToken:
 *
 * The token of a test client: issued when it is first needed, like any other, in sight of everybody; deleted when the test client goes. One
 * that was left over, for the program was killed, expires. Main thread.
 */
struct _SbTestToken
{
  GObject parent_instance;

  SbEngine *engine;
  char *secret; /* NULL: there is none */
  gint64 id;
  gboolean discarded;
};

G_DEFINE_FINAL_TYPE (SbTestToken, sb_test_token, G_TYPE_OBJECT)

static guint n_unsettled; /* commands that were not answered */

/* --- its end --- */

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  n_unsettled--;
  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    g_info ("The token of a test client was not deleted: %s", error->message);
}

static void
delete (SbEngine *engine,
        gint64    id)
{
  n_unsettled++;
  sb_engine_delete_token_async (engine, "window", id, deleted_cb, NULL);
}

static void
revoked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  gint64 *id = user_data;
  g_autoptr (GError) error = NULL;

  n_unsettled--;
  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    g_info ("The token of a test client was not revoked: %s", error->message);
  else
    delete (SB_ENGINE (source), *id);
  g_free (id);
}

/* Somebody else may have done some of it. */
static void
end (SbEngine *engine,
     gint64    id)
{
  SbTokenItem *item = sb_token_list_find (sb_engine_get_tokens (engine), id);

  if (item == NULL)
    return;
  if (sb_token_item_get_token (item)->revoked_at != 0)
    {
      delete (engine, id);
      return;
    }
  n_unsettled++;
  sb_engine_revoke_token_async (engine, "window", id, revoked_cb, g_memdup2 (&id, sizeof id));
}

static void
forget (SbTestToken *self)
{
  g_clear_pointer (&self->secret, sb_token_secret_free);
  self->id = 0;
}

void
sb_test_token_discard (SbTestToken *self)
{
  g_return_if_fail (SB_IS_TEST_TOKEN (self));

  self->discarded = TRUE;
  if (self->id != 0)
    end (self->engine, self->id);
  forget (self);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
sb_test_token_settle (void)
{
  gint64 deadline = g_get_monotonic_time () + SETTLE_TIMEOUT;
  guint tick = g_timeout_add (20, tick_cb, NULL);

  while (n_unsettled > 0 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

/* --- its beginning --- */

static gboolean
is_good (SbTestToken *self)
{
  SbTokenItem *item = self->id != 0 ? sb_token_list_find (sb_engine_get_tokens (self->engine), self->id) : NULL;
  SbTokenState state = item != NULL ? sb_token_get_state (sb_token_item_get_token (item), g_get_real_time ()) : SB_TOKEN_REVOKED;

  return state == SB_TOKEN_ACTIVE || state == SB_TOKEN_EXPIRING;
}

static void
return_secret (GTask *task)
{
  SbTestToken *self = g_task_get_source_object (task);

  g_task_return_pointer (task, g_strdup (self->secret), (GDestroyNotify) sb_token_secret_free);
}

static void
issued_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  SbTestToken *self = g_task_get_source_object (task);
  g_autoptr (SbToken) token = NULL;
  GError *error = NULL;
  char *secret = sb_engine_issue_token_finish (SB_ENGINE (source), result, &token, &error);

  n_unsettled--;
  if (secret == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  forget (self);
  self->secret = secret;
  self->id = token->id;
  return_secret (task);
  if (self->discarded)
    sb_test_token_discard (self);
}

void
sb_test_token_get_async (SbTestToken        *self,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (SbTokenSpec) spec = NULL;

  g_return_if_fail (SB_IS_TEST_TOKEN (self));
  g_return_if_fail (!self->discarded);

  task = g_task_new (self, NULL, callback, user_data);
  if (is_good (self))
    {
      return_secret (task);
      return;
    }
  /* One that expired, say. */
  if (self->id != 0)
    end (self->engine, self->id);
  forget (self);
  spec = sb_token_spec_new (_("Test client"));
  spec->expires_at = g_get_real_time () + LIFE;
  spec->max_connections = MAX_CONNECTIONS;
  n_unsettled++;
  sb_engine_issue_token_async (self->engine, "window", spec, issued_cb, g_steal_pointer (&task));
}

char *
sb_test_token_get_finish (SbTestToken  *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gint64
sb_test_token_get_id (SbTestToken *self)
{
  g_return_val_if_fail (SB_IS_TEST_TOKEN (self), 0);

  return self->id;
}

static void
sb_test_token_finalize (GObject *object)
{
  SbTestToken *self = SB_TEST_TOKEN (object);

  forget (self);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_test_token_parent_class)->finalize (object);
}

static void
sb_test_token_class_init (SbTestTokenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_test_token_finalize;
}

static void
sb_test_token_init (SbTestToken *self)
{
}

SbTestToken *
sb_test_token_new (SbEngine *engine)
{
  SbTestToken *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_TEST_TOKEN, NULL);
  self->engine = g_object_ref (engine);
  return self;
}
