/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control.h"
#include "rules/sb-json-guard.h"
#include "sb-fuzz.h"
#include "support/sb-test-wait.h"

#include <stdlib.h>
#include <string.h>

/* Requests to the control interface of an engine that is open, but does not listen. An input is some requests, parted
 * by lines "%%": a line "METHOD PATH?QUERY", then the body. A "$" in either stands for the id that an answer gave last:
 * the engine never gives one twice, so a number means nothing to the next input. */

#define MAX_REQUESTS 8

static SbEngine *engine;
static SbControl *control;
static char *initial_settings; /* the body that sets them again */
static gint64 last_id;         /* 0: none was given */
static gboolean changed;       /* by this input */

typedef struct
{
  JsonNode *node;
  guint status;
} Answer;

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  engine = sb_engine_open_finish (result, &error);
  g_assert_no_error (error);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->node = sb_control_handle_finish (control, result, &answer->status);
  g_assert_nonnull (answer->node);
}

static Answer
ask (const char *method, const char *path, GHashTable *query, const char *body, gsize length)
{
  g_autoptr (GBytes) bytes = length > 0 ? g_bytes_new (body, length) : NULL;
  Answer answer = { 0 };

  sb_control_handle_async (control, method, path, query, bytes, answered_cb, &answer);
  sb_test_wait (answer.node != NULL);
  return answer;
}

static void
check_answer (const Answer *answer)
{
  static const SbJsonLimits limits = { SB_JSON_MAX_DEPTH, 65536, 10000000, 64 << 20 };
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  g_autofree char *text = json_to_string (answer->node, FALSE);
  SbJsonTrouble trouble;
  JsonObject *object;

  /* Whoever reads it reads as strictly as we do. */
  if (!sb_json_guard_check (guard, text, strlen (text), &limits, &trouble))
    g_error ("the answer is not JSON at %" G_GSIZE_FORMAT ", %s: %s", trouble.offset, trouble.message, text);

  g_assert_true (JSON_NODE_HOLDS_OBJECT (answer->node));
  object = json_node_get_object (answer->node);
  g_assert_cmpuint (answer->status, >=, 200);
  if (answer->status < 300)
    {
      g_assert_false (json_object_has_member (object, "error"));
      return;
    }
  /* Nothing that is asked for makes the program itself fail. */
  if (answer->status < 400 || answer->status >= 500)
    g_error ("status %u: %s", answer->status, text);
  g_assert_cmpstr (json_object_get_string_member (object, "error"), !=, "");
  g_assert_cmpstr (json_object_get_string_member (object, "message"), !=, "");
}

/* A list gives none. */
static void
remember (const char *method, const Answer *answer)
{
  JsonObject *object = json_node_get_object (answer->node);

  if (answer->status >= 300)
    return;
  last_id = json_object_get_int_member_with_default (object, "id", last_id);
  changed = changed || strcmp (method, "GET") != 0;
}

static void
expect (const char *method, const char *path, const char *body)
{
  Answer answer = ask (method, path, NULL, body, strlen (body));

  g_assert_cmpuint (answer.status, ==, 200);
  json_node_unref (answer.node);
}

static void
close_all (void)
{
  g_clear_object (&control);
  sb_engine_close (engine);
  g_clear_object (&engine);
  g_clear_pointer (&initial_settings, g_free);
}

/* Something to find. */
static void
log_traffic (void)
{
  static const char *const texts[] = { "{\"n\": 1}", "nonsense", "\303\244\033[31m", "" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SbPeer) peer = sb_peer_new ();
      SbTrafficRecord record = { .time = 1, .payload = g_bytes_new_static (texts[i], strlen (texts[i])), .size = strlen (texts[i]) };

      peer->id = i + 1;
      peer->token_id = 1;
      peer->channel = g_strdup (i % 2 == 0 ? "/a" : "/room/1");
      if (i < 3)
        record.peer = g_steal_pointer (&peer);
      else
        record.direction = SB_DIRECTION_BROADCAST;
      if (i == 1)
        record.rejection = SB_REJECTED_JSON;
      sb_traffic_log_append (sb_engine_get_traffic (engine), &record, 1);
    }
}

static void
open_engine (void)
{
  g_autofree char *data_dir = g_build_filename (sb_fuzz_get_dir (), "data", NULL);
  Answer settings;

  sb_engine_open_async (data_dir, NULL, TRUE, opened_cb, NULL); /* as for a window: answers come sooner */
  sb_test_wait (engine != NULL);
  log_traffic ();
  control = sb_control_new (engine);
  atexit (close_all);
  settings = ask ("GET", "/settings", NULL, NULL, 0);
  initial_settings = json_to_string (settings.node, FALSE);
  json_node_unref (settings.node);
}

/* Removes all that @path lists, by id. */
static void
remove_all (const char *path)
{
  Answer answer = ask ("GET", path, NULL, NULL, 0);
  JsonArray *list = json_object_get_array_member (json_node_get_object (answer.node), path + 1);

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      g_autofree char *one = g_strdup_printf ("%s/%" G_GINT64_FORMAT, path, json_object_get_int_member (object, "id"));
      g_autofree char *revoke = g_strconcat (one, "/revoke", NULL);

      /* Only of tokens is there one, and nothing else has that state. */
      if (strcmp (path, "/tokens") == 0 && strcmp (json_object_get_string_member (object, "state"), "revoked") != 0)
        expect ("POST", revoke, "");
      expect ("DELETE", one, "");
    }
  json_node_unref (answer.node);
}

