/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-client.h"
#include "control/sb-control.h"
#include "sb-ctl.h"
#include "sb-data-dir.h"
#include "sb-engine.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE (5 * G_USEC_PER_SEC)
#define PAUSE 20000 /* µs */

SbCtlStatus
sb_ctl_fail (SbCtlStatus status, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "signalboxctl: %s\n", text);

  return status;
}

gboolean
sb_ctl_parse_id (const char *text, gint64 *id)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    return FALSE;
  *id = (gint64) value;

  return TRUE;
}

/* --- Where the data is ------------------------------------------------------------------------------------- */

static gboolean
holds_data (const char *data_dir)
{
  g_autofree char *database = g_build_filename (data_dir, "signalbox.db", NULL);

  return g_file_test (database, G_FILE_TEST_EXISTS);
}

/**
 * sb_ctl_dup_default_data_dir:
 *
 * Root that keeps no data of its own most likely means the service of the system.
 *
 * Returns: (transfer full): where data is unless --data says otherwise
 */
char *
sb_ctl_dup_default_data_dir (void)
{
  g_autofree char *own = sb_data_dir_get_default ();

  if (geteuid () == 0 && !holds_data (own) && holds_data (SYSTEM_DATA_DIR))
    return g_strdup (SYSTEM_DATA_DIR);

  return g_steal_pointer (&own);
}

/* Files that root makes or replaces in a service's directory the service could not read. The running service is asked
 * instead. */
static gboolean
is_of_another_user (const char *data_dir)
{
  GStatBuf status;

  return geteuid () == 0 && g_stat (data_dir, &status) == 0 && status.st_uid != 0;
}

/* --- With nothing running: the directory is opened here, and asked by the same interface. -------------------- */

static void
wait_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static void
wait_for (GAsyncResult **place)
{
  while (*place == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* "/tokens?state=active" */
static GHashTable *
split_query (const char *path, char **plain)
{
  const char *mark = strchr (path, '?');

  *plain = mark != NULL ? g_strndup (path, mark - path) : g_strdup (path);

  return mark != NULL ? g_uri_parse_params (mark + 1, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
}

static JsonNode *
ask_engine (SbEngine *engine, const char *method, const char *path, JsonNode *body, guint *status)
{
  g_autoptr (SbControl) control = sb_control_new (engine);
  g_autofree char *plain = NULL;
  g_autoptr (GHashTable) query = split_query (path, &plain);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (body != NULL)
    {
      char *text = json_to_string (body, FALSE);

      bytes = g_bytes_new_take (text, strlen (text));
    }
  sb_control_handle_async (control, method, plain, query, bytes, wait_cb, &result);
  wait_for (&result);

  return sb_control_handle_finish (control, result, status);
}

static JsonNode *
ask_directory (const char *data_dir, const char *method, const char *path, JsonNode *body, guint *status,
               GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbEngine) engine = NULL;
  JsonNode *answer;

  sb_engine_open_async (data_dir, NULL, FALSE, wait_cb, &result);
  wait_for (&result);
  engine = sb_engine_open_finish (result, error);
  if (engine == NULL)
    return NULL;
  answer = ask_engine (engine, method, path, body, status);
  sb_engine_close (engine);

  return answer;
}

/* --- Asking --------------------------------------------------------------------------------------- */

/* SB_ENGINE_ERROR_IN_USE: somebody has the directory after all, and could not be asked. */
static JsonNode *
ask_without_server (const SbCtlOptions *options, SbCtlNeed need, const char *method, const char *path, JsonNode *body,
                    guint *status, GError **error)
{
  g_autofree char *holder = sb_data_dir_dup_holder (options->data_dir);
  gboolean may_open = !is_of_another_user (options->data_dir);

  if (holder == NULL && need != SB_CTL_NEEDS_SERVER && !may_open)
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                   _("“%s” belongs to another user, and no Signalbox is running on it. Start that one first."),
                   options->data_dir);
      return NULL;
    }
  if (may_open && (need == SB_CTL_MAKES_DATA || (need == SB_CTL_NEEDS_DATA && holds_data (options->data_dir))))
    return ask_directory (options->data_dir, method, path, body, status, error);

  if (holder != NULL)
    g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE, _("“%s” is in use by %s, which cannot be asked."),
                 options->data_dir, holder);
  else if (need == SB_CTL_NEEDS_SERVER)
    {
      g_autofree char *quoted = g_shell_quote (options->data_dir);

      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                   /* Translators: a directory, and the same as a shell wants it quoted; what follows the colon is to be
                    * copied into a terminal */
                   _("No Signalbox is running on “%s”. Start one with: signalboxd --data %s"), options->data_dir, quoted);
    }
  else
    g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                 _("“%s” holds no data of Signalbox, and none is running on it."), options->data_dir);

  return NULL;
}

