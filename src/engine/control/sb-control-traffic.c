/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-traffic.h"

#include "access/sb-channel.h"
#include "control/sb-control-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* /traffic: what was said, from the log that the engine keeps anyway. The number of a message there is its serial in the log and one,
 * for numbers in this interface begin at 1. */

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 1000
/* The log is looked through in slices, so that whoever else needs the main thread waits no longer than this. */
#define SLICE (2 * G_TIME_SPAN_MILLISECOND)

/* --- which --- */

void
sb_traffic_filter_clear (SbTrafficFilter *self)
{
  sb_traffic_match_clear (&self->match);
  g_clear_pointer (&self->channels, g_free);
  self->token = 0;
  self->direction = -1;
}

static gboolean
passes_peer (const SbTrafficFilter *self, const SbPeer *peer)
{
  return (self->token == 0 || peer->token_id == self->token) &&
         (self->channels == NULL || sb_channel_pattern_matches (self->channels, peer->channel));
}

gboolean
sb_traffic_filter_passes (const SbTrafficFilter *self, const SbTrafficRecord *record)
{
  if (self->direction >= 0 && (int) record->direction != self->direction)
    return FALSE;
  if (record->peer == NULL ? self->token != 0 || self->channels != NULL : !passes_peer (self, record->peer))
    return FALSE;

  return sb_traffic_match_record (&self->match, record);
}

gboolean
sb_traffic_filter_wants_peer (const SbTrafficFilter *self, const SbPeer *peer)
{
  return self->direction < 0 && self->match.kind == SB_TRAFFIC_ALL && self->match.text == NULL &&
         (self->match.client_id == 0 || self->match.client_id == peer->id) && passes_peer (self, peer);
}

/* --- the question --- */

typedef struct
{
  SbRequest *request;
  SbTrafficLog *log;
  SbTrafficFilter filter;
  gboolean follow;
  gboolean forward;    /* from the older to the newer */
  gint64 limit;
  guint64 begin;       /* serials from here … */
  guint64 end;         /* … to before this one are left to be looked at */
  GPtrArray *found;    /* (element-type JsonObject), in the order of the search */
  guint64 n_found;
  guint64 last_found;  /* its serial */
  guint64 newest;      /* serial of the one that comes next, when it was asked */
  gboolean more;
} Search;

static void
search_free (Search *self)
{
  sb_traffic_filter_clear (&self->filter);
  g_ptr_array_unref (self->found);
  g_free (self);
}

/* FALSE: answered. */
static gboolean
read_direction (SbRequest *request, SbTrafficFilter *filter)
{
  const char *text = sb_request_get_query (request, "direction");
  SbDirection direction;

  filter->direction = -1;
  if (text == NULL)
    return TRUE;
  if (!sb_direction_from_id (text, &direction))
    {
      sb_request_fail (request, 400, "invalid_value", "direction", _("“%s” is not a direction: there are client, broadcast and direct."),
                       text);
      return FALSE;
    }
  filter->direction = (int) direction;

  return TRUE;
}

/* FALSE: answered. */
static gboolean
read_filter (SbRequest *request, SbTrafficFilter *filter)
{
  gboolean rejected = FALSE;
  gint64 client = 0;

  if (!sb_request_get_query_integer (request, "client", 1, G_MAXINT64, &client) ||
      !sb_request_get_query_integer (request, "token", 1, G_MAXINT64, &filter->token) ||
      !sb_request_get_query_boolean (request, "rejected", &rejected) || !read_direction (request, filter) ||
      !sb_request_check_pattern (request, "channel"))
    return FALSE;

  filter->match.client_id = (guint64) client;
  filter->match.kind = rejected ? SB_TRAFFIC_REJECTED : SB_TRAFFIC_ALL;
  filter->channels = g_strdup (sb_request_get_query (request, "channel"));
  sb_traffic_match_set_text (&filter->match, sb_request_get_query (request, "text"));

  return TRUE;
}

/* Which part of the log, and from which end. FALSE: answered. */
static gboolean
read_span (SbRequest *request, Search *self)
{
  guint64 n_logged = sb_traffic_log_get_n_logged (self->log);
  gint64 after = -1;
  gint64 before = G_MAXINT64;

  self->limit = self->follow ? 0 : DEFAULT_LIMIT;
  if (!sb_request_get_query_integer (request, "limit", self->follow ? 0 : 1, MAX_LIMIT, &self->limit) ||
      !sb_request_get_query_integer (request, "after", 0, G_MAXINT64, &after) ||
      !sb_request_get_query_integer (request, "before", 1, G_MAXINT64, &before))
    return FALSE;

  self->newest = n_logged;
  self->forward = after >= 0;
  self->begin = self->forward ? MIN ((guint64) after, n_logged) : 0;
  self->end = MIN ((guint64) before - 1, n_logged);

  return TRUE;
}

