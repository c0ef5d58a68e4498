/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include "access/sb-channel.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* /rules and /schemas */

static const SbField spec_fields[] = {
  { "channels", SB_FIELD_STRING },
  { "enabled", SB_FIELD_BOOLEAN },
  { "text", SB_FIELD_BOOLEAN },
  { "binary", SB_FIELD_BOOLEAN },
  { "max_size", SB_FIELD_INTEGER, 0, G_MAXINT32 },
  { "max_depth", SB_FIELD_INTEGER, 0, G_MAXINT32 },
  { "messages_per_second", SB_FIELD_INTEGER, 0, G_MAXINT32 },
  { "schema", SB_FIELD_STRING },
  { "assert_format", SB_FIELD_BOOLEAN },
  { "on_failure", SB_FIELD_STRING },
};

/* --- look --- */

/* The row, or NULL with the request answered. */
static SbRuleItem *
find (SbRequest *request)
{
  SbRuleItem *item = sb_rule_list_find (sb_engine_get_rules (request->engine), request->id);

  if (item == NULL)
    sb_request_fail (request, 404, "not_found", NULL, _("There is no rule %" PRId64 "."), request->id);

  return item;
}

void
sb_control_list_rules (SbRequest *request)
{
  static const char *const names[] = { "channels", NULL };
  GListModel *rules = G_LIST_MODEL (sb_engine_get_rules (request->engine));
  const char *channels = sb_request_get_query (request, "channels");
  JsonArray *array;

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0))
    return;

  array = json_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (rules); i++)
    {
      g_autoptr (SbRuleItem) item = g_list_model_get_item (rules, i);
      SbRule *rule = sb_rule_item_get_rule (item);

      if (channels == NULL || strcmp (channels, rule->spec.pattern) == 0)
        json_array_add_object_element (array, sb_rule_to_json (rule));
    }
  sb_request_answer_list (request, "rules", array);
}

void
sb_control_get_rule (SbRequest *request)
{
  SbRuleItem *item;

  if (sb_request_check (request, NULL, 0) &&
      (item = find (request)) != NULL)
    sb_request_answer (request, 200, sb_rule_to_json (sb_rule_item_get_rule (item)));
}

/* --- set, remove --- */

/* What the body says, over what @spec says already. FALSE: answered. */
static gboolean
read_spec (SbRequest *request, SbRuleSpec *spec)
{
  if (sb_request_has (request, "channels"))
    g_set_str (&spec->pattern, sb_request_get_string (request, "channels"));
  if (sb_request_has (request, "enabled"))
    spec->enabled = sb_request_get_boolean (request, "enabled");
  if (sb_request_has (request, "text"))
    spec->allow_text = sb_request_get_boolean (request, "text");
  if (sb_request_has (request, "binary"))
    spec->allow_binary = sb_request_get_boolean (request, "binary");
  if (sb_request_has (request, "max_size"))
    spec->max_size = (guint) sb_request_get_integer (request, "max_size");
  if (sb_request_has (request, "max_depth"))
    spec->max_depth = (guint) sb_request_get_integer (request, "max_depth");
  if (sb_request_has (request, "messages_per_second"))
    spec->messages_per_second = (guint) sb_request_get_integer (request, "messages_per_second");
  if (sb_request_has (request, "schema"))
    g_set_str (&spec->schema, sb_request_get_string (request, "schema"));
  if (sb_request_has (request, "assert_format"))
    spec->assert_format = sb_request_get_boolean (request, "assert_format");
  if (sb_request_has (request, "on_failure") &&
      !sb_rule_failure_from_id (sb_request_get_string (request, "on_failure"), &spec->on_failure))
    {
      sb_request_fail (request, 400, "invalid_value", "on_failure",
                       _("“on_failure” has to be reply, drop or disconnect."));
      return FALSE;
    }

  return TRUE;
}

static void
set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = sb_engine_set_rule_finish (SB_ENGINE (source), result, &error);
  SbRuleItem *item = rule != NULL ? sb_rule_list_find (sb_engine_get_rules (request->engine), rule->id) : NULL;

  if (rule == NULL)
    sb_request_fail_error (request, error);
  else
    /* The row's has the counts. */
    sb_request_answer (request, request->id == 0 ? 201 : 200,
                       sb_rule_to_json (item != NULL ? sb_rule_item_get_rule (item) : rule));
}

static void
set (SbRequest *request, SbRuleItem *item)
{
  g_autoptr (SbRuleSpec) spec =
      item != NULL ? sb_rule_spec_copy (&sb_rule_item_get_rule (item)->spec) : sb_rule_spec_new (NULL);

  request->id = item != NULL ? sb_rule_item_get_id (item) : 0;
  if (read_spec (request, spec))
    sb_engine_set_rule_async (request->engine, SB_CONTROL_ACTOR, request->id, spec, set_cb, request);
}

void
sb_control_change_rule (SbRequest *request)
{
  SbRuleItem *item;

  if (sb_request_check (request, spec_fields, G_N_ELEMENTS (spec_fields)) && (item = find (request)) != NULL)
    set (request, item);
}