/* A program that has just begun holds the directory before it can be asked, and another signalboxctl holds it for a
 * moment: worth waiting for. */
static JsonNode *
ask (const SbCtlOptions *options, SbCtlNeed need, const char *method, const char *path, JsonNode *body, guint *status,
     GError **error)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      JsonNode *answer = sb_control_client_call (options->data_dir, method, path, body, status, &local);

      if (answer == NULL && g_error_matches (local, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING))
        {
          g_clear_error (&local);
          answer = ask_without_server (options, need, method, path, body, status, &local);
        }
      if (answer != NULL)
        return answer;
      if (!g_error_matches (local, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE) || g_get_monotonic_time () > deadline)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      g_usleep (PAUSE);
    }
}

/* What keeps the answer away is one thing, what an answer says another. */
static SbCtlStatus
fail_to_ask (const GError *error)
{
  gboolean unreachable = error->domain == G_IO_ERROR ||
                         g_error_matches (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING) ||
                         g_error_matches (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE);

  return sb_ctl_fail (unreachable ? SB_CTL_UNREACHABLE : SB_CTL_FAILED, "%s", error->message);
}

/* A window whose server is stopped is as good as nothing running. What is wrong within a schema has a place. */
static SbCtlStatus
fail_as_answered (JsonObject *answer)
{
  const char *code = json_object_get_string_member_with_default (answer, "error", "");
  SbCtlStatus status = g_str_equal (code, "not_running") ? SB_CTL_UNREACHABLE : SB_CTL_FAILED;
  const char *message = json_object_get_string_member_with_default (answer, "message", _("it failed"));

  if (json_object_has_member (answer, "pointer") && json_object_has_member (answer, "line"))
    return sb_ctl_fail (status, _("line %d, column %d (%s): %s"), (int) json_object_get_int_member (answer, "line"),
                        (int) json_object_get_int_member (answer, "column"),
                        json_object_get_string_member (answer, "pointer"), message);

  return sb_ctl_fail (status, "%s", message);
}

SbCtlStatus
sb_ctl_call (const SbCtlOptions *options, SbCtlNeed need, const char *method, const char *path, JsonObject *body,
             JsonObject **answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) sent = body != NULL ? json_node_init_object (json_node_alloc (), body) : NULL;
  g_autoptr (JsonNode) got = NULL;
  guint status = 0;

  g_clear_pointer (&body, json_object_unref);
  got = ask (options, need, method, path, sent, &status, &error);
  if (got == NULL)
    return fail_to_ask (error);
  if (status >= 400)
    return fail_as_answered (json_node_get_object (got));
  *answer = json_object_ref (json_node_get_object (got));

  return SB_CTL_DONE;
}

/* An answer that says why not is short, and ends. */
static SbCtlStatus
fail_as_streamed (GInputStream *stream)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!json_parser_load_from_stream (parser, stream, NULL, NULL) || json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return sb_ctl_fail (SB_CTL_FAILED, "%s", _("it failed"));

  return fail_as_answered (json_node_get_object (json_parser_get_root (parser)));
}

SbCtlStatus
sb_ctl_open (const SbCtlOptions *options, const char *path, GInputStream **answer)
{
  g_autoptr (JsonObject) running = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  /* Which waits for one that has just begun. */
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "GET", "/status", NULL, &running);
  guint status = 0;

  if (result != SB_CTL_DONE)
    return result;
  stream = sb_control_client_open (options->data_dir, path, &status, &error);
  if (stream == NULL)
    return fail_to_ask (error);
  if (status >= 400)
    return fail_as_streamed (stream);
  *answer = g_steal_pointer (&stream);

  return SB_CTL_DONE;
}
