/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine-private.h"

#include "sb-clock.h"

/* What time alone does to tokens. */

typedef struct
{
  SbEngine *engine; /* which outlives its hub, and so this */
  char *subject;
  const char *what; /* static */
  gboolean only_if_closed;
} Ending;

static void
ended_cb (guint n, gpointer user_data)
{
  Ending *ending = user_data;
  g_autofree char *detail = g_strdup_printf ("%s%u connections closed", ending->what, n);

  if (n > 0 || !ending->only_if_closed)
    sb_engine_note (ending->engine, SB_ACT_TOKEN_EXPIRED, "server", ending->subject, detail);
  g_free (ending->subject);
  g_free (ending);
}

/* Has the lanes judge the live sessions of the token again, for time has changed what it allows. */
static void
end_by_time (SbEngine *self, gint64 id, const char *what, gboolean only_if_closed)
{
  SbTokenItem *item = sb_token_list_find (self->tokens, id);
  Ending *ending;

  if (item == NULL)
    return;

  ending = g_new0 (Ending, 1);
  ending->engine = self;
  ending->subject = sb_engine_token_to_text (sb_token_item_get_token (item));
  ending->what = what;
  ending->only_if_closed = only_if_closed;
  if (self->hub != NULL)
    sb_hub_put_token (self->hub, sb_token_item_get_token (item), ended_cb, ending);
  else
    ended_cb (0, ending);
}

static void
check_graces (SbEngine *self, gint64 now)
{
  GHashTableIter iter;
  gpointer key, until;

  g_hash_table_iter_init (&iter, self->graces);
  while (g_hash_table_iter_next (&iter, &key, &until))
    if (*(gint64 *) until <= now)
      {
        gint64 id = *(gint64 *) key;

        g_hash_table_iter_remove (&iter);
        end_by_time (self, id, "the previous secret; ", TRUE);
      }
}

/* Acts on what the time has changed. Called when a change is due, and once a second besides, so that a clock that is
 * set, or a computer that slept, is noticed. */
void
sb_engine_check_tokens (SbEngine *self)
{
  gint64 now = sb_clock_get_real ();
  g_autoptr (GArray) expired = sb_token_list_tick (self->tokens, now);

  for (guint i = 0; expired != NULL && i < expired->len; i++)
    end_by_time (self, g_array_index (expired, gint64, i), "", FALSE);
  check_graces (self, now);
  sb_engine_arm_expiry (self);
}

static gboolean
expiry_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->expiry_timer = 0;
  sb_engine_check_tokens (self);

  return G_SOURCE_REMOVE;
}

void
sb_engine_arm_expiry (SbEngine *self)
{
  gint64 now = sb_clock_get_real ();
  gint64 next = sb_token_list_get_next_change (self->tokens, now);
  GHashTableIter iter;
  gpointer until;

  g_hash_table_iter_init (&iter, self->graces);
  while (g_hash_table_iter_next (&iter, NULL, &until))
    next = MIN (next, *(gint64 *) until);

  g_clear_handle_id (&self->expiry_timer, g_source_remove);
  /* What is further away is found by the tick. */
  if (!self->closing && next - now <= 2 * G_USEC_PER_SEC)
    self->expiry_timer = g_timeout_add (next > now ? (guint) ((next - now) / 1000 + 1) : 1, expiry_cb, self);
}
