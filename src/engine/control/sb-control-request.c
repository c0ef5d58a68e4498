/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include "access/sb-channel.h"
#include "rules/sb-json-guard.h"
#include "store/sb-database.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* From a method, a path and bytes to the handler that answers. */

#define MAX_DEPTH 8
#define MAX_MEMBERS 64
#define MAX_VALUES 100000

static const SbRoute routes[] = {
  { "GET", "/status", sb_control_get_status },
  { "GET", "/tokens", sb_control_list_tokens },
  { "POST", "/tokens", sb_control_issue_token },
  { "GET", "/tokens/#", sb_control_get_token },
  { "PATCH", "/tokens/#", sb_control_edit_token },
  { "DELETE", "/tokens/#", sb_control_delete_token },
  { "POST", "/tokens/#/revoke", sb_control_revoke_token },
  { "POST", "/tokens/#/rotate", sb_control_rotate_token },
  { "POST", "/tokens/#/restore", sb_control_restore_token },
  { "GET", "/clients", sb_control_list_clients },
  { "GET", "/clients/#", sb_control_get_client },
  { "POST", "/clients/#/disconnect", sb_control_disconnect_client },
  { "POST", "/clients/#/send", sb_control_send_to_client },
  { "GET", "/left", sb_control_list_left },
  { "GET", "/channels", sb_control_list_channels },
  { "GET", "/traffic", sb_control_list_traffic },
  { "GET", "/traffic/#", sb_control_get_message },
  { "GET", "/broadcasts", sb_control_list_broadcasts },
  { "POST", "/broadcasts", sb_control_broadcast },
  { "GET", "/broadcasts/#", sb_control_get_broadcast },
  { "GET", "/retained", sb_control_list_retained },
  { "GET", "/retained/#", sb_control_get_retained },
  { "DELETE", "/retained/#", sb_control_release_retained },
  { "GET", "/templates", sb_control_list_templates },
  { "POST", "/templates", sb_control_save_template },
  { "GET", "/templates/#", sb_control_get_template },
  { "PATCH", "/templates/#", sb_control_change_template },
  { "DELETE", "/templates/#", sb_control_delete_template },
  { "POST", "/templates/#/send", sb_control_send_template },
  { "GET", "/schedules", sb_control_list_schedules },
  { "POST", "/schedules", sb_control_add_schedule },
  { "GET", "/schedules/#", sb_control_get_schedule },
  { "DELETE", "/schedules/#", sb_control_stop_schedule },
  { "GET", "/metrics", sb_control_get_metrics },
  { "GET", "/audit", sb_control_get_audit },
  { "GET", "/settings", sb_control_get_settings },
  { "PATCH", "/settings", sb_control_change_settings },
  { "GET", "/certificate", sb_control_get_certificate },
  { "POST", "/certificate", sb_control_make_certificate },
  { "GET", "/rules", sb_control_list_rules },
  { "PUT", "/rules", sb_control_put_rule },
  { "POST", "/rules/test", sb_control_test_message },
  { "GET", "/rules/#", sb_control_get_rule },
  { "PATCH", "/rules/#", sb_control_change_rule },
  { "DELETE", "/rules/#", sb_control_remove_rule },
  { "GET", "/schemas", sb_control_list_schemas },
  { "PUT", "/schemas", sb_control_put_schema },
  { "DELETE", "/schemas", sb_control_remove_schema },
  { "GET", "/blocks", sb_control_list_blocks },
  { "POST", "/blocks", sb_control_block_address },
  { "DELETE", "/blocks/*", sb_control_unblock_address },
};

/* --- answers --- */

/* Methods, paths and queries come as any bytes, and are quoted. JSON is UTF-8 (RFC 8259 §8.1). */
static void
set_text (JsonObject *object, const char *name, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_object_set_string_member (object, name, valid);
}

/* Messages made of others may lack their full stop. */
static JsonNode *
make_error (const char *code, const char *field, const char *text)
{
  gboolean is_sentence = text[0] != '\0' && strchr (".!?", text[strlen (text) - 1]) != NULL;
  g_autofree char *message = g_strconcat (text, is_sentence ? NULL : ".", NULL);
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_set_string_member (object, "error", code);
  set_text (object, "message", message);
  if (field != NULL)
    set_text (object, "field", field);
  json_object_unref (object);

  return node;
}

SbControlReply *
sb_control_reply_new_error (guint status, const char *code, const char *message)
{
  SbControlReply *self = g_new0 (SbControlReply, 1);

  self->status = status;
  self->node = make_error (code, NULL, message);

  return self;
}