static void
remove_schemas (void)
{
  Answer schemas = ask ("GET", "/schemas", NULL, NULL, 0);
  JsonArray *documents = json_object_get_array_member (json_node_get_object (schemas.node), "schemas");

  for (guint i = 0; i < json_array_get_length (documents); i++)
    {
      JsonObject *document = json_array_get_object_element (documents, i);
      g_autoptr (GHashTable) query = g_hash_table_new (g_str_hash, g_str_equal);
      Answer removed;

      g_hash_table_insert (query, (char *) "uri", (char *) json_object_get_string_member (document, "uri"));
      removed = ask ("DELETE", "/schemas", query, NULL, 0);
      g_assert_cmpuint (removed.status, ==, 200);
      json_node_unref (removed.node);
    }
  json_node_unref (schemas.node);
}

static void
remove_blocks (void)
{
  Answer blocks = ask ("GET", "/blocks", NULL, NULL, 0);
  JsonArray *addresses = json_object_get_array_member (json_node_get_object (blocks.node), "blocks");

  for (guint i = 0; i < json_array_get_length (addresses); i++)
    {
      JsonObject *block = json_array_get_object_element (addresses, i);
      g_autofree char *path = g_strconcat ("/blocks/", json_object_get_string_member (block, "address"), NULL);

      expect ("DELETE", path, "");
    }
  json_node_unref (blocks.node);
}

static void
reset_settings (void)
{
  Answer settings = ask ("GET", "/settings", NULL, NULL, 0);
  g_autofree char *text = json_to_string (settings.node, FALSE);

  if (strcmp (text, initial_settings) != 0)
    expect ("PATCH", "/settings", initial_settings);
  json_node_unref (settings.node);
}

/* What an input has changed is undone, so that the next one finds what this one found: but for the journal and the
 * broadcasts, which nothing takes back. Rules before schemas: they may need them. */
static void
start_over (void)
{
  static const char *const lists[] = { "/tokens", "/schedules", "/templates", "/rules" };

  last_id = 0;
  if (!changed)
    return;
  changed = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    remove_all (lists[i]);
  remove_schemas ();
  remove_blocks ();
  reset_settings ();
}

/* Of a device or a pipe that the settings name as the certificate there is no end. */
static gboolean
is_endless (const char *path)
{
  g_autofree char *certificate = sb_settings_get_text (sb_engine_get_settings (engine), "tls-certificate");
  g_autofree char *key = sb_settings_get_text (sb_engine_get_settings (engine), "tls-key");

  return g_str_has_prefix (path, "/certificate") &&
         ((g_file_test (certificate, G_FILE_TEST_EXISTS) && !g_file_test (certificate, G_FILE_TEST_IS_REGULAR)) ||
          (g_file_test (key, G_FILE_TEST_EXISTS) && !g_file_test (key, G_FILE_TEST_IS_REGULAR)));
}

/* As the HTTP server takes a target apart: the path decoded, the query as a form. */
static void
handle (char *target, const char *method, const GString *body)
{
  char *query_text = strchr (target, '?');
  g_autofree char *path = NULL;
  g_autoptr (GHashTable) query = NULL;
  Answer answer;

  if (query_text != NULL)
    *query_text++ = '\0';
  path = g_uri_unescape_string (target, NULL);
  if (path == NULL || is_endless (path))
    return;
  if (query_text != NULL)
    {
      query = g_uri_parse_params (query_text, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
      if (query == NULL)
        return;
    }
  answer = ask (method, path, query, body->str, body->len);
  check_answer (&answer);
  remember (method, &answer);
  json_node_unref (answer.node);
}

static void
put_id (GString *text)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, last_id);

  g_string_replace (text, "$", id, 0);
}

static gboolean
handle_next (SbFuzzInput *input)
{
  const guint8 *end = memmem (input->data, input->size, "\n%%\n", 4);
  SbFuzzInput request = { input->data, end != NULL ? (gsize) (end - input->data) : input->size };
  gsize used = request.size + (end != NULL ? 4 : 0);
  g_autofree char *taken = sb_fuzz_take_line (&request);
  g_autoptr (GString) line = g_string_new (taken);
  g_autoptr (GString) body = g_string_new_len ((const char *) request.data, (gssize) request.size);
  char *target;

  input->data += used;
  input->size -= used;
  put_id (line);
  /* With a NUL in it, it is sent as it is. */
  if (memchr (body->str, '\0', body->len) == NULL)
    put_id (body);
  target = strchr (line->str, ' ');
  if (target != NULL)
    {
      *target++ = '\0';
      handle (target, line->str, body);
    }
  return end != NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };

  if (engine == NULL)
    open_engine ();
  for (guint i = 0; i < MAX_REQUESTS && input.size > 0; i++)
    {
      if (!handle_next (&input))
        break;
    }
  start_over ();
  return 0;
}
