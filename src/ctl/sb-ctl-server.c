/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-client.h"
#include "sb-ctl.h"

#include <glib/gi18n.h>
#include <stdio.h>

static SbCtlStatus
status (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "GET", "/status", NULL, &answer);
  g_autofree char *uris = NULL;
  g_autofree char *clients = NULL;
  g_autofree char *tokens = NULL;
  g_autofree char *state = NULL;
  int n_clients, n_tokens;

  if (result != SB_CTL_DONE)
    return result;
  uris = sb_ctl_format_strings (answer, "uris");
  n_clients = json_object_get_int_member (answer, "clients");
  n_tokens = json_object_get_int_member (answer, "active_tokens");
  clients = g_strdup_printf (ngettext ("%d client", "%d clients", n_clients), n_clients);
  tokens = g_strdup_printf (ngettext ("%d active token", "%d active tokens", n_tokens), n_tokens);
  /* Translators: the state of the server and where it listens, as in "listening on ws://127.0.0.1:8765" */
  state = *uris == '\0' ? g_strdup (json_object_get_string_member (answer, "state"))
                        : g_strdup_printf (C_("server", "%s on %s"), json_object_get_string_member (answer, "state"), uris);
  /* Translators: as in "signalboxd 1.0, process 123: listening on ws://127.0.0.1:8765; 3 clients, 5 active tokens" */
  sb_ctl_print_done (options, answer, _("%s %s, process %d: %s; %s, %s"),
                     json_object_get_string_member (answer, "program"), json_object_get_string_member (answer, "version"),
                     (int) json_object_get_int_member (answer, "pid"), state, clients, tokens);
  if (!options->json && !json_object_get_null_member (answer, "problem"))
    printf ("%s\n", json_object_get_string_member (answer, "problem"));

  return result;
}

/* --- The audit trail and the history --- */

#define AUDIT_PAGE 10000

static char *
act_cell (JsonObject *row, const char *member)
{
  return g_strdelimit (sb_ctl_format_text (row, "act"), "_", ' ');
}

static char *
detail_cell (JsonObject *row, const char *member)
{
  gint64 count = json_object_get_int_member (row, "count");
  g_autofree char *detail = sb_ctl_format_text (row, "detail");

  return count > 1 ? g_strdup_printf ("%s (× %" G_GINT64_FORMAT ")", detail, count) : g_steal_pointer (&detail);
}

static const SbCtlColumn audit_columns[] = {
  { N_("TIME"), "time", sb_ctl_format_moment },
  { N_("ACT"), NULL, act_cell },
  { N_("BY"), "actor", sb_ctl_format_text },
  { N_("WHAT"), "subject", sb_ctl_format_text },
  { N_("DETAIL"), NULL, detail_cell },
};

/* @path with the limit; without one as many as people and programs want to see at a time. */
static char *
limited (const SbCtlOptions *options, const char *path)
{
  return g_strdup_printf ("%s?limit=%d", path, options->limit == SB_CTL_NO_LIMIT ? SB_CTL_USUAL_LIMIT : options->limit);
}

/* One page after another, as each answer holds only so many. */
static SbCtlStatus
audit (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = json_object_new ();
  JsonArray *all = json_array_new ();
  int limit = options->limit == SB_CTL_NO_LIMIT ? SB_CTL_USUAL_LIMIT : options->limit;
  gint64 before = G_MAXINT64;
  SbCtlStatus result;
  int wanted, n;

  json_object_set_array_member (answer, "entries", all);
  do
    {
      g_autofree char *path = NULL;
      g_autoptr (JsonObject) page = NULL;
      JsonArray *entries;

      wanted = MIN (limit - (int) json_array_get_length (all), AUDIT_PAGE);
      path = g_strdup_printf ("/audit?limit=%d&before=%" G_GINT64_FORMAT, wanted, before);
      result = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", path, NULL, &page);
      if (result != SB_CTL_DONE)
        return result;
      entries = json_object_get_array_member (page, "entries");
      n = (int) json_array_get_length (entries);
      for (int i = 0; i < n; i++)
        json_array_add_element (all, json_array_dup_element (entries, (guint) i));
      if (n > 0)
        before = json_object_get_int_member (json_array_get_object_element (entries, (guint) n - 1), "id");
    }
  while (n == wanted && (int) json_array_get_length (all) < limit);

  sb_ctl_print_list (options, answer, "entries", audit_columns, G_N_ELEMENTS (audit_columns),
                     _("The audit trail is empty."));

  return SB_CTL_DONE;
}