void
sb_control_reply_free (SbControlReply *self)
{
  g_clear_pointer (&self->node, json_node_unref);
  g_free (self->allow);
  g_free (self->text);
  if (self->follow != NULL)
    sb_traffic_filter_clear (self->follow);
  g_free (self->follow);
  g_free (self);
}

static void
request_free (SbRequest *self)
{
  g_object_unref (self->engine);
  g_object_unref (self->task);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->body, json_object_unref);
  g_free (self->name);
  g_free (self);
}

static void
give (SbRequest *self, SbControlReply *reply)
{
  g_task_return_pointer (self->task, reply, (GDestroyNotify) sb_control_reply_free);
  request_free (self);
}

/* Takes @object; frees the request. */
void
sb_request_answer (SbRequest *self, guint status, JsonObject *object)
{
  SbControlReply *reply = g_new0 (SbControlReply, 1);

  reply->status = status;
  reply->node = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
  give (self, reply);
}

/* Takes @array, the one member of the answer. Frees the request. */
void
sb_request_answer_list (SbRequest *self, const char *name, JsonArray *array)
{
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, name, array);
  sb_request_answer (self, 200, object);
}

/* Takes @text, the whole answer; @type is static. Frees the request. */
void
sb_request_answer_text (SbRequest *self, char *text, const char *type)
{
  SbControlReply *reply = g_new0 (SbControlReply, 1);

  reply->status = 200;
  reply->text = text;
  reply->text_type = type;
  give (self, reply);
}

/* The answer is a stream of what @filter lets through, beginning with the message of serial @from. @filter is taken, and left zeroed.
 * Frees the request. */
void
sb_request_answer_stream (SbRequest *self, SbTrafficFilter *filter, guint64 from)
{
  SbControlReply *reply;

  if (!self->streams)
    {
      sb_request_fail (self, 409, "not_running", NULL, _("The server is not running. Start it first."));
      return;
    }

  reply = g_new0 (SbControlReply, 1);
  reply->status = 200;
  reply->follow = g_memdup2 (filter, sizeof *filter);
  reply->follow_from = from;
  *filter = (SbTrafficFilter){ .direction = -1 };
  give (self, reply);
}

/* Takes @object, which is the answer where the engine's command, whose @result this is, went well. Frees the
 * request. */
void
sb_request_answer_command (SbRequest *self, GAsyncResult *result, JsonObject *object)
{
  g_autoptr (GError) error = NULL;

  if (sb_engine_command_finish (self->engine, result, &error) >= 0)
    {
      sb_request_answer (self, 200, object);
      return;
    }

  json_object_unref (object);
  sb_request_fail_error (self, error);
}

/* The same, with the number in the path and what was @done about it: "deleted". */
void
sb_request_answer_done (SbRequest *self, GAsyncResult *result, const char *done)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", self->id);
  json_object_set_boolean_member (object, done, TRUE);
  sb_request_answer_command (self, result, object);
}

/* @field: the member of the body, or of the query, that is to blame; NULL for none. Frees the request. */
void
sb_request_fail (SbRequest *self, guint status, const char *code, const char *field, const char *format, ...)
{
  SbControlReply *reply = g_new0 (SbControlReply, 1);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  reply->status = status;
  reply->node = make_error (code, field, message);
  give (self, reply);
}

static const char *
token_error_to_field (int code)
{
  switch ((SbTokenError) code)
    {
    case SB_TOKEN_ERROR_LABEL: return "label";
    case SB_TOKEN_ERROR_CHANNELS: return "channels";
    case SB_TOKEN_ERROR_EXPIRY: return "expires_at";
    case SB_TOKEN_ERROR_LIMIT:
    default: return NULL;
    }
}

static const char *
rule_error_to_field (int code)
{
  switch ((SbRuleError) code)
    {
    case SB_RULE_ERROR_CHANNEL: return "channels";
    case SB_RULE_ERROR_KIND: return "text";
    case SB_RULE_ERROR_SCHEMA: return "schema";
    case SB_RULE_ERROR_URI: return "uri";
    case SB_RULE_ERROR_LIMIT:
    case SB_RULE_ERROR_IN_USE:
    default: return NULL;
    }
}

/* With the place of a fault in a schema. Frees the request. */
static void
fail_rule (SbRequest *self, const GError *error)
{
  const SbRulePlace *place = sb_rule_error_get_place (error);
  gboolean in_use = error->code == SB_RULE_ERROR_IN_USE;
  SbControlReply *reply = g_new0 (SbControlReply, 1);
  JsonObject *object;

  reply->status = in_use ? 409 : 400;
  reply->node = make_error (in_use ? "wrong_state" : "invalid_value", rule_error_to_field (error->code), error->message);
  object = json_node_get_object (reply->node);
  if (place != NULL && place->pointer != NULL)
    set_text (object, "pointer", place->pointer);
  if (place != NULL && place->line > 0)
    {
      json_object_set_int_member (object, "offset", (gint64) place->offset);
      json_object_set_int_member (object, "line", place->line);
      json_object_set_int_member (object, "column", place->column);
    }
  give (self, reply);
}

