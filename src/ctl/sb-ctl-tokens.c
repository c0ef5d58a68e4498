/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-time.h"
#include "sb-ctl.h"
#include "sb-token-import.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* --- What a token allows, from the options -------------------------------------------------------------- */

gboolean
sb_ctl_set_time (JsonObject *body, const char *member, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *formatted = NULL;
  gint64 time;

  if (!sb_control_time_from_person (text, g_get_real_time (), &time, &error))
    {
      sb_ctl_fail (SB_CTL_USAGE, "%s", error->message);
      return FALSE;
    }
  if (time == 0)
    {
      json_object_set_null_member (body, member);
      return TRUE;
    }
  formatted = sb_control_time_format (time);
  json_object_set_string_member (body, member, formatted);

  return TRUE;
}

static void
set_channels (JsonObject *body, const char *text)
{
  g_auto (GStrv) channels = g_strsplit (text, ",", -1);
  JsonArray *array = json_array_new ();

  for (guint i = 0; channels[i] != NULL; i++)
    json_array_add_string_element (array, g_strstrip (channels[i]));
  json_object_set_array_member (body, "channels", array);
}

/* NULL: the words are wrong, and it was said. */
static JsonObject *
read_spec (const SbCtlOptions *options)
{
  g_autoptr (JsonObject) body = json_object_new ();

  if (options->read_only && options->publish)
    {
      sb_ctl_fail (SB_CTL_USAGE, _("--read-only and --publish exclude each other"));
      return NULL;
    }
  if (options->label != NULL)
    json_object_set_string_member (body, "label", options->label);
  if (options->channels != NULL)
    set_channels (body, options->channels);
  if (options->read_only || options->publish)
    json_object_set_boolean_member (body, "may_publish", options->publish);
  if (options->max_connections >= 0)
    json_object_set_int_member (body, "max_connections", options->max_connections);
  if (options->rate >= 0)
    json_object_set_int_member (body, "messages_per_second", options->rate);
  if (options->expires != NULL && !sb_ctl_set_time (body, "expires_at", options->expires))
    return NULL;
  if (options->not_before != NULL && !sb_ctl_set_time (body, "not_before", options->not_before))
    return NULL;

  return g_steal_pointer (&body);
}

/* --- Commands ------------------------------------------------------------------------------------------- */

/* The only output that holds a secret. */
static void
print_secret (const SbCtlOptions *options, JsonObject *answer)
{
  sb_ctl_print_done (options, answer, "%s", json_object_get_string_member (answer, "secret"));
  if (!options->json)
    fprintf (stderr, "%s\n", _("This is the token. It is shown this once; keep it now."));
}

static SbCtlStatus
issue (const SbCtlOptions *options, char **words)
{
  JsonObject *body = read_spec (options);
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;

  if (body == NULL)
    return SB_CTL_USAGE;
  status = sb_ctl_call (options, SB_CTL_MAKES_DATA, "POST", "/tokens", body, &answer);
  if (status == SB_CTL_DONE)
    print_secret (options, answer);

  return status;
}

static char *
may_cell (JsonObject *row, const char *member)
{
  return g_strdup (json_object_get_boolean_member (row, "may_publish") ? _("publish") : _("listen only"));
}

static char *
expires_cell (JsonObject *row, const char *member)
{
  return sb_ctl_format_time (row, "expires_at", C_("expires", "never"));
}

static char *
used_cell (JsonObject *row, const char *member)
{
  return sb_ctl_format_time (row, "last_used_at", C_("last used", "never"));
}

static char *
state_cell (JsonObject *row, const char *member)
{
  return g_strdelimit (sb_ctl_format_text (row, "state"), "_", ' ');
}

static const SbCtlColumn columns[] = {
  { N_("ID"), "id", sb_ctl_format_integer, TRUE },
  { N_("LABEL"), "label", sb_ctl_format_text },
  { N_("TOKEN"), "hint", sb_ctl_format_text },
  { N_("CHANNELS"), "channels", sb_ctl_format_strings },
  { N_("MAY"), NULL, may_cell },
  { N_("EXPIRES"), NULL, expires_cell },
  { N_("LAST USED"), NULL, used_cell },
  { N_("LIVE"), "connections", sb_ctl_format_integer, TRUE },
  { N_("STATE"), NULL, state_cell },
};

static SbCtlStatus
list (const SbCtlOptions *options, char **words)
{
  g_autofree char *state = options->state != NULL ? g_uri_escape_string (options->state, NULL, FALSE) : NULL;
  g_autofree char *path = state != NULL ? g_strconcat ("/tokens?state=", state, NULL) : g_strdup ("/tokens");
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", path, NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "tokens", columns, G_N_ELEMENTS (columns), _("There are no tokens."));

  return status;
}

/* A call about the token whose ID is the first word. @action: "", "/revoke", … */
static SbCtlStatus
call_token (const SbCtlOptions *options, char **words, const char *method, const char *action, JsonObject *body,
            JsonObject **answer)
{
  g_autofree char *path = NULL;
  gint64 id;

  if (!sb_ctl_parse_id (words[0], &id))
    {
      g_clear_pointer (&body, json_object_unref);
      return sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not the ID of a token; see: signalboxctl token list"), words[0]);
    }
  path = g_strdup_printf ("/tokens/%" G_GINT64_FORMAT "%s", id, action);

  return sb_ctl_call (options, SB_CTL_NEEDS_DATA, method, path, body, answer);
}

