/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-refusals.h"

#include "rules/sb-rate.h"

#include <string.h>

#define WINDOW (60 * G_USEC_PER_SEC)
/* Groups at a time; a flood from more addresses than this is counted together. */
#define MAX_GROUPS 1000
/* And so many a minute in the long run: the trail keeps only so many entries, and strangers who go on knocking, each time from elsewhere or
 * as another origin, must not push out of it what the admins did. */
#define GROUPS_A_MINUTE 2
#define FLOOD_WINDOW (10 * WINDOW) /* of what is counted together */

typedef struct
{
  char *actor; /* the address, or "many addresses" */
  char *subject;
  char *detail;
  gint64 ends_at; /* monotonic, µs */
  gint64 last;    /* real time of the newest, µs */
  guint count;    /* after the first */
} Group;

struct _SbRefusals
{
  GHashTable *groups; /* key → Group */
  SbRate rate;        /* of new ones */
};

static void
group_free (gpointer data)
{
  Group *group = data;

  g_free (group->actor);
  g_free (group->subject);
  g_free (group->detail);
  g_free (group);
}

SbRefusals *
sb_refusals_new (void)
{
  SbRefusals *self = g_new0 (SbRefusals, 1);

  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
  sb_rate_init (&self->rate, GROUPS_A_MINUTE / 60.0, MAX_GROUPS, 0);

  return self;
}

void
sb_refusals_free (SbRefusals *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->groups);
  g_free (self);
}

static char *
make_detail (const SbEvent *event)
{
  GString *detail = g_string_new (event->refused.error);

  if (event->refused.cause != NULL)
    g_string_append_printf (detail, ": %s", event->refused.cause);
  /* What the admin needs to let this origin in. */
  if (event->refused.origin != NULL && strcmp (event->refused.error, "origin_not_allowed") == 0)
    g_string_append_printf (detail, ": %s", event->refused.origin);

  return g_string_free (detail, FALSE);
}

static SbJournalEntry *
group_to_entry (const Group *group, gint64 time, guint count)
{
  return sb_journal_entry_new (0, time, SB_ACT_CLIENT_REFUSED, group->actor, group->subject, group->detail, count);
}

/**
 * sb_refusals_add:
 * @event: of kind %SB_EVENT_REFUSED
 * @token_text: (nullable): the token that was recognised, as the trail names it
 * @now: monotonic time in µs
 *
 * Returns: (transfer full) (nullable): the entry to be written now; %NULL where it was counted with one like it
 */
SbJournalEntry *
sb_refusals_add (SbRefusals *self, const SbEvent *event, const char *token_text, gint64 now)
{
  g_autofree char *detail = NULL;
  g_autofree char *key = NULL;
  const char *address;
  gint64 window = WINDOW;
  Group *group;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (event != NULL && event->kind == SB_EVENT_REFUSED, NULL);

  address = event->refused.address;
  detail = make_detail (event);
  key = g_strdup_printf ("%s %" G_GINT64_FORMAT " %s", address, event->refused.token_id, detail);
  group = g_hash_table_lookup (self->groups, key);

  if (group == NULL && (g_hash_table_size (self->groups) >= MAX_GROUPS || !sb_rate_take (&self->rate, now)))
    {
      /* Origins are the client's to invent: here only the kind of refusal tells groups apart. */
      address = "many addresses";
      window = FLOOD_WINDOW;
      token_text = NULL;
      g_set_str (&detail, event->refused.error);
      g_free (key);
      key = g_strdup_printf ("* %s", event->refused.error);
      group = g_hash_table_lookup (self->groups, key);
    }

  if (group != NULL)
    {
      group->count++;
      group->last = event->time;
      return NULL;
    }

  group = g_new0 (Group, 1);
  group->actor = g_strdup (address);
  group->subject = g_strdup (token_text != NULL ? token_text : event->refused.path != NULL ? event->refused.path : "");
  group->detail = g_steal_pointer (&detail);
  group->ends_at = now + window;
  g_hash_table_insert (self->groups, g_steal_pointer (&key), group);

  return group_to_entry (group, event->time, 1);
}

/**
 * sb_refusals_expire:
 * @now: monotonic time in µs; %G_MAXINT64 ends every group
 *
 * Ends the groups whose time is over.
 *
 * Returns: (transfer full) (nullable) (element-type SbJournalEntry): entries for what was counted in them; %NULL for
 * none
 */
GPtrArray *
sb_refusals_expire (SbRefusals *self, gint64 now)
{
  GPtrArray *entries = NULL;
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (self != NULL, NULL);

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Group *group = value;

      if (group->ends_at > now)
        continue;
      if (group->count > 0)
        {
          if (entries == NULL)
            entries = g_ptr_array_new_with_free_func (g_object_unref);
          g_ptr_array_add (entries, group_to_entry (group, group->last, group->count));
        }
      g_hash_table_iter_remove (&iter);
    }

  return entries;
}
