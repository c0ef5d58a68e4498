/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the control interface's handlers share: an engine, and requests without anybody who carries them. */

#include "control/sb-control.h"
#include "engine-fixture.h"

typedef struct
{
  EngineFixture engine;
  SbControl *control;
} Fixture;

static inline void
set_up (Fixture *self, gconstpointer data)
{
  engine_fixture_set_up (&self->engine, NULL);
  self->control = sb_control_new (self->engine.engine);
}

static inline void
set_up_started (Fixture *self, gconstpointer data)
{
  set_up (self, NULL);
  engine_start_well (self->engine.engine);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->control);
  engine_fixture_tear_down (&self->engine, NULL);
}

static inline void
set_up_listening (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set_up_started (self, NULL);
  g_assert_true (sb_control_listen (self->control, &error));
  g_assert_no_error (error);
}

/* libsoup ends its connections in the next turns. */
static inline void
tear_down_listening (Fixture *self, gconstpointer data)
{
  sb_control_close (self->control);
  sb_test_iterate ();
  tear_down (self, NULL);
}

/* "/audit?limit=5" */
static inline GHashTable *
split_query (const char *path, char **plain)
{
  const char *mark = strchr (path, '?');
  GHashTable *query;

  *plain = mark != NULL ? g_strndup (path, mark - path) : g_strdup (path);
  query = mark != NULL ? g_uri_parse_params (mark + 1, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
  return query;
}

static inline JsonObject *
call (Fixture *self, const char *method, const char *path, const char *body, guint expected)
{
  g_autofree char *plain = NULL;
  g_autoptr (GHashTable) query = split_query (path, &plain);
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;
  guint status = 0;

  sb_control_handle_async (self->control, method, plain, query, bytes, store_result_cb, &result);
  sb_test_wait (result != NULL);
  node = sb_control_handle_finish (self->control, result, &status);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  if (status != expected)
    {
      g_autofree char *text = json_to_string (node, FALSE);

      g_error ("%s %s %s: %u instead of %u: %s", method, path, body, status, expected, text);
    }
  return json_object_ref (json_node_get_object (node));
}

static inline const char *
get_string (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, NULL);
}

static inline gint64
get_int (JsonObject *object, const char *member)
{
  g_assert_true (json_object_has_member (object, member));
  return json_object_get_int_member (object, member);
}

/* Issues a token; its id. */
static inline gint64
issue (Fixture *self, const char *body, char **secret)
{
  g_autoptr (JsonObject) answer = call (self, "POST", "/tokens", body, 201);

  if (secret != NULL)
    *secret = g_strdup (get_string (answer, "secret"));
  return get_int (answer, "id");
}
