/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include "sb-setting.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* /status, /audit and /settings */

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 10000

/* --- status --- */

static JsonObject *
totals_to_json (SbEngine *engine)
{
  JsonObject *object = json_object_new ();
  SbHubTotals totals;

  sb_engine_get_totals (engine, &totals);
  json_object_set_int_member (object, "messages_in", (gint64) totals.messages_in);
  json_object_set_int_member (object, "messages_out", (gint64) totals.messages_out);
  json_object_set_int_member (object, "bytes_in", (gint64) totals.bytes_in);
  json_object_set_int_member (object, "bytes_out", (gint64) totals.bytes_out);
  json_object_set_int_member (object, "rejected", (gint64) totals.rejected);
  json_object_set_int_member (object, "dropped", (gint64) totals.dropped);
  json_object_set_int_member (object, "refused", (gint64) totals.refused);
  json_object_set_int_member (object, "backlog", (gint64) totals.backlog);
  json_object_set_int_member (object, "held", (gint64) totals.held);
  json_object_set_int_member (object, "arriving", (gint64) totals.arriving);
  json_object_set_int_member (object, "refused_full", (gint64) totals.refused_full);
  json_object_set_int_member (object, "refused_address", (gint64) totals.refused_address);
  json_object_set_int_member (object, "refused_token", (gint64) totals.refused_token);
  json_object_set_int_member (object, "refused_attempts", (gint64) totals.refused_attempts);
  json_object_set_int_member (object, "handshake_timeouts", (gint64) totals.handshake_timeouts);
  json_object_set_int_member (object, "accept_pauses", (gint64) totals.accept_pauses);
  json_object_set_int_member (object, "closed_rejected", (gint64) totals.closed_rejected);
  json_object_set_int_member (object, "closed_silent", (gint64) totals.closed_silent);
  json_object_set_int_member (object, "closed_slow", (gint64) totals.closed_slow);
  json_object_set_int_member (object, "closed_memory", (gint64) totals.closed_memory);
  json_object_set_int_member (object, "closed_busy", (gint64) totals.closed_busy);
  json_object_set_int_member (object, "replies_withheld", (gint64) totals.replies_withheld);

  return object;
}

static JsonObject *
rates_to_json (SbEngine *engine)
{
  SbMeter *meter = sb_engine_get_meter (engine);
  JsonObject *object = json_object_new ();

  json_object_set_double_member (object, "messages_in", sb_meter_get_current (meter, SB_MEASURE_MESSAGES_IN));
  json_object_set_double_member (object, "messages_out", sb_meter_get_current (meter, SB_MEASURE_MESSAGES_OUT));
  json_object_set_double_member (object, "bytes_in", sb_meter_get_current (meter, SB_MEASURE_BYTES_IN));
  json_object_set_double_member (object, "bytes_out", sb_meter_get_current (meter, SB_MEASURE_BYTES_OUT));
  json_object_set_double_member (object, "rejected", sb_meter_get_current (meter, SB_MEASURE_REJECTED));
  json_object_set_double_member (object, "refused", sb_meter_get_current (meter, SB_MEASURE_REFUSED));

  return object;
}