/* Makes the rule for these channels, or changes it. */
void
sb_control_put_rule (SbRequest *request)
{
  if (!sb_request_check (request, spec_fields, G_N_ELEMENTS (spec_fields)))
    return;
  if (!sb_request_has (request, "channels"))
    {
      sb_request_fail (request, 400, "missing_field", "channels", _("“channels” is missing."));
      return;
    }

  set (request, sb_rule_list_find_pattern (sb_engine_get_rules (request->engine),
                                           sb_request_get_string (request, "channels")));
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  sb_request_answer_done (user_data, result, "removed");
}

void
sb_control_remove_rule (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_remove_rule_async (request->engine, SB_CONTROL_ACTOR, request->id, removed_cb, request);
}

/* --- test --- */

static JsonObject *
finding_to_json (const SbRuleFinding *finding)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "cause", finding->cause);
  json_object_set_string_member (object, "message", finding->message);
  sb_json_set_string (object, "pointer", finding->pointer);
  sb_json_set_string (object, "schema_pointer", finding->schema_pointer);
  if (finding->offset != G_MAXSIZE)
    {
      json_object_set_int_member (object, "offset", (gint64) finding->offset);
      json_object_set_int_member (object, "length", (gint64) finding->length);
      json_object_set_int_member (object, "line", finding->line);
      json_object_set_int_member (object, "column", finding->column);
    }

  return object;
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (SbRuleReport) report = sb_engine_test_message_finish (SB_ENGINE (source), result, NULL);
  JsonObject *object = json_object_new ();
  JsonArray *errors = json_array_new ();

  json_object_set_boolean_member (object, "passed", report->check == SB_CHECK_PASSED);
  if (report->rule != NULL)
    {
      json_object_set_int_member (object, "rule", report->rule->id);
      json_object_set_string_member (object, "channels", report->rule->spec.pattern);
      json_object_set_string_member (object, "on_failure", sb_rule_failure_to_id (report->rule->spec.on_failure));
    }
  else
    json_object_set_null_member (object, "rule");
  sb_json_set_string (object, "code", report->code);
  for (guint i = 0; i < report->findings->len; i++)
    json_array_add_object_element (errors, finding_to_json (g_ptr_array_index (report->findings, i)));
  json_object_set_array_member (object, "errors", errors);
  sb_request_answer (request, 200, object);
}

void
sb_control_test_message (SbRequest *request)
{
  static const SbField fields[] = {
    { "channel", SB_FIELD_STRING, .required = TRUE },
    { "message", SB_FIELD_STRING },
    { "base64", SB_FIELD_STRING },
  };
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  const char *channel;
  gboolean binary;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;
  channel = sb_request_get_string (request, "channel");
  if (!sb_channel_check (channel, &error))
    {
      sb_request_fail (request, 400, "invalid_value", "channel", "%s", error->message);
      return;
    }

  payload = sb_request_dup_payload (request, &binary);
  if (payload != NULL)
    sb_engine_test_message_async (request->engine, NULL, channel, binary, payload, tested_cb, request);
}

/* --- schema documents --- */

static JsonObject *
document_to_json (SbEngine *engine, const SbSchemaDocument *document)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "uri", document->uri);
  json_object_set_int_member (object, "size", (gint64) strlen (document->text));
  json_object_set_int_member (object, "rules", sb_engine_count_schema_users (engine, document->uri));
  sb_json_set_time (object, "changed_at", document->changed_at);
  json_object_set_string_member (object, "schema", document->text);

  return object;
}

void
sb_control_list_schemas (SbRequest *request)
{
  static const char *const names[] = { "uri", NULL };
  GPtrArray *documents = sb_engine_get_schemas (request->engine);
  const char *uri = sb_request_get_query (request, "uri");
  JsonArray *array;

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0))
    return;

  array = json_array_new ();
  for (guint i = 0; i < documents->len; i++)
    {
      const SbSchemaDocument *document = g_ptr_array_index (documents, i);

      if (uri == NULL || strcmp (uri, document->uri) == 0)
        json_array_add_object_element (array, document_to_json (request->engine, document));
    }
  sb_request_answer_list (request, "schemas", array);
}

static void
schema_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "uri", sb_request_get_string (request, "uri"));
  json_object_set_int_member (object, "size", (gint64) strlen (sb_request_get_string (request, "schema")));
  sb_request_answer_command (request, result, object);
}

void
sb_control_put_schema (SbRequest *request)
{
  static const SbField fields[] = {
    { "uri", SB_FIELD_STRING, .required = TRUE },
    { "schema", SB_FIELD_STRING, .required = TRUE },
  };

  if (sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    sb_engine_add_schema_async (request->engine, SB_CONTROL_ACTOR, sb_request_get_string (request, "uri"),
                                sb_request_get_string (request, "schema"), schema_added_cb, request);
}

static void
schema_removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "uri", sb_request_get_query (request, "uri"));
  json_object_set_boolean_member (object, "removed", TRUE);
  sb_request_answer_command (request, result, object);
}

void
sb_control_remove_schema (SbRequest *request)
{
  static const char *const names[] = { "uri", NULL };
  const char *uri = sb_request_get_query (request, "uri");

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0))
    return;
  if (uri == NULL)
    {
      sb_request_fail (request, 400, "missing_field", "uri", _("“uri” is missing in the query."));
      return;
    }

  sb_engine_remove_schema_async (request->engine, SB_CONTROL_ACTOR, uri, schema_removed_cb, request);
}