static guint
engine_error_to_status (int error, const char **code)
{
  switch ((SbEngineError) error)
    {
    case SB_ENGINE_ERROR_IN_USE: *code = "in_use"; return 409;
    case SB_ENGINE_ERROR_NOT_RUNNING: *code = "not_running"; return 409;
    case SB_ENGINE_ERROR_STATE: *code = "wrong_state"; return 409;
    case SB_ENGINE_ERROR_NOT_FOUND: *code = "not_found"; return 404;
    case SB_ENGINE_ERROR_INVALID: *code = "invalid_value"; return 400;
    case SB_ENGINE_ERROR_CERTIFICATE: *code = "bad_certificate"; return 409;
    default: *code = "internal_error"; return 500;
    }
}

/* The errors of docs/control.md. Frees the request. */
void
sb_request_fail_error (SbRequest *self, const GError *error)
{
  const char *code = "internal_error";
  const char *field = NULL;
  guint status = 500;

  if (error->domain == SB_RULE_ERROR)
    {
      fail_rule (self, error);
      return;
    }
  if (error->domain == SB_ENGINE_ERROR)
    status = engine_error_to_status (error->code, &code);
  else if (error->domain == SB_TOKEN_ERROR)
    {
      status = 400;
      code = "invalid_value";
      field = token_error_to_field (error->code);
    }
  else if (g_error_matches (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED))
    {
      status = 409;
      code = "wrong_state";
    }
  else if (error->domain == SB_DATABASE_ERROR)
    {
      gboolean not_found = error->code == SB_DATABASE_ERROR_NOT_FOUND;

      status = not_found ? 404 : error->code == SB_DATABASE_ERROR_FULL ? 507 : 500;
      code = not_found ? "not_found" : "store_failed";
    }
  else if (error->domain == SB_SETTINGS_ERROR)
    {
      status = error->code == SB_SETTINGS_ERROR_FILE ? 500 : 400;
      code = error->code == SB_SETTINGS_ERROR_FILE          ? "store_failed"
             : error->code == SB_SETTINGS_ERROR_UNKNOWN_KEY ? "unknown_field"
                                                            : "invalid_value";
    }
  else if (error->domain == G_FILE_ERROR)
    {
      status = error->code == G_FILE_ERROR_NOSPC ? 507 : 500;
      code = "store_failed";
    }

  sb_request_fail (self, status, code, field, "%s", error->message);
}

/* --- query --- */

/* Names what is not known, so that a slip does not go unnoticed. FALSE: answered. */
gboolean
sb_request_check_query (SbRequest *self, const char *const *names)
{
  GHashTableIter iter;
  gpointer name;

  if (self->query == NULL)
    return TRUE;

  g_hash_table_iter_init (&iter, self->query);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (names, name))
      {
        sb_request_fail (self, 400, "unknown_field", name, _("“%s” is not known in the query of this path."),
                         (const char *) name);
        return FALSE;
      }

  return TRUE;
}

