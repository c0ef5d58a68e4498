/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-router.h"

#include "net/sb-session.h"

static void
room_free (gpointer data)
{
  SbRoom *self = data;

  g_clear_pointer (&self->rule, sb_rule_unref);
  g_free (self->channel);
  g_ptr_array_unref (self->sessions);
  g_free (self);
}

void
sb_router_init (SbRouter *self)
{
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, room_free);
  self->rules = NULL;
  self->retained = NULL;
}

void
sb_router_clear (SbRouter *self)
{
  g_clear_pointer (&self->rooms, g_hash_table_unref);
  g_clear_pointer (&self->rules, sb_rule_table_unref);
  g_clear_pointer (&self->retained, sb_retained_table_unref);
}

static void
router_find_rule (SbRouter *self, SbRoom *room)
{
  SbRule *rule = self->rules != NULL ? sb_rule_table_lookup (self->rules, room->channel) : NULL;

  g_clear_pointer (&room->rule, sb_rule_unref);
  room->rule = rule != NULL ? sb_rule_ref (rule) : NULL;
}

void
sb_router_set_rules (SbRouter *self, SbRuleTable *table)
{
  GHashTableIter iter;
  gpointer room;

  g_clear_pointer (&self->rules, sb_rule_table_unref);
  self->rules = table != NULL ? sb_rule_table_ref (table) : NULL;
  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    router_find_rule (self, room);
}

void
sb_router_set_retained (SbRouter *self, SbRetainedTable *table)
{
  g_return_if_fail (table != NULL);

  sb_retained_table_ref (table);
  g_clear_pointer (&self->retained, sb_retained_table_unref);
  self->retained = table;
}

SbRetained *
sb_router_find_retained (SbRouter *self, const char *channel)
{
  return self->retained != NULL ? sb_retained_table_lookup (self->retained, channel) : NULL;
}

void
sb_router_join (SbRouter *self, SbSession *session, const char *channel)
{
  g_return_if_fail (session->room == NULL);

  SbRoom *room = g_hash_table_lookup (self->rooms, channel);

  if (room == NULL)
    {
      room = g_new0 (SbRoom, 1);
      room->channel = g_strdup (channel);
      room->sessions = g_ptr_array_new ();
      router_find_rule (self, room);
      g_hash_table_insert (self->rooms, room->channel, room);
    }

  session->room = room;
  session->room_position = room->sessions->len;
  g_ptr_array_add (room->sessions, session);
}

/* Does nothing for a session that is in no room. An empty room is closed, so strangers can't fill the memory with
 * channels. */
void
sb_router_leave (SbRouter *self, SbSession *session)
{
  SbRoom *room = g_steal_pointer (&session->room);

  if (room == NULL)
    return;

  g_ptr_array_remove_index_fast (room->sessions, session->room_position);
  if (session->room_position < room->sessions->len)
    {
      SbSession *moved = g_ptr_array_index (room->sessions, session->room_position);
      moved->room_position = session->room_position;
    }
  if (room->sessions->len == 0)
    g_hash_table_remove (self->rooms, room->channel);
}

/* Sessions that are too slow leave the room while it is walked, and the last one takes their place: hence backwards.
 * References for all are taken at once. */
static SbReach
room_relay (SbRoom *room, SbSession *sender, SbFrame *frame)
{
  SbReach reach = { 0 };
  guint n = room->sessions->len;

  sb_frame_ref_many (frame, n);
  for (guint i = n; i-- > 0;)
    {
      SbSession *session = g_ptr_array_index (room->sessions, i);

      if (session == sender)
        continue;
      if (sb_session_give (session, frame, NULL))
        reach.reached++;
      else
        reach.dropped++;
    }
  sb_frame_unref_many (frame, n - reach.reached);

  return reach;
}

SbReach
sb_router_relay (SbRouter *self, const char *channel, SbSession *sender, SbFrame *frame)
{
  SbRoom *room = sender != NULL ? sender->room : g_hash_table_lookup (self->rooms, channel);

  if (room == NULL)
    return (SbReach) { 0 };

  /* The room may close when its last session proves too slow, but not while the sender is in it. */
  return room_relay (room, sender, frame);
}
