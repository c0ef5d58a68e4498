/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-time.h"
#include "net/sb-missed.h"
#include "sb-ctl.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <stdio.h>

/* What is said to clients: now, by a name, or by itself. */

/* What is said comes from the word, or from standard input for "-". NULL: it is no text, and that was said. */
char *
sb_ctl_read_message (const char *word)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gsize n;

  if (!g_str_equal (word, "-"))
    g_string_append (text, word);
  else
    while ((n = fread (buffer, 1, sizeof buffer, stdin)) > 0)
      g_string_append_len (text, buffer, (gssize) n);

  /* NUL as well: what follows it would be lost on the way, and the rest could pass for the whole. */
  if (!g_utf8_validate_len (text->str, text->len, NULL))
    {
      sb_ctl_fail (SB_CTL_FAILED, _("the message is not UTF-8 text"));
      return NULL;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
why_cell (JsonObject *row, const char *member)
{
  return g_strdup (sb_missed_why_to_text (sb_missed_why_from_id (json_object_get_string_member (row, member))));
}

void
sb_ctl_print_report (const SbCtlOptions *options, JsonObject *answer)
{
  static const SbCtlColumn columns[] = {
    { N_("TOKEN"), "token_label", sb_ctl_format_text },
    { N_("NAME"), "name", sb_ctl_format_text },
    { N_("CHANNEL"), "channel", sb_ctl_format_text },
    { N_("ADDRESS"), "address", sb_ctl_format_text },
    { N_("WHY"), "why", why_cell },
  };

  sb_ctl_print_done (options, answer, _("Sent to %d of %d, %d dropped, %d pending, in %.1f ms."),
                     (int) json_object_get_int_member (answer, "sent"),
                     (int) json_object_get_int_member (answer, "targeted"),
                     (int) json_object_get_int_member (answer, "dropped"),
                     (int) json_object_get_int_member (answer, "pending"),
                     json_object_get_double_member (answer, "duration_ms"));
  if (!options->json && json_object_get_boolean_member (answer, "retained"))
    printf ("%s\n", _("Message kept for newcomers"));
  if (!options->json && json_array_get_length (json_object_get_array_member (answer, "dropped_clients")) > 0)
    sb_ctl_print_list (options, answer, "dropped_clients", columns, G_N_ELEMENTS (columns), "");
}

/* FALSE: one of them is no number, and it was said. */
static gboolean
set_ids (JsonObject *body, const char *member, char **texts)
{
  JsonArray *array;

  if (texts == NULL)
    return TRUE;
  array = json_array_new ();
  json_object_set_array_member (body, member, array);
  for (guint i = 0; texts[i] != NULL; i++)
    {
      gint64 id;

      if (!sb_ctl_parse_id (texts[i], &id))
        {
          sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not an ID"), texts[i]);
          return FALSE;
        }
      json_array_add_int_element (array, id);
    }

  return TRUE;
}

/* Whom it is for; without a word about it @everyone, or nothing. FALSE: the words are wrong, and it was said. */
static gboolean
set_target (JsonObject *body, const SbCtlOptions *options, gboolean everyone)
{
  if (everyone && options->channel == NULL && options->token == NULL && options->client == NULL)
    json_object_set_boolean_member (body, "everyone", TRUE);
  if (options->channel != NULL)
    {
      JsonArray *array = json_array_new ();

      for (guint i = 0; options->channel[i] != NULL; i++)
        json_array_add_string_element (array, options->channel[i]);
      json_object_set_array_member (body, "channels", array);
    }

  return set_ids (body, "tokens", options->token) && set_ids (body, "clients", options->client);
}

/* A body with the message of @word and its target. NULL: it was said why not; @status has what to exit with. */
static JsonObject *
new_body (const SbCtlOptions *options, const char *word, gboolean everyone, SbCtlStatus *status)
{
  g_autofree char *message = sb_ctl_read_message (word);
  g_autoptr (JsonObject) body = json_object_new ();

  *status = message == NULL ? SB_CTL_FAILED : SB_CTL_USAGE;
  if (message == NULL || !set_target (body, options, everyone))
    return NULL;
  json_object_set_string_member (body, "message", message);

  return g_steal_pointer (&body);
}

static SbCtlStatus
broadcast (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;
  JsonObject *body = new_body (options, words[0], TRUE, &status);

  if (body == NULL)
    return status;
  if (options->retain)
    json_object_set_boolean_member (body, "retain", TRUE);
  status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "POST", "/broadcasts", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_report (options, answer);

  return status;
}

/* --- Cells ---------------------------------------------------------------------------------------------- */

/* One line of it. */
static char *
message_cell (JsonObject *row, const char *member)
{
  g_autofree char *text = NULL;

  if (json_object_get_boolean_member (row, "binary"))
    return g_strdup_printf (_("binary, %" PRId64 " bytes"), json_object_get_int_member (row, "size"));

  text = sb_ctl_format_text (row, "message");
  if (g_utf8_strlen (text, -1) > 60)
    {
      g_autofree char *beginning = g_utf8_substring (text, 0, 59);

      return g_strconcat (beginning, "…", NULL);
    }

  return g_steal_pointer (&text);
}

static char *
rhythm_cell (JsonObject *row, const char *member)
{
  gint64 every = json_object_get_int_member (row, "every");
  gint64 times = json_object_get_int_member (row, "times");

  if (every == 0)
    return g_strdup (_("once"));
  if (times == 0)
    return g_strdup_printf (_("every %" PRId64 " s"), every);

  return g_strdup_printf (_("every %" PRId64 " s, %" PRId64 " times"), every, times);
}

/* A request about "/templates/3/send". @body (nullable) is taken. */
static SbCtlStatus
call_item (const SbCtlOptions *options, SbCtlNeed need, const char *method, const char *room, const char *word,
           const char *action, JsonObject *body, JsonObject **answer)
{
  g_autoptr (JsonObject) sent = body;
  g_autofree char *path = NULL;
  gint64 id;

  if (!sb_ctl_parse_id (word, &id))
    return sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not an ID"), word);

  path = g_strdup_printf ("/%s/%" G_GINT64_FORMAT "%s", room, id, action);

  return sb_ctl_call (options, need, method, path, g_steal_pointer (&sent), answer);
}

/* What one says, and nothing else, so that it can be sent again. */
static SbCtlStatus
show_message (const SbCtlOptions *options, const char *room, const char *word)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_item (options, SB_CTL_NEEDS_DATA, "GET", room, word, "", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, "%s",
                       json_object_get_string_member (
                           answer, json_object_get_boolean_member (answer, "binary") ? "base64" : "message"));

  return status;
}

