/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-time.h"
#include "sb-ctl.h"

#include <glib/gi18n.h>
#include <stdio.h>

static char *
round_trip_cell (JsonObject *row, const char *member)
{
  if (json_object_get_null_member (row, "round_trip_ms"))
    return g_strdup ("–");

  return g_strdup_printf ("%.1f ms", json_object_get_double_member (row, "round_trip_ms"));
}

static const SbCtlColumn columns[] = {
  { N_("ID"), "id", sb_ctl_format_integer, TRUE },
  { N_("TOKEN"), "token_label", sb_ctl_format_text },
  { N_("CALLS ITSELF"), "name", sb_ctl_format_text },
  { N_("CHANNEL"), "channel", sb_ctl_format_text },
  { N_("ADDRESS"), "address", sb_ctl_format_text },
  { N_("SINCE"), "joined_at", sb_ctl_format_moment },
  { N_("IN"), "messages_in", sb_ctl_format_integer, TRUE },
  { N_("OUT"), "messages_out", sb_ctl_format_integer, TRUE },
  { N_("ROUND TRIP"), NULL, round_trip_cell, TRUE },
  { N_("STATE"), "state", sb_ctl_format_text },
};

/* Page by page, so that the server does other things in between. All of them are in the first page's @answer in the
 * end. */
static SbCtlStatus
fetch_clients (const SbCtlOptions *options, JsonObject **answer)
{
  SbCtlStatus status = SB_CTL_DONE;
  g_autoptr (GString) narrowed = sb_ctl_make_path (options, "/clients", &status);
  gint64 after = 0;
  gboolean more = narrowed != NULL;

  while (more)
    {
      g_autofree char *path = g_strdup_printf ("%safter=%" G_GINT64_FORMAT, narrowed->str, after);
      g_autoptr (JsonObject) page = NULL;
      JsonArray *rows;

      status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "GET", path, NULL, &page);
      if (status != SB_CTL_DONE)
        return status;
      rows = json_object_get_array_member (page, "clients");
      for (guint i = 0; i < json_array_get_length (rows); i++)
        {
          after = json_object_get_int_member (json_array_get_object_element (rows, i), "id");
          if (*answer != NULL)
            json_array_add_element (json_object_get_array_member (*answer, "clients"),
                                    json_array_dup_element (rows, i));
        }
      more = json_object_get_boolean_member (page, "more");
      if (*answer == NULL)
        *answer = g_steal_pointer (&page);
    }

  return status;
}

static SbCtlStatus
clients (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = fetch_clients (options, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "clients", columns, G_N_ELEMENTS (columns), _("Nobody is connected."));

  return status;
}

static SbCtlStatus
call_client (const SbCtlOptions *options, const char *word, const char *action, JsonObject *body, JsonObject **answer)
{
  g_autofree char *path = NULL;
  gint64 id;

  if (!sb_ctl_parse_id (word, &id))
    {
      json_object_unref (body);
      return sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not the ID of a client; see: signalboxctl clients"), word);
    }
  path = g_strdup_printf ("/clients/%" G_GINT64_FORMAT "/%s", id, action);

  return sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "POST", path, body, answer);
}

static SbCtlStatus
disconnect (const SbCtlOptions *options, char **words)
{
  JsonObject *body = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;

  if (options->reason != NULL)
    json_object_set_string_member (body, "reason", options->reason);
  status = call_client (options, words[0], "disconnect", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Disconnected client %s."), words[0]);

  return status;
}

static SbCtlStatus
send (const SbCtlOptions *options, char **words)
{
  g_autofree char *message = sb_ctl_read_message (words[1]);
  JsonObject *body = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;

  if (message == NULL)
    {
      json_object_unref (body);
      return SB_CTL_FAILED;
    }
  json_object_set_string_member (body, "message", message);
  status = call_client (options, words[0], "send", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_report (options, answer);

  return status;
}

static SbCtlStatus
block (const SbCtlOptions *options, char **words)
{
  JsonObject *body;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;
  gint64 duration = 0;
  SbCtlStatus status;

  if (options->duration != NULL && !sb_control_duration_parse (options->duration, &duration, &error))
    return sb_ctl_fail (SB_CTL_USAGE, "%s", error->message);
  body = json_object_new ();
  json_object_set_string_member (body, "address", words[0]);
  if (duration > 0)
    json_object_set_int_member (body, "duration", MAX (duration / G_USEC_PER_SEC, 1));
  status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "POST", "/blocks", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Blocked %s."), words[0]);

  return status;
}

static SbCtlStatus
unblock (const SbCtlOptions *options, char **words)
{
  g_autofree char *address = g_uri_escape_string (words[0], NULL, FALSE);
  g_autofree char *path = g_strconcat ("/blocks/", address, NULL);
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "DELETE", path, NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Unblocked %s."), words[0]);

  return status;
}

const SbCtlCommand sb_ctl_client_commands[] = {
  { "clients", "", "only-channel only-token", N_("Show who is connected"), 0, clients },
  { "disconnect", "ID", "reason", N_("Close a client’s connection"), 1, disconnect },
  { "send", "ID JSON", "", N_("Send a message to one client (- for standard input)"), 2, send },
  { "block", "ADDRESS", "for", N_("Shut an address out"), 1, block },
  { "unblock", "ADDRESS", "", N_("Let an address in again"), 1, unblock },
  { NULL },
};
