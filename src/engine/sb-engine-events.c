/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include <string.h>

/* What the lanes tell: one batch of events, and what it makes of lists, logs and the trail. */

/* Tokens whose connections came or went in this batch: told to the table once, when all is counted. */
static void
touch (GHashTable *touched, gint64 token_id)
{
  if (!g_hash_table_contains (touched, &token_id))
    g_hash_table_add (touched, g_memdup2 (&token_id, sizeof token_id));
}

static void
joined (SbEngine *self, const SbEvent *event, GHashTable *touched)
{
  sb_client_list_join (self->clients, event->peer);
  sb_token_list_set_used (self->tokens, event->peer->token_id, event->time, event->peer->address);
  sb_engine_add_use (self, event->peer->token_id, event->time, event->peer->address);
  touch (touched, event->peer->token_id);
}

static void
left (SbEngine *self, const SbEvent *event, GHashTable *touched)
{
  sb_client_list_leave (self->clients, event->peer->id, event->time, event->left.code, event->left.reason,
                        event->left.by);
  touch (touched, event->peer->token_id);
}

static void
refused (SbEngine *self, const SbEvent *event)
{
  SbTokenItem *item = event->refused.token_id != 0 ? sb_token_list_find (self->tokens, event->refused.token_id) : NULL;
  g_autofree char *token = item != NULL ? sb_engine_token_to_text (sb_token_item_get_token (item)) : NULL;
  SbJournalEntry *entry = sb_refusals_add (self->refusals, event, token, g_get_monotonic_time ());

  if (entry != NULL)
    sb_audit_add (self->audit, entry, NULL, NULL);
}

/* The record moves into @records: the event is left with nothing to free. */
static void
traffic (SbEvent *event, GArray *records)
{
  g_array_append_val (records, event->traffic);
  memset (&event->traffic, 0, sizeof event->traffic);
}

static void
noticed (SbEngine *self, const SbEvent *event)
{
  sb_engine_note (self, SB_ACT_NOTICE, "server", event->notice.code, event->notice.message);
  /* What lasts is a state as well. */
  if (strcmp (event->notice.code, "out_of_descriptors") == 0)
    sb_engine_set_trouble (self, SB_TROUBLE_NETWORK, event->notice.message);
  else if (strcmp (event->notice.code, "accepting_again") == 0)
    sb_engine_set_trouble (self, SB_TROUBLE_NETWORK, NULL);
  sb_engine_emit_notice (self, event->notice.code, event->notice.message);
}

static void
tell_token_table (SbEngine *self, GHashTable *touched)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, touched);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (sb_token_list_find (self->tokens, *(gint64 *) id) != NULL)
      sb_token_list_set_live (self->tokens, *(gint64 *) id, sb_client_list_count_token (self->clients, *(gint64 *) id));
}

/* SbHubEventsFunc */
void
sb_engine_events_cb (SbEvent *events, gsize n_events, gpointer user_data)
{
  SbEngine *self = user_data;
  g_autoptr (GHashTable) touched = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (SbTrafficRecord));

  sb_client_list_begin (self->clients);
  for (gsize i = 0; i < n_events; i++)
    switch (events[i].kind)
      {
      case SB_EVENT_JOINED: joined (self, &events[i], touched); break;
      case SB_EVENT_LEFT: left (self, &events[i], touched); break;
      case SB_EVENT_REFUSED: refused (self, &events[i]); break;
      case SB_EVENT_TRAFFIC: traffic (&events[i], records); break;
      case SB_EVENT_REPORT: sb_engine_report (self, &events[i]); break;
      case SB_EVENT_NOTICE: noticed (self, &events[i]); break;
      default: g_assert_not_reached ();
      }
  sb_client_list_end (self->clients);

  if (records->len > 0)
    sb_traffic_log_append (self->traffic, (SbTrafficRecord *) (gpointer) records->data, records->len);
  tell_token_table (self, touched);
  if (self->n_clients != sb_client_list_count (self->clients))
    {
      self->n_clients = sb_client_list_count (self->clients);
      sb_engine_notify (self, SB_ENGINE_PROP_N_CLIENTS);
    }
}
