/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-export.h"
#include "watch/sb-token-list.h"
#include "widgets/sb-export.h"
#include <json-glib/json-glib.h>

static void
add_time (JsonBuilder *builder,
          const char  *name,
          gint64       time)
{
  g_autofree char *text = sb_export_format_time (time);

  json_builder_set_member_name (builder, name);
  if (time == 0)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}

static void
add_token (JsonBuilder *builder,
           SbTokenItem *item)
{
  const SbToken *token = sb_token_item_get_token (item);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "label");
  json_builder_add_string_value (builder, token->spec.label);
  json_builder_set_member_name (builder, "hint");
  json_builder_add_string_value (builder, token->hint);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, sb_token_state_to_id (sb_token_item_get_state (item)));
  json_builder_set_member_name (builder, "channels");
  json_builder_begin_array (builder);
  for (guint i = 0; token->spec.channels[i] != NULL; i++)
    json_builder_add_string_value (builder, token->spec.channels[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "may_publish");
  json_builder_add_boolean_value (builder, token->spec.may_publish);
  json_builder_set_member_name (builder, "max_connections");
  json_builder_add_int_value (builder, token->spec.max_connections);
  json_builder_set_member_name (builder, "messages_per_second");
  json_builder_add_int_value (builder, token->spec.messages_per_second);
  add_time (builder, "created", token->created_at);
  add_time (builder, "not_before", token->spec.not_before);
  add_time (builder, "expires", token->spec.expires_at);
  add_time (builder, "revoked", token->revoked_at);
  add_time (builder, "last_used", sb_token_item_get_last_used (item));
  json_builder_set_member_name (builder, "last_address");
  if (sb_token_item_get_last_address (item) != NULL)
    json_builder_add_string_value (builder, sb_token_item_get_last_address (item));
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
}

static char *
to_json (GListModel *tokens)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);

      add_token (builder, item);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static void
add_time_field (GString *csv,
                gint64   time)
{
  g_autofree char *text = sb_export_format_time (time);

  sb_export_add_csv_field (csv, text);
}

static void
add_row (GString     *csv,
         SbTokenItem *item)
{
  const SbToken *token = sb_token_item_get_token (item);
  const char *address = sb_token_item_get_last_address (item);
  g_autofree char *channels = g_strjoinv (" ", token->spec.channels);

  sb_export_add_csv_field (csv, token->spec.label);
  sb_export_add_csv_field (csv, token->hint);
  sb_export_add_csv_field (csv, sb_token_state_to_id (sb_token_item_get_state (item)));
  sb_export_add_csv_field (csv, channels);
  sb_export_add_csv_field (csv, token->spec.may_publish ? "true" : "false");
  g_string_append_printf (csv, ",%u,%u", token->spec.max_connections, token->spec.messages_per_second);
  add_time_field (csv, token->created_at);
  add_time_field (csv, token->spec.not_before);
  add_time_field (csv, token->spec.expires_at);
  add_time_field (csv, token->revoked_at);
  add_time_field (csv, sb_token_item_get_last_used (item));
  sb_export_add_csv_field (csv, address != NULL ? address : "");
  sb_export_end_csv_line (csv);
}

static char *
to_csv (GListModel *tokens)
{
  GString *csv = g_string_new ("label,hint,state,channels,may_publish,max_connections,messages_per_second,created,not_before,expires,"
                               "revoked,last_used,last_address\r\n");

  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);

      add_row (csv, item);
    }
  return g_string_free (csv, FALSE);
}

/**
 * sb_token_export:
 * @tokens: a #GListModel of #SbTokenItem
 * @csv: a line of names, then a line for each token; else a JSON array with an object for each
 *
 * An #SbExportFunc.
 */
char *
sb_token_export (gpointer tokens,
                 gboolean csv)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (tokens), NULL);

  return csv ? to_csv (tokens) : to_json (tokens);
}