static char *
report_cell (JsonObject *row, const char *member)
{
  /* Translators: how many of those it was for got a message */
  return g_strdup_printf (_("%d of %d"), (int) json_object_get_int_member (row, "sent"),
                          (int) json_object_get_int_member (row, "targeted"));
}

static char *
message_cell (JsonObject *row, const char *member)
{
  return json_object_has_member (row, "message") ? sb_ctl_format_text (row, "message") : g_strdup (_("(binary)"));
}

static const SbCtlColumn broadcast_columns[] = {
  { N_("TIME"), "sent_at", sb_ctl_format_moment },
  { N_("TO"), "target", sb_ctl_format_text },
  { N_("SENT"), NULL, report_cell, TRUE },
  { N_("MESSAGE"), NULL, message_cell },
};

static SbCtlStatus
broadcasts (const SbCtlOptions *options, char **words)
{
  g_autofree char *path = limited (options, "/broadcasts");
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", path, NULL, &answer);

  if (result == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "broadcasts", broadcast_columns, G_N_ELEMENTS (broadcast_columns),
                       _("Nothing was broadcast yet."));

  return result;
}

/* --- Settings --- */

static char *
value_to_text (JsonObject *settings, const char *key)
{
  JsonNode *node = json_object_get_member (settings, key);

  if (JSON_NODE_HOLDS_ARRAY (node))
    return sb_ctl_format_strings (settings, key);
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));

  return json_to_string (node, FALSE);
}

static SbCtlStatus
settings_list (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/settings", NULL, &answer);
  g_autoptr (GList) keys = NULL;

  if (result != SB_CTL_DONE)
    return result;
  if (options->json)
    {
      sb_ctl_print_done (options, answer, "%s", "");
      return result;
    }
  keys = json_object_get_members (answer);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      g_autofree char *text = value_to_text (answer, key->data);

      printf ("%s=%s\n", (char *) key->data, text);
    }

  return result;
}

static SbCtlStatus
settings_get (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/settings", NULL, &answer);

  if (result != SB_CTL_DONE)
    return result;
  if (!json_object_has_member (answer, words[0]))
    return sb_ctl_fail (SB_CTL_FAILED, _("There is no setting “%s”; see: signalboxctl settings list"), words[0]);
  if (options->json)
    sb_ctl_print_json (json_object_get_member (answer, words[0]));
  else
    {
      g_autofree char *text = value_to_text (answer, words[0]);

      printf ("%s\n", text);
    }

  return result;
}

/* The value as the kind of thing that the setting is now. */
static JsonNode *
parse_value (JsonNode *now, const char *text)
{
  JsonNode *node;
  guint64 number;

  if (JSON_NODE_HOLDS_ARRAY (now))
    {
      g_auto (GStrv) words = g_strsplit (text, ",", -1);
      JsonArray *array = json_array_new ();

      for (guint i = 0; words[i] != NULL; i++)
        if (*g_strstrip (words[i]) != '\0')
          json_array_add_string_element (array, words[i]);
      node = json_node_init_array (json_node_alloc (), array);
      json_array_unref (array);
      return node;
    }
  if (json_node_get_value_type (now) == G_TYPE_BOOLEAN && (g_str_equal (text, "true") || g_str_equal (text, "false")))
    return json_node_init_boolean (json_node_alloc (), text[0] == 't');
  if (json_node_get_value_type (now) == G_TYPE_INT64 &&
      g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &number, NULL))
    return json_node_init_int (json_node_alloc (), (gint64) number);

  return json_node_init_string (json_node_alloc (), text);
}