/* --- the search --- */

/* Looks at the next one. FALSE: there is none, or enough were found. */
static gboolean
step (Search *self)
{
  guint64 log_begin = sb_traffic_log_get_begin (self->log);
  const SbTrafficRecord *record;
  JsonObject *object;
  guint64 serial;

  self->begin = MAX (self->begin, log_begin);
  if (self->begin >= self->end || self->more)
    return FALSE;
  serial = self->forward ? self->begin++ : --self->end;
  record = sb_traffic_log_peek (self->log, (guint) (serial - log_begin));
  if (record == NULL || !sb_traffic_filter_passes (&self->filter, record))
    return TRUE;
  if (self->n_found == (guint64) self->limit)
    {
      self->more = TRUE;
      return FALSE;
    }
  self->n_found++;
  self->last_found = serial;
  if (self->follow)
    return self->n_found < (guint64) self->limit; /* whether there are more does not matter */

  object = json_object_new ();
  sb_json_set_traffic (object, record, serial + 1, FALSE);
  g_ptr_array_add (self->found, object);

  return TRUE;
}

/* The oldest first, whichever way it was searched. */
static void
answer (Search *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_sized_new (self->found->len);

  for (guint i = 0; i < self->found->len; i++)
    json_array_add_object_element (
        array, json_object_ref (g_ptr_array_index (self->found, self->forward ? i : self->found->len - 1 - i)));
  json_object_set_array_member (object, "messages", array);
  json_object_set_boolean_member (object, "more", self->more);
  json_object_set_int_member (object, "kept", g_list_model_get_n_items (G_LIST_MODEL (self->log)));
  json_object_set_int_member (object, "logged", (gint64) sb_traffic_log_get_n_logged (self->log));
  json_object_set_int_member (object, "not_kept", (gint64) sb_traffic_log_get_n_not_kept (self->log));
  sb_request_answer (self->request, 200, object);
}

static gboolean
search_cb (gpointer user_data)
{
  Search *self = user_data;
  gint64 deadline = g_get_monotonic_time () + SLICE;

  while (step (self))
    if (g_get_monotonic_time () > deadline)
      return G_SOURCE_CONTINUE;
  if (self->follow)
    sb_request_answer_stream (self->request, &self->filter, self->n_found > 0 ? self->last_found : self->newest);
  else
    answer (self);
  search_free (self);

  return G_SOURCE_REMOVE;
}

void
sb_control_list_traffic (SbRequest *request)
{
  static const char *const names[] = { "limit", "after", "channel", "client", "token", "direction", "rejected", "text", "follow", "before",
                                       NULL };
  /* What is still to come has no end to stop before. */
  static const char *const follow_names[] = { "limit", "after", "channel", "client", "token", "direction", "rejected", "text", "follow",
                                              NULL };
  gboolean follow = FALSE;
  Search *self;

  if (!sb_request_get_query_boolean (request, "follow", &follow) ||
      !sb_request_check_query (request, follow ? follow_names : names) || !sb_request_check_body (request, NULL, 0))
    return;

  self = g_new0 (Search, 1);
  self->request = request;
  self->log = sb_engine_get_traffic (request->engine);
  self->follow = follow;
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  if (!read_filter (request, &self->filter) || !read_span (request, self))
    {
      search_free (self);
      return;
    }
  if (!self->follow || (!self->forward && self->limit > 0))
    {
      g_idle_add (search_cb, self);
      return;
    }
  sb_request_answer_stream (request, &self->filter, self->forward ? self->begin : self->newest);
  search_free (self);
}

void
sb_control_get_message (SbRequest *request)
{
  SbTrafficLog *log = sb_engine_get_traffic (request->engine);
  guint64 begin = sb_traffic_log_get_begin (log);
  guint64 serial = (guint64) request->id - 1;
  const SbTrafficRecord *record;
  JsonObject *object;

  if (!sb_request_check (request, NULL, 0))
    return;

  record = serial >= begin && serial < sb_traffic_log_get_n_logged (log)
               ? sb_traffic_log_peek (log, (guint) (serial - begin))
               : NULL;
  if (record == NULL)
    {
      sb_request_fail (request, 404, "not_found", NULL, _("Message %" PRId64 " is not in the traffic log."), request->id);
      return;
    }
  object = json_object_new ();
  sb_json_set_traffic (object, record, serial + 1, TRUE);
  sb_request_answer (request, 200, object);
}