const char *
sb_request_get_query (SbRequest *self, const char *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

/* Leaves *@value as it is where the query does not have @name. FALSE: answered. */
gboolean
sb_request_get_query_integer (SbRequest *self, const char *name, gint64 min, gint64 max, gint64 *value)
{
  const char *text = sb_request_get_query (self, name);

  if (text == NULL || g_ascii_string_to_signed (text, 10, min, max, value, NULL))
    return TRUE;

  sb_request_fail (self, 400, "invalid_value", name,
                   _("“%s” has to be a whole number from %" PRId64 " to %" PRId64 "."), name, min,
                   max);

  return FALSE;
}

/* The same for true or false. */
gboolean
sb_request_get_query_boolean (SbRequest *self, const char *name, gboolean *value)
{
  const char *text = sb_request_get_query (self, name);

  if (text == NULL || g_str_equal (text, "true") || g_str_equal (text, "false"))
    {
      *value = text != NULL ? g_str_equal (text, "true") : *value;
      return TRUE;
    }

  sb_request_fail (self, 400, "invalid_value", name, _("“%s” has to be true or false."), name);

  return FALSE;
}

/* Whether @name, where the query has it, is a pattern of channels. FALSE: answered. */
gboolean
sb_request_check_pattern (SbRequest *self, const char *name)
{
  const char *pattern = sb_request_get_query (self, name);
  g_autoptr (GError) error = NULL;

  if (pattern == NULL || sb_channel_pattern_check (pattern, &error))
    return TRUE;

  sb_request_fail (self, 400, "invalid_value", name, _("“%s” is not a channel: %s"), pattern, error->message);

  return FALSE;
}

/* --- routing --- */

static gboolean
segment_matches (const char *pattern, const char *segment, SbRequest *request)
{
  if (strcmp (pattern, "#") == 0)
    return g_ascii_isdigit (segment[0]) && g_ascii_string_to_signed (segment, 10, 1, G_MAXINT64, &request->id, NULL);
  if (strcmp (pattern, "*") == 0)
    {
      g_set_str (&request->name, segment);
      return segment[0] != '\0';
    }

  return strcmp (pattern, segment) == 0;
}

static gboolean
route_matches (const SbRoute *route, char **segments, SbRequest *request)
{
  g_auto (GStrv) pattern = g_strsplit (route->path, "/", -1);

  if (g_strv_length (pattern) != g_strv_length (segments))
    return FALSE;
  for (guint i = 0; pattern[i] != NULL; i++)
    if (!segment_matches (pattern[i], segments[i], request))
      return FALSE;

  return TRUE;
}

/* The route, or NULL with the methods that the path knows in *@allow (NULL where it knows none). */
static const SbRoute *
find_route (const char *method, const char *path, SbRequest *request, char **allow)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  g_autoptr (GString) methods = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!route_matches (&routes[i], segments, request))
        continue;
      if (strcmp (routes[i].method, method) == 0)
        return &routes[i];
      g_string_append_printf (methods, "%s%s", methods->len > 0 ? ", " : "", routes[i].method);
    }
  *allow = methods->len > 0 ? g_strdup (methods->str) : NULL;

  return NULL;
}

static void
fail_route (SbRequest *self, const char *method, const char *path, char *allow)
{
  SbControlReply *reply;
  g_autofree char *message = NULL;

  if (allow == NULL)
    {
      sb_request_fail (self, 404, "not_found", NULL, _("There is no “%s”."), path);
      return;
    }

  /* Translators: the method of a request and those that are possible, as in "POST", "GET, PUT" */
  message = g_strdup_printf (_("%s is not possible here; what is: %s."), method, allow);
  reply = sb_control_reply_new_error (405, "method_not_allowed", message);
  reply->allow = allow;
  give (self, reply);
}

/* --- body --- */

/* The bytes pass the guard before the parser sees them. FALSE: answered. */
static gboolean
read_body (SbRequest *self, GBytes *bytes, gsize max)
{
  g_autoptr (SbJsonGuard) guard = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) error = NULL;
  SbJsonLimits limits = {
    .max_depth = MAX_DEPTH, .max_members = MAX_MEMBERS, .max_values = MAX_VALUES, .max_string = max
  };
  SbJsonTrouble trouble;
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (length == 0)
    {
      self->body = json_object_new ();
      return TRUE;
    }
  if (length > max)
    {
      sb_request_fail (self, 413, "too_big", NULL, _("The request has more than %zu bytes."), max);
      return FALSE;
    }

  guard = sb_json_guard_new ();
  if (!sb_json_guard_check (guard, text, length, &limits, &trouble))
    {
      sb_request_fail (self, 400, "bad_request", NULL, _("The request is not JSON: line %u, column %u: %s."),
                       trouble.line, trouble.column, trouble.message);
      return FALSE;
    }

  parser = json_parser_new ();
  json_parser_set_strict (parser, TRUE);
  if (!json_parser_load_from_data (parser, text, (gssize) length, &error))
    {
      sb_request_fail (self, 400, "bad_request", NULL, _("The request is not JSON: %s"), error->message);
      return FALSE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      sb_request_fail (self, 400, "bad_request", NULL, _("The request has to be a JSON object."));
      return FALSE;
    }
  self->body = json_object_ref (json_node_get_object (json_parser_get_root (parser)));

  return TRUE;
}

/* Sees to it that @task gets its one #SbControlReply; @streams: which may be a stream. */
void
sb_control_dispatch (SbControl *self, GTask *task, const char *method, const char *path, GHashTable *query,
                     GBytes *body, gboolean streams)
{
  SbRequest *request = g_new0 (SbRequest, 1);
  const SbRoute *route;
  char *allow = NULL;

  request->control = self;
  request->engine = g_object_ref (sb_control_get_engine (self));
  request->task = g_object_ref (task);
  request->query = query != NULL ? g_hash_table_ref (query) : NULL;
  request->streams = streams;

  route = find_route (method, path, request, &allow);
  if (route == NULL)
    fail_route (request, method, path, allow);
  else if (read_body (request, body, sb_control_get_max_body (self)))
    route->func (request);
}