/* What the running server has to complain of, if one runs and has. */
static char *
dup_problem (const SbCtlOptions *options)
{
  guint status = 0;
  g_autoptr (JsonNode) answer = sb_control_client_call (options->data_dir, "GET", "/status", NULL, &status, NULL);

  return answer != NULL && status == 200
             ? g_strdup (json_object_get_string_member_with_default (json_node_get_object (answer), "problem", NULL))
             : NULL;
}

static SbCtlStatus
settings_set (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) now = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  JsonObject *body;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_MAKES_DATA, "GET", "/settings", NULL, &now);

  if (result != SB_CTL_DONE)
    return result;
  if (!json_object_has_member (now, words[0]))
    return sb_ctl_fail (SB_CTL_FAILED, _("There is no setting “%s”; see: signalboxctl settings list"), words[0]);
  body = json_object_new ();
  json_object_set_member (body, words[0], parse_value (json_object_get_member (now, words[0]), words[1]));
  before = dup_problem (options);
  result = sb_ctl_call (options, SB_CTL_MAKES_DATA, "PATCH", "/settings", body, &answer);
  if (result != SB_CTL_DONE)
    return result;
  sb_ctl_print_done (options, answer, _("Set %s."), words[0]);
  /* It is set, and yet does not do what was meant. */
  after = dup_problem (options);
  if (after != NULL && g_strcmp0 (before, after) != 0)
    {
      fflush (stdout);
      sb_ctl_fail (SB_CTL_DONE, "%s", after);
    }

  return SB_CTL_DONE;
}

/* --- The certificate --- */

static void
print_certificate (const SbCtlOptions *options, JsonObject *answer)
{
  g_autofree char *names = sb_ctl_format_strings (answer, "names");
  g_autofree char *end = sb_ctl_format_time (answer, "not_after", C_("expires", "never"));

  if (options->json)
    {
      sb_ctl_print_done (options, answer, "%s", "");
      return;
    }
  printf (_("File: %s\n"), json_object_get_string_member (answer, "path"));
  printf (_("SHA-256: %s\n"), json_object_get_string_member (answer, "fingerprint"));
  printf (_("For: %s\n"), names);
  printf (_("Valid until: %s\n"), end);
  printf ("%s", json_object_get_string_member (answer, "pem"));
  if (!json_object_get_boolean_member (answer, "in_use"))
    fprintf (stderr, "signalboxctl: %s\n", _("the server does not use it yet; it will from its next start"));
}

static SbCtlStatus
certificate_show (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/certificate", NULL, &answer);

  if (result == SB_CTL_DONE)
    print_certificate (options, answer);

  return result;
}

static SbCtlStatus
certificate_make (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus result = sb_ctl_call (options, SB_CTL_MAKES_DATA, "POST", "/certificate", NULL, &answer);

  if (result == SB_CTL_DONE)
    print_certificate (options, answer);

  return result;
}

const SbCtlCommand sb_ctl_server_commands[] = {
  { "status", "", "", N_("Show what is running"), 0, status },
  { "audit", "", "limit", N_("Show who did what when"), 0, audit },
  { "broadcasts", "", "limit", N_("Show what was broadcast"), 0, broadcasts },
  { "certificate show", "", "", N_("Show the TLS certificate"), 0, certificate_show },
  { "certificate make", "", "", N_("Make a TLS certificate for this computer, and use it"), 0, certificate_make },
  { "settings list", "", "", N_("Show all settings"), 0, settings_list },
  { "settings get", "KEY", "", N_("Show one setting"), 1, settings_get },
  { "settings set", "KEY VALUE", "", N_("Change one setting"), 2, settings_set },
  { NULL },
};