static void
print_closed (const SbCtlOptions *options, JsonObject *answer, gboolean revoked)
{
  int n = json_object_get_int_member_with_default (answer, "closed", 0);
  g_autofree char *label = sb_ctl_format_text (answer, "label");
  g_autofree char *text =
      revoked
          ? g_strdup_printf (
                ngettext ("Revoked “%s”; %d connection closed.", "Revoked “%s”; %d connections closed.", (gulong) n),
                label, n)
          : g_strdup_printf (
                ngettext ("Changed “%s”; %d connection closed.", "Changed “%s”; %d connections closed.", (gulong) n),
                label, n);

  sb_ctl_print_done (options, answer, "%s", text);
}

static SbCtlStatus
edit (const SbCtlOptions *options, char **words)
{
  JsonObject *body = read_spec (options);
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;

  if (body == NULL)
    return SB_CTL_USAGE;
  status = call_token (options, words, "PATCH", "", body, &answer);
  if (status == SB_CTL_DONE)
    print_closed (options, answer, FALSE);

  return status;
}

static SbCtlStatus
revoke_token (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_token (options, words, "POST", "/revoke", NULL, &answer);

  if (status == SB_CTL_DONE)
    print_closed (options, answer, TRUE);

  return status;
}

static SbCtlStatus
restore (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_token (options, words, "POST", "/restore", NULL, &answer);

  if (status == SB_CTL_DONE)
    {
      g_autofree char *label = sb_ctl_format_text (answer, "label");

      sb_ctl_print_done (options, answer, _("Restored “%s”."), label);
    }

  return status;
}

static SbCtlStatus
rotate (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *body;
  gint64 grace = 0;
  SbCtlStatus status;

  if (options->grace != NULL && !sb_control_duration_parse (options->grace, &grace, &error))
    return sb_ctl_fail (SB_CTL_USAGE, "%s", error->message);
  body = json_object_new ();
  json_object_set_int_member (body, "grace", grace / G_USEC_PER_SEC);
  status = call_token (options, words, "POST", "/rotate", body, &answer);
  if (status == SB_CTL_DONE)
    print_secret (options, answer);

  return status;
}

static SbCtlStatus delete (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_token (options, words, "DELETE", "", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Deleted token %s."), words[0]);

  return status;
}

/* --- Import --------------------------------------------------------------------------------------------- */

/* What the control interface takes. */
static JsonObject *
spec_to_body (const SbTokenSpec *spec)
{
  JsonObject *body = json_object_new ();
  JsonArray *channels = json_array_new ();
  const struct
  {
    const char *name;
    gint64 time;
  } times[] = { { "not_before", spec->not_before }, { "expires_at", spec->expires_at } };

  json_object_set_string_member (body, "label", spec->label);
  for (guint i = 0; spec->channels[i] != NULL; i++)
    json_array_add_string_element (channels, spec->channels[i]);
  json_object_set_array_member (body, "channels", channels);
  json_object_set_boolean_member (body, "may_publish", spec->may_publish);
  json_object_set_int_member (body, "max_connections", spec->max_connections);
  json_object_set_int_member (body, "messages_per_second", spec->messages_per_second);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (times[i].time != 0)
      {
        g_autofree char *text = sb_control_time_format (times[i].time);

        json_object_set_string_member (body, times[i].name, text);
      }

  return body;
}

/* Issues one after the other, and prints each secret when its token is on disk; the first failure ends it. */
static SbCtlStatus
issue_rows (const SbCtlOptions *options, GPtrArray *rows)
{
  SbCtlStatus worst = SB_CTL_DONE;

  for (guint i = 0; i < rows->len; i++)
    {
      const SbTokenImportRow *row = g_ptr_array_index (rows, i);
      g_autoptr (JsonObject) answer = NULL;
      SbCtlStatus status;

      if (row->spec == NULL)
        {
          worst = sb_ctl_fail (SB_CTL_FAILED, _("token %u of the file, “%s”, is left out: %s"), row->position, row->label,
                               row->problem);
          continue;
        }
      if (options->dry_run)
        {
          printf ("%s\n", row->label);
          continue;
        }
      status = sb_ctl_call (options, SB_CTL_MAKES_DATA, "POST", "/tokens", spec_to_body (row->spec), &answer);
      if (status != SB_CTL_DONE)
        return status;
      sb_ctl_print_done (options, answer, "%s\t%s", json_object_get_string_member (answer, "secret"), row->label);
    }

  return worst;
}

static SbCtlStatus
import (const SbCtlOptions *options, char **words)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_get_contents (words[0], &data, &length, &error))
    return sb_ctl_fail (SB_CTL_FAILED, "%s", error->message);
  rows = sb_token_import_parse (data, length, g_get_real_time (), &error);
  if (rows == NULL)
    return sb_ctl_fail (SB_CTL_FAILED, "%s", error->message);

  return issue_rows (options, rows);
}

const SbCtlCommand sb_ctl_token_commands[] = {
  { "token issue", "", "label channels read-only expires not-before max-connections rate",
    N_("Make a token and print it, once"), 0, issue },
  { "token list", "", "state", N_("Show all tokens"), 0, list },
  { "token revoke", "ID", "", N_("Withdraw a token and close its connections"), 1, revoke_token },
  { "token restore", "ID", "", N_("Undo a revocation"), 1, restore },
  { "token edit", "ID", "label channels read-only publish expires not-before max-connections rate",
    N_("Change what a token allows, at once"), 1, edit },
  { "token rotate", "ID", "grace", N_("Give a token a new secret and print it, once"), 1, rotate },
  { "token import", "FILE", "dry-run", N_("Issue the tokens of an exported table, and print each secret, once"), 1, import },
  { "token delete", "ID", "", N_("Remove a revoked or expired token from the table"), 1, delete },
  { NULL },
};
