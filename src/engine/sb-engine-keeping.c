/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "sb-clock.h"
#include "store/sb-keeping-store.h"

#include <string.h>

/* How much is kept of what happened, and for how long. The store thins out by it whatever is written; it is told again
 * when a setting changes, and now and then, for time alone makes things too old. */

#define INTERVAL G_TIME_SPAN_HOUR

typedef struct
{
  SbEngine *engine;
  SbKept journal;
  SbKept broadcasts;
} Change;

/* As on disk. Any of them may be too old: the clock was set back and forth. */
static void
drop_broadcasts (SbEngine *self, const SbKept *kept)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->broadcasts));

  if (n > kept->entries)
    g_list_store_splice (self->broadcasts, kept->entries, n - kept->entries, NULL, 0);
  for (guint i = MIN (n, kept->entries); i-- > 0;)
    {
      g_autoptr (SbBroadcast) broadcast = g_list_model_get_item (G_LIST_MODEL (self->broadcasts), i);

      if (sb_broadcast_get_time (broadcast) < kept->since)
        g_list_store_remove (self->broadcasts, i);
    }
}

static void
set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Change *change = user_data;
  g_autoptr (SbEngine) self = change->engine;
  g_autoptr (GError) error = NULL;
  gint64 oldest;

  self->n_keeping--;
  if (sb_keeping_store_set_finish (SB_DATABASE (source), result, &oldest, &error))
    {
      sb_journal_set_kept (self->journal, change->journal.entries, oldest);
      drop_broadcasts (self, &change->broadcasts);
      if (self->troubles[SB_TROUBLE_STORE] != NULL && self->n_keeping == 0)
        sb_engine_retry_store (self);
    }
  else
    {
      self->keeping_set_at = 0;
      sb_engine_store_failed (self, error);
    }
  g_free (change);
}

static gint64
get_since (gint64 now, guint days)
{
  return days > 0 ? MAX (now - days * G_TIME_SPAN_DAY, 0) : 0;
}

/* Has the store keep what the settings say. */
static void
set_kept (SbEngine *self, const SbKeeping *keeping, gint64 now)
{
  Change *change = g_new0 (Change, 1);

  self->keeping = *keeping;
  self->keeping_set_at = now;
  self->n_keeping++;
  change->engine = g_object_ref (self);
  change->journal = (SbKept) { keeping->audit_entries, get_since (now, keeping->audit_days) };
  change->broadcasts = (SbKept) { keeping->broadcasts, get_since (now, keeping->broadcast_days) };
  sb_keeping_store_set_async (self->database, &change->journal, &change->broadcasts, set_cb, change);
}

/* When the engine opens, and when settings have changed. Where the store failed, it is tried once more. */
void
sb_engine_apply_keeping (SbEngine *self)
{
  SbKeeping keeping = { 0 };

  if (self->database == NULL)
    return;

  sb_settings_get_keeping (self->settings, &keeping);
  sb_client_list_set_max_recently_left (self->clients, keeping.recently_left);
  if (self->keeping_set_at == 0 || memcmp (&keeping, &self->keeping, sizeof keeping) != 0)
    set_kept (self, &keeping, sb_clock_get_real ());
}

/* Once a second. A clock that was set counts as well. */
void
sb_engine_check_keeping (SbEngine *self)
{
  gint64 now = sb_clock_get_real ();

  if ((self->keeping.audit_days > 0 || self->keeping.broadcast_days > 0) && self->keeping_set_at != 0 &&
      ABS (now - self->keeping_set_at) >= INTERVAL)
    set_kept (self, &self->keeping, now);
}