void
sb_control_get_status (SbRequest *request)
{
  SbEngine *engine = request->engine;
  g_autofree char *program = NULL;
  g_autofree char *metrics = NULL;
  g_auto (GStrv) uris = NULL;
  JsonObject *object;

  if (!sb_request_check (request, NULL, 0))
    return;

  uris = sb_engine_dup_uris (engine);
  program = g_path_get_basename (g_get_prgname () != NULL ? g_get_prgname () : "signalbox");
  object = json_object_new ();
  json_object_set_string_member (object, "program", program);
  json_object_set_string_member (object, "version", PACKAGE_VERSION);
  json_object_set_int_member (object, "pid", getpid ());
  json_object_set_string_member (object, "data_dir", sb_engine_get_data_dir (engine));
  json_object_set_string_member (object, "state", sb_engine_state_to_id (sb_engine_get_state (engine)));
  if (sb_engine_get_state_message (engine) != NULL)
    json_object_set_string_member (object, "problem", sb_engine_get_state_message (engine));
  else
    json_object_set_null_member (object, "problem");
  json_object_set_int_member (object, "port", sb_engine_get_port (engine));
  sb_json_set_strings (object, "uris", uris);
  metrics = sb_control_dup_metrics_uri (request->control);
  sb_json_set_string (object, "metrics", metrics);
  sb_json_set_time (object, "started_at", sb_engine_get_started_at (engine));
  json_object_set_int_member (object, "clients", sb_client_list_count (sb_engine_get_clients (engine)));
  json_object_set_int_member (object, "tokens",
                              g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (engine))));
  json_object_set_int_member (object, "active_tokens", sb_token_list_get_n_active (sb_engine_get_tokens (engine)));
  json_object_set_object_member (object, "totals", totals_to_json (engine));
  json_object_set_object_member (object, "per_second", rates_to_json (engine));
  sb_request_answer (request, 200, object);
}

/* --- audit --- */

static void
audit_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = sb_engine_read_audit_finish (SB_ENGINE (source), result, &error);
  JsonArray *array;

  if (entries == NULL)
    {
      sb_request_fail_error (request, error);
      return;
    }

  array = json_array_sized_new (entries->len);
  for (guint i = 0; i < entries->len; i++)
    json_array_add_object_element (array, sb_journal_entry_to_json (g_ptr_array_index (entries, i)));
  sb_request_answer_list (request, "entries", array);
}

void
sb_control_get_audit (SbRequest *request)
{
  static const char *const names[] = { "limit", "before", "act", NULL };
  const char *act_id = sb_request_get_query (request, "act");
  gint64 limit = DEFAULT_LIMIT;
  gint64 before = G_MAXINT64;
  SbAct act = SB_N_ACTS;

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0) ||
      !sb_request_get_query_integer (request, "limit", 1, MAX_LIMIT, &limit) ||
      !sb_request_get_query_integer (request, "before", 1, G_MAXINT64, &before))
    return;
  if (act_id != NULL && !sb_act_from_id (act_id, &act))
    {
      sb_request_fail (request, 400, "invalid_value", "act",
                       _("“%s” is not a kind of event in the audit trail."), act_id);
      return;
    }

  sb_engine_read_audit_async (request->engine, before, act, (guint) limit, audit_read_cb, request);
}

/* --- settings --- */

static JsonNode *
value_to_json (const GValue *value)
{
  JsonNode *node = json_node_alloc ();

  if (G_VALUE_HOLDS_BOOLEAN (value))
    return json_node_init_boolean (node, g_value_get_boolean (value));
  if (G_VALUE_HOLDS_UINT (value))
    return json_node_init_int (node, g_value_get_uint (value));
  if (G_VALUE_HOLDS_UINT64 (value))
    return json_node_init_int (node, (gint64) g_value_get_uint64 (value));
  if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    {
      JsonArray *array = json_array_new ();
      char **strings = g_value_get_boxed (value);

      for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
        json_array_add_string_element (array, strings[i]);
      json_node_init_array (node, array);
      json_array_unref (array);
      return node;
    }

  return json_node_init_string (node, g_value_get_string (value));
}

static void
answer_settings (SbRequest *request)
{
  SbSettings *settings = sb_engine_get_settings (request->engine);
  g_auto (GStrv) keys = sb_settings_list_keys (settings);
  JsonObject *object = json_object_new ();

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (settings), keys[i], &value);
      json_object_set_member (object, keys[i], value_to_json (&value));
    }
  sb_request_answer (request, 200, object);
}

void
sb_control_get_settings (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    answer_settings (request);
}

