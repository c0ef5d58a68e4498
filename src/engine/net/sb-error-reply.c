/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-error-reply.h"

#include <json-glib/json-glib.h>
#include <string.h>

SbFrame *
sb_error_reply_new (SbRejection rejection, const char *reason, const char *pointer, guint64 sequence)
{
  g_return_val_if_fail (rejection != SB_REJECTED_NOT, NULL);

  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "error");
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, sb_rejection_to_code (rejection));
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, reason);
  if (pointer != NULL)
    {
      json_builder_set_member_name (builder, "pointer");
      json_builder_add_string_value (builder, pointer);
    }
  json_builder_set_member_name (builder, "id");
  json_builder_add_int_value (builder, (gint64) sequence);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);

  return sb_frame_new (SB_OPCODE_TEXT, text, strlen (text));
}
