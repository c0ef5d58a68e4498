/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* /tokens */

#define MAX_GRACE_S (30 * 24 * 3600)

static const SbField spec_fields[] = {
  { "label", SB_FIELD_STRING },
  { "channels", SB_FIELD_STRINGS },
  { "may_publish", SB_FIELD_BOOLEAN },
  { "not_before", SB_FIELD_TIME },
  { "expires_at", SB_FIELD_TIME },
  { "max_connections", SB_FIELD_INTEGER, 0, G_MAXINT32 },
  { "messages_per_second", SB_FIELD_INTEGER, 0, G_MAXINT32 },
};

/* What the body says, over what @spec says already. */
static void
read_spec (SbRequest *request, SbTokenSpec *spec)
{
  if (sb_request_has (request, "label"))
    g_set_str (&spec->label, sb_request_get_string (request, "label"));
  if (sb_request_has (request, "channels"))
    {
      g_strfreev (spec->channels);
      spec->channels = sb_request_dup_strings (request, "channels");
    }
  if (sb_request_has (request, "may_publish"))
    spec->may_publish = sb_request_get_boolean (request, "may_publish");
  if (sb_request_has (request, "not_before"))
    spec->not_before = sb_request_get_time (request, "not_before");
  if (sb_request_has (request, "expires_at"))
    spec->expires_at = sb_request_get_time (request, "expires_at");
  if (sb_request_has (request, "max_connections"))
    spec->max_connections = (guint) sb_request_get_integer (request, "max_connections");
  if (sb_request_has (request, "messages_per_second"))
    spec->messages_per_second = (guint) sb_request_get_integer (request, "messages_per_second");
}

/* The row, or NULL with the request answered. */
static SbTokenItem *
find (SbRequest *request)
{
  SbTokenItem *item = sb_token_list_find (sb_engine_get_tokens (request->engine), request->id);

  if (item == NULL)
    sb_request_fail (request, 404, "not_found", NULL, _("There is no token %" PRId64 "."), request->id);

  return item;
}

/* @n_closed: -1 for none to tell. */
static void
answer_token (SbRequest *request, guint status, gint64 id, const char *secret, int n_closed)
{
  SbTokenItem *item = sb_token_list_find (sb_engine_get_tokens (request->engine), id);
  JsonObject *object;

  if (item == NULL)
    {
      sb_request_fail (request, 404, "not_found", NULL, _("The token was deleted meanwhile."));
      return;
    }

  object = sb_token_item_to_json (item);
  if (secret != NULL)
    json_object_set_string_member (object, "secret", secret);
  if (n_closed >= 0)
    json_object_set_int_member (object, "closed", n_closed);
  sb_request_answer (request, status, object);
}

/* --- look --- */

static gboolean
is_state_id (const char *text)
{
  for (int state = SB_TOKEN_ACTIVE; state <= SB_TOKEN_REVOKED; state++)
    if (strcmp (sb_token_state_to_id (state), text) == 0)
      return TRUE;

  return FALSE;
}

void
sb_control_list_tokens (SbRequest *request)
{
  static const char *const names[] = { "state", NULL };
  GListModel *tokens = G_LIST_MODEL (sb_engine_get_tokens (request->engine));
  const char *state = sb_request_get_query (request, "state");
  gint64 now = g_get_real_time ();
  JsonArray *array;

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0))
    return;
  if (state != NULL && !is_state_id (state))
    {
      sb_request_fail (request, 400, "invalid_value", "state",
                       _("“%s” is not a state; there are active, not_yet_valid, expiring, expired and revoked."),
                       state);
      return;
    }

  array = json_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);

      if (state == NULL ||
          strcmp (sb_token_state_to_id (sb_token_get_state (sb_token_item_get_token (item), now)), state) == 0)
        json_array_add_object_element (array, sb_token_item_to_json (item));
    }
  sb_request_answer_list (request, "tokens", array);
}

void
sb_control_get_token (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0) && find (request) != NULL)
    answer_token (request, 200, request->id, NULL, -1);
}

/* --- issue, rotate --- */

static void
issued_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbToken) token = NULL;
  char *secret = sb_engine_issue_token_finish (SB_ENGINE (source), result, &token, &error);

  if (secret != NULL)
    answer_token (request, 201, token->id, secret, -1);
  else
    sb_request_fail_error (request, error);
  sb_token_secret_free (secret);
}

void
sb_control_issue_token (SbRequest *request)
{
  SbField fields[G_N_ELEMENTS (spec_fields)];
  g_autoptr (SbTokenSpec) spec = NULL;

  memcpy (fields, spec_fields, sizeof fields);
  fields[0].required = TRUE;
  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;

  spec = sb_token_spec_new (NULL);
  read_spec (request, spec);
  sb_engine_issue_token_async (request->engine, SB_CONTROL_ACTOR, spec, issued_cb, request);
}

static void
rotated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  char *secret = sb_engine_rotate_token_finish (SB_ENGINE (source), result, NULL, &error);

  if (secret != NULL)
    answer_token (request, 200, request->id, secret, -1);
  else
    sb_request_fail_error (request, error);
  sb_token_secret_free (secret);
}

void
sb_control_rotate_token (SbRequest *request)
{
  static const SbField fields[] = { { "grace", SB_FIELD_INTEGER, 0, MAX_GRACE_S } };

  if (sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    sb_engine_rotate_token_async (request->engine, SB_CONTROL_ACTOR, request->id,
                                  sb_request_get_integer (request, "grace") * G_USEC_PER_SEC, rotated_cb, request);
}

/* --- edit, revoke, restore, delete --- */

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  int n = sb_engine_command_finish (SB_ENGINE (source), result, &error);

  if (n >= 0)
    answer_token (request, 200, request->id, NULL, n);
  else
    sb_request_fail_error (request, error);
}

void
sb_control_edit_token (SbRequest *request)
{
  SbTokenItem *item;
  g_autoptr (SbTokenSpec) spec = NULL;

  if (!sb_request_check (request, spec_fields, G_N_ELEMENTS (spec_fields)))
    return;
  if (json_object_get_size (request->body) == 0)
    {
      sb_request_fail (request, 400, "missing_field", NULL, _("Say what is to be changed."));
      return;
    }

  item = find (request);
  if (item == NULL)
    return;

  spec = sb_token_spec_copy (&sb_token_item_get_token (item)->spec);
  read_spec (request, spec);
  sb_engine_edit_token_async (request->engine, SB_CONTROL_ACTOR, request->id, spec, changed_cb, request);
}

void
sb_control_revoke_token (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_revoke_token_async (request->engine, SB_CONTROL_ACTOR, request->id, changed_cb, request);
}

void
sb_control_restore_token (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_restore_token_async (request->engine, SB_CONTROL_ACTOR, request->id, changed_cb, request);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  sb_request_answer_done (user_data, result, "deleted");
}

void
sb_control_delete_token (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_delete_token_async (request->engine, SB_CONTROL_ACTOR, request->id, deleted_cb, request);
}