/* Whether a size is given as the file has it: "4 KiB". */
static gboolean
is_size_as_text (SbRequest *request, const char *key)
{
  SbSettingId id;
  const SbSetting *setting = sb_setting_find (key, &id);
  JsonNode *node = json_object_get_member (request->body, key);

  return setting != NULL && setting->kind == SB_SETTING_SIZE && node != NULL &&
         json_node_get_value_type (node) == G_TYPE_STRING;
}

/* What kind of member a setting is. */
static SbField
setting_to_field (SbRequest *request, const char *key)
{
  SbSettings *settings = sb_engine_get_settings (request->engine);
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), key);
  SbField field = { .name = key, .type = SB_FIELD_STRING };

  if (is_size_as_text (request, key))
    return field;
  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    field.type = SB_FIELD_BOOLEAN;
  else if (G_IS_PARAM_SPEC_UINT (spec))
    field = (SbField){ key, SB_FIELD_INTEGER, G_PARAM_SPEC_UINT (spec)->minimum, G_PARAM_SPEC_UINT (spec)->maximum };
  else if (G_IS_PARAM_SPEC_UINT64 (spec))
    field = (SbField){ key, SB_FIELD_INTEGER, (gint64) G_PARAM_SPEC_UINT64 (spec)->minimum,
                       (gint64) MIN (G_PARAM_SPEC_UINT64 (spec)->maximum, (guint64) G_MAXINT64) };
  else if (G_IS_PARAM_SPEC_BOXED (spec))
    field.type = SB_FIELD_STRINGS;

  return field;
}

/* As it stands in the file. */
static char *
member_to_text (SbRequest *request, const SbField *field)
{
  switch (field->type)
    {
    case SB_FIELD_BOOLEAN: return g_strdup (sb_request_get_boolean (request, field->name) ? "true" : "false");
    case SB_FIELD_INTEGER: return g_strdup_printf ("%" G_GINT64_FORMAT, sb_request_get_integer (request, field->name));
    case SB_FIELD_STRINGS:
      {
        g_auto (GStrv) strings = sb_request_dup_strings (request, field->name);

        return g_strjoinv (" ", strings);
      }
    case SB_FIELD_STRING:
    case SB_FIELD_INTEGERS:
    case SB_FIELD_TIME:
    default: return g_strdup (sb_request_get_string (request, field->name));
    }
}

/* The members that are there, as texts. NULL: one of them is wrong, and the request is answered. */
static GHashTable *
read_texts (SbRequest *request, const SbField *fields, gsize n_fields)
{
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      g_autofree char *text = sb_request_has (request, fields[i].name) ? member_to_text (request, &fields[i]) : NULL;

      if (text == NULL)
        continue;
      /* Here, where it is known which member is to blame. */
      if (!sb_settings_check_text (sb_engine_get_settings (request->engine), fields[i].name, text, &error))
        {
          sb_request_fail (request, 400, "invalid_value", fields[i].name, "%s", error->message);
          return NULL;
        }
      g_hash_table_insert (texts, (char *) fields[i].name, g_steal_pointer (&text));
    }

  return g_steal_pointer (&texts);
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) >= 0)
    answer_settings (request);
  else
    sb_request_fail_error (request, error);
}

/* All of it or nothing. */
void
sb_control_change_settings (SbRequest *request)
{
  SbSettings *settings = sb_engine_get_settings (request->engine);
  g_auto (GStrv) keys = sb_settings_list_keys (settings);
  guint n_fields = g_strv_length (keys);
  g_autofree SbField *fields = g_new (SbField, n_fields);
  g_autoptr (GHashTable) texts = NULL;

  for (guint i = 0; i < n_fields; i++)
    fields[i] = setting_to_field (request, keys[i]);
  if (!sb_request_check (request, fields, n_fields))
    return;

  texts = read_texts (request, fields, n_fields);
  if (texts != NULL)
    sb_engine_change_settings_async (request->engine, SB_CONTROL_ACTOR, texts, changed_cb, request);
}