/* --- Retained messages ---------------------------------------------------------------------------------- */

static SbCtlStatus
list_retained (const SbCtlOptions *options, char **words)
{
  static const SbCtlColumn columns[] = {
    { N_("ID"), "id", sb_ctl_format_integer, TRUE },
    { N_("CHANNELS"), "channels", sb_ctl_format_text },
    { N_("SINCE"), "since", sb_ctl_format_moment },
    { N_("SENT"), "delivered", sb_ctl_format_integer, TRUE },
    { N_("MESSAGE"), NULL, message_cell },
  };
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/retained", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "retained", columns, G_N_ELEMENTS (columns),
                       _("No message is kept for newcomers."));

  return status;
}

static SbCtlStatus
show_retained (const SbCtlOptions *options, char **words)
{
  return show_message (options, "retained", words[0]);
}

static SbCtlStatus
remove_retained (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_item (options, SB_CTL_NEEDS_DATA, "DELETE", "retained", words[0], "", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Message %s is no longer kept."), words[0]);

  return status;
}

/* --- Templates ------------------------------------------------------------------------------------------ */

static SbCtlStatus
list_templates (const SbCtlOptions *options, char **words)
{
  static const SbCtlColumn columns[] = {
    { N_("ID"), "id", sb_ctl_format_integer, TRUE },
    { N_("NAME"), "name", sb_ctl_format_text },
    { N_("TO"), "target", sb_ctl_format_text },
    { N_("MESSAGE"), NULL, message_cell },
  };
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/templates", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "templates", columns, G_N_ELEMENTS (columns), _("There are no templates."));

  return status;
}

static SbCtlStatus
show_template (const SbCtlOptions *options, char **words)
{
  return show_message (options, "templates", words[0]);
}

static SbCtlStatus
save_template (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;
  JsonObject *body = new_body (options, words[1], FALSE, &status);

  if (body == NULL)
    return status;
  json_object_set_string_member (body, "name", words[0]);
  status = sb_ctl_call (options, SB_CTL_MAKES_DATA, "POST", "/templates", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Saved template %d."), (int) json_object_get_int_member (answer, "id"));

  return status;
}

static SbCtlStatus
rename_template (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  JsonObject *body = json_object_new ();
  SbCtlStatus status;

  json_object_set_string_member (body, "name", words[1]);
  status = call_item (options, SB_CTL_NEEDS_DATA, "PATCH", "templates", words[0], "", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Renamed template %s."), words[0]);

  return status;
}

static SbCtlStatus
delete_template (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_item (options, SB_CTL_NEEDS_DATA, "DELETE", "templates", words[0], "", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Deleted template %s."), words[0]);

  return status;
}

static SbCtlStatus
send_template (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;

  if (!set_target (body, options, FALSE))
    return SB_CTL_USAGE;
  if (options->everyone)
    json_object_set_boolean_member (body, "everyone", TRUE);
  if (options->retain)
    json_object_set_boolean_member (body, "retain", TRUE);
  status = call_item (options, SB_CTL_NEEDS_SERVER, "POST", "templates", words[0], "/send", g_steal_pointer (&body),
                      &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_report (options, answer);

  return status;
}

/* --- Schedules ------------------------------------------------------------------------------------------ */

static SbCtlStatus
list_schedules (const SbCtlOptions *options, char **words)
{
  static const SbCtlColumn columns[] = {
    { N_("ID"), "id", sb_ctl_format_integer, TRUE },
    { N_("WHEN"), NULL, rhythm_cell },
    { N_("NEXT"), "next_at", sb_ctl_format_moment },
    { N_("SENT"), "runs", sb_ctl_format_integer, TRUE },
    { N_("MISSED"), "missed", sb_ctl_format_integer, TRUE },
    { N_("ERRORS"), "failed", sb_ctl_format_integer, TRUE },
    { N_("TO"), "target", sb_ctl_format_text },
    { N_("MESSAGE"), NULL, message_cell },
  };
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/schedules", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "schedules", columns, G_N_ELEMENTS (columns),
                       _("Nothing is scheduled."));

  return status;
}

/* FALSE: the words are wrong, and it was said. */
static gboolean
set_times (JsonObject *body, const SbCtlOptions *options)
{
  g_autoptr (GError) error = NULL;
  gint64 every = 0;

  if (options->every == NULL && options->at == NULL)
    {
      sb_ctl_fail (SB_CTL_USAGE, _("say how often with --every, or when with --at"));
      return FALSE;
    }
  if (options->every != NULL && !sb_control_duration_parse (options->every, &every, &error))
    {
      sb_ctl_fail (SB_CTL_USAGE, "%s", error->message);
      return FALSE;
    }
  if (options->every != NULL)
    json_object_set_int_member (body, "every", every / G_USEC_PER_SEC);
  if (options->times != 0)
    json_object_set_int_member (body, "times", options->times);

  return options->at == NULL || sb_ctl_set_time (body, "at", options->at);
}

static SbCtlStatus
add_schedule (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;
  g_autoptr (JsonObject) body = new_body (options, words[0], TRUE, &status);

  if (body == NULL)
    return status;
  if (!set_times (body, options))
    return SB_CTL_USAGE;
  status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "POST", "/schedules", g_steal_pointer (&body), &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Scheduled as %d; see: signalboxctl schedule list"),
                       (int) json_object_get_int_member (answer, "id"));

  return status;
}

static SbCtlStatus
stop_schedule (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = call_item (options, SB_CTL_NEEDS_DATA, "DELETE", "schedules", words[0], "", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Stopped %s."), words[0]);

  return status;
}

const SbCtlCommand sb_ctl_message_commands[] = {
  { "broadcast", "JSON", "channel token client retain", N_("Send a message to everyone, or to some (- for standard input)"),
    1, broadcast },
  { "retained list", "", "", N_("Show the messages kept for those who come later"), 0, list_retained },
  { "retained show", "ID", "", N_("Print a kept message"), 1, show_retained },
  { "retained remove", "ID", "", N_("Keep a message no longer"), 1, remove_retained },
  { "template list", "", "", N_("Show the messages kept under a name"), 0, list_templates },
  { "template show", "ID", "", N_("Print a template’s message"), 1, show_template },
  { "template save", "NAME JSON", "channel token", N_("Keep a message under a name (- for standard input)"), 2,
    save_template },
  { "template rename", "ID NAME", "", N_("Give a template another name"), 2, rename_template },
  { "template delete", "ID", "", N_("Delete a template"), 1, delete_template },
  { "template send", "ID", "channel token client everyone retain",
    N_("Send a template’s message to those it is for, or to others"), 1, send_template },
  { "schedule list", "", "", N_("Show the scheduled messages"), 0, list_schedules },
  { "schedule add", "JSON", "every at times channel token",
    N_("Send a message again and again, or later (- for standard input)"), 1, add_schedule },
  { "schedule stop", "ID", "", N_("Stop a scheduled message"), 1, stop_schedule },
  { NULL },
};
