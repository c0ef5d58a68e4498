/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audit/sb-audit-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* What there is to be said of each act: with %s for its subject, and what is said where it has none. */
static const struct
{
  const char *with_subject;
  const char *without;
  const char *icon;
  const char *style;
  const char *kind;
} acts[SB_N_ACTS] = {
  [SB_ACT_SERVER_STARTED] = { N_("Server started on %s"), N_("Server started"), "media-playback-start-symbolic", "dimmed", "server" },
  [SB_ACT_SERVER_STOPPED] = { N_("Server stopped: %s"), N_("Server stopped"), "media-playback-stop-symbolic", "dimmed", "server" },
  [SB_ACT_SERVER_FAILED] = { N_("Server could not start on %s"), N_("Server could not start"), "dialog-error-symbolic", "error", "server" },
  [SB_ACT_TOKEN_ISSUED] = { N_("Token “%s” issued"), N_("Token issued"), "list-add-symbolic", "dimmed", "tokens" },
  [SB_ACT_TOKEN_EDITED] = { N_("Token “%s” changed"), N_("Token changed"), "document-edit-symbolic", "dimmed", "tokens" },
  [SB_ACT_TOKEN_ROTATED] = { N_("Token “%s” rotated"), N_("Token rotated"), "view-refresh-symbolic", "dimmed", "tokens" },
  [SB_ACT_TOKEN_REVOKED] = { N_("Token “%s” revoked"), N_("Token revoked"), "action-unavailable-symbolic", "error", "tokens" },
  [SB_ACT_TOKEN_RESTORED] = { N_("Token “%s” valid again"), N_("Token valid again"), "edit-undo-symbolic", "dimmed", "tokens" },
  [SB_ACT_TOKEN_DELETED] = { N_("Token “%s” deleted"), N_("Token deleted"), "user-trash-symbolic", "dimmed", "tokens" },
  [SB_ACT_TOKEN_EXPIRED] = { N_("Token “%s” expired"), N_("Token expired"), "alarm-symbolic", "dimmed", "tokens" },
  [SB_ACT_CLIENT_REFUSED] = { N_("%s was refused"), N_("Client refused"), "dialog-warning-symbolic", "warning", "clients" },
  [SB_ACT_CLIENT_DISCONNECTED] = { N_("%s disconnected"), N_("Client disconnected"), "network-offline-symbolic", "dimmed", "clients" },
  [SB_ACT_ADDRESS_BLOCKED] = { N_("Address %s blocked"), N_("Address blocked"), "action-unavailable-symbolic", "error", "clients" },
  [SB_ACT_ADDRESS_UNBLOCKED] = { N_("Address %s no longer blocked"), N_("Address no longer blocked"), "object-select-symbolic", "dimmed",
                                 "clients" },
  [SB_ACT_BROADCAST_SENT] = { N_("Broadcast to %s"), N_("Broadcast"), "signalbox-broadcast-symbolic", "dimmed", "broadcasts" },
  [SB_ACT_MESSAGE_SENT] = { N_("Message to %s"), N_("Message"), "mail-send-symbolic", "dimmed", "broadcasts" },
  [SB_ACT_MESSAGE_RETAINED] = { N_("Message to %s kept for newcomers"), N_("Message kept for newcomers"), "view-pin-symbolic", "dimmed",
                                "broadcasts" },
  [SB_ACT_MESSAGE_RELEASED] = { N_("Message to %s no longer kept for newcomers"), N_("Message no longer kept for newcomers"),
                                "user-trash-symbolic", "dimmed", "broadcasts" },
  [SB_ACT_TEMPLATE_SAVED] = { N_("Template “%s” saved"), N_("Template saved"), "document-save-symbolic", "dimmed", "broadcasts" },
  [SB_ACT_TEMPLATE_DELETED] = { N_("Template “%s” deleted"), N_("Template deleted"), "user-trash-symbolic", "dimmed", "broadcasts" },
  [SB_ACT_SCHEDULE_STARTED] = { N_("Message to %s scheduled"), N_("Message scheduled"), "alarm-symbolic", "dimmed", "broadcasts" },
  [SB_ACT_SCHEDULE_STOPPED] = { N_("Scheduled message to %s stopped"), N_("Scheduled message stopped"), "media-playback-stop-symbolic", "dimmed",
                                "broadcasts" },
  [SB_ACT_SCHEDULE_ENDED] = { N_("Scheduled message to %s is over"), N_("Scheduled message is over"), "object-select-symbolic", "dimmed",
                              "broadcasts" },
  [SB_ACT_SCHEDULE_FAILED] = { N_("Scheduled message to %s failed"), N_("Scheduled message failed"), "dialog-error-symbolic", "error",
                               "broadcasts" },
  [SB_ACT_RULE_SET] = { N_("Rule for %s set"), N_("Rule set"), "document-edit-symbolic", "dimmed", "rules" },
  [SB_ACT_RULE_REMOVED] = { N_("Rule for %s removed"), N_("Rule removed"), "user-trash-symbolic", "dimmed", "rules" },
  [SB_ACT_SCHEMA_ADDED] = { N_("Schema %s stored"), N_("Schema stored"), "document-edit-symbolic", "dimmed", "rules" },
  [SB_ACT_SCHEMA_REMOVED] = { N_("Schema %s removed"), N_("Schema removed"), "user-trash-symbolic", "dimmed", "rules" },
  [SB_ACT_SETTINGS_CHANGED] = { N_("Setting changed: %s"), N_("Settings changed"), "emblem-system-symbolic", "dimmed", "server" },
  [SB_ACT_NOTICE] = { "%s", N_("Notice"), "dialog-information-symbolic", "dimmed", "server" },
};

/* Why a client was refused: the "error" of the answer it got, and behind a colon what only the admin may know. */
static const struct
{
  const char *code;
  const char *words;
} refusals[] = {
  { "missing_token", N_("without a token") },
  { "invalid_token", N_("with an invalid token") },
  { "invalid_token: unknown", N_("with a token that does not exist") },
  { "invalid_token: malformed", N_("with something that is not a token") },
  { "invalid_token: expired", N_("with an expired token") },
  { "invalid_token: revoked", N_("with a revoked token") },
  { "invalid_token: not_yet_valid", N_("with a token that is not valid yet") },
  { "channel_not_allowed", N_("its token does not allow this channel") },
  { "origin_not_allowed", N_("its web page is not on the list of allowed origins") },
  { "address_blocked", N_("its address is blocked") },
  { "too_many_connections", N_("too many connections") },
  { "too_many_attempts", N_("too many attempts") },
  { "no_such_channel", N_("there is no such channel") },
  { "bad_request", N_("not a WebSocket handshake") },
  { "upgrade_required", N_("not a WebSocket handshake") },
  { "full", N_("the server is full") },
  { "draining", N_("the server was stopping") },
};

/* The formats are translated at run time, so the compiler can't check them; the table above is all there is. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static char *
fill (const char *format,
      const char *subject)
{
  return g_strdup_printf (format, subject);
}
#pragma GCC diagnostic pop

/* The trail names a token "Sensors (sbx_7Kq2…f3Zd)", which is more than a sentence wants. Cuts the bracket out of @text, and gives it. */
static char *
take_hint (GString *text)
{
  char *start = strstr (text->str, " (sbx_");
  char *end = start != NULL ? strchr (start, ')') : NULL;
  char *hint;

  if (end == NULL)
    return NULL;
  hint = g_strndup (start + 2, end - start - 2);
  g_string_erase (text, start - text->str, end + 1 - start);
  return hint;
}

/* What the server has to tell is stored in English as well, under a code; in which form, the engine's tests hold. NULL: one that is said
 * as it stands. */
static char *
describe_notice (const char *code,
                 const char *detail)
{
  gint64 seconds;
  guint n;
  int end = 0;
  g_autofree char *number = NULL;

  if (g_str_equal (code, "clock_set"))
    {
      gboolean forward = g_str_has_prefix (detail, "The clock was set forward by ");

      if (sscanf (detail, forward ? "The clock was set forward by %" G_GINT64_FORMAT " seconds.%n"
                                  : "The clock was set back by %" G_GINT64_FORMAT " seconds.%n", &seconds, &end) != 1 || end == 0)
        return NULL;
      number = sb_format_elapsed (seconds * G_TIME_SPAN_SECOND);
      /* Translators: %s is a time, such as "2 h 05" */
      return g_strdup_printf (forward ? _("The clock was set forward by %s") : _("The clock was set back by %s"), number);
    }
  if (g_str_equal (code, "out_of_queue_memory"))
    {
      const char *colon = strrchr (detail, ':');

      if (colon == NULL || sscanf (colon, ": %u clients", &n) != 1)
        return NULL;
      number = sb_format_number (n);
      return g_strdup_printf (ngettext ("Too much waited for slow clients: %s client disconnected",
                                        "Too much waited for slow clients: %s clients disconnected", n), number);
    }
  if (g_str_equal (code, "accepting_again"))
    return g_strdup (_("New connections are accepted again"));
  if (g_str_equal (code, "out_of_descriptors") && g_str_has_prefix (detail, "New connections have to wait: "))
    return g_strdup (_("New connections had to wait: too many files and connections were open"));

  return NULL;
}

/**
 * sb_audit_words_sentence:
 *
 * Returns: (transfer full): what happened
 */
char *
sb_audit_words_sentence (SbJournalEntry *entry)
{
  SbAct act;
  const char *subject;
  g_autofree char *notice = NULL;
  g_autofree char *hint = NULL;
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (entry), NULL);

  act = sb_journal_entry_get_act (entry);
  subject = sb_journal_entry_get_subject (entry);
  if (act == SB_ACT_NOTICE && (notice = describe_notice (subject, sb_journal_entry_get_detail (entry))) != NULL)
    return g_steal_pointer (&notice);
  if (act == SB_ACT_NOTICE && *sb_journal_entry_get_detail (entry) != '\0')
    subject = sb_journal_entry_get_detail (entry);
  else if (act == SB_ACT_CLIENT_REFUSED)
    subject = sb_journal_entry_get_actor (entry);
  else if (g_str_equal (sb_audit_words_kind (act), "broadcasts") && g_str_equal (subject, "everyone") &&
           act != SB_ACT_TEMPLATE_SAVED && act != SB_ACT_TEMPLATE_DELETED)
    subject = _("everyone");

  text = g_string_new (subject);
  hint = take_hint (text);
  return text->len > 0 ? fill (_(acts[act].with_subject), text->str) : g_strdup (_(acts[act].without));
}

static void
append_part (GString    *text,
             const char *part)
{
  if (*part == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

static char *
describe_closed (guint n)
{
  g_autofree char *number = sb_format_number (n);

  if (n == 0)
    return g_strdup (_("no client was connected"));
  return g_strdup_printf (ngettext ("%s client disconnected", "%s clients disconnected", n), number);
}

/* Whether @part is a number followed by @suffix. */
static gboolean
is_number_of (const char *part,
              const char *suffix,
              guint      *n)
{
  char *end;
  guint64 value = g_ascii_strtoull (part, &end, 10);

  *n = (guint) MIN (value, G_MAXUINT);
  return end != part && g_str_equal (end, suffix);
}

/* The details are stored in English, in a few forms; those that are no more than a number are said in the user's language. */
static void
append_detail_part (GString    *text,
                    const char *part)
{
  guint n, targeted, sent, dropped, missed;
  gint64 seconds;
  int end = 0;
  g_autofree char *words = NULL;

  if (is_number_of (part, " connections closed", &n))
    words = describe_closed (n);
  else if (is_number_of (part, " clients were connected", &n))
    words = describe_closed (n);
  else if (sscanf (part, "%u targeted, %u sent, %u dropped", &targeted, &sent, &dropped) == 3)
    {
      g_autofree char *sent_number = sb_format_number (sent);
      g_autofree char *all = sb_format_number (targeted);

      /* Translators: how many of those it was for got a message, as in "11 of 12 clients" */
      words = g_strdup_printf (ngettext ("%s of %s client", "%s of %s clients", targeted), sent_number, all);
    }
  else if (is_number_of (part, " sent", &sent))
    {
      g_autofree char *number = sb_format_number (sent);

      words = g_strdup_printf (ngettext ("sent %s time", "sent %s times", sent), number);
    }
  else if (sscanf (part, "%u sent, %u missed", &sent, &missed) == 2)
    {
      g_autofree char *sent_number = sb_format_number (sent);
      g_autofree char *missed_number = sb_format_number (missed);

      words = g_strdup_printf (ngettext ("sent %s time", "sent %s times", sent), sent_number);
      if (missed > 0)
        {
          append_part (text, words);
          g_free (words);
          /* Translators: how many times a message could not be sent */
          words = g_strdup_printf (ngettext ("%s missed", "%s missed", missed), missed_number);
        }
    }
  else if (sscanf (part, "every %" G_GINT64_FORMAT " s%n", &seconds, &end) == 1 && end > 0 && part[end] == '\0')
    {
      g_autofree char *interval = sb_format_elapsed (seconds * G_TIME_SPAN_SECOND);

      /* Translators: how often a message is sent, as in "every 30 s" */
      words = g_strdup_printf (_("every %s"), interval);
    }
  else if (g_str_equal (part, "**"))
    words = g_strdup (_("all channels"));
  append_part (text, words != NULL ? words : part);
}

static void
append_detail (GString    *text,
               const char *detail)
{
  const char *colon = strstr (detail, " connections closed: ");
  g_auto (GStrv) parts = NULL;

  /* What follows the colon is the admin's reason, in whatever words. */
  if (colon != NULL)
    {
      g_autofree char *closed = g_strndup (detail, colon + strlen (" connections closed") - detail);

      append_part (text, colon + strlen (" connections closed: "));
      append_detail_part (text, closed);
      return;
    }
  parts = g_strsplit (detail, "; ", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    append_detail_part (text, parts[i]);
}

static void
append_refusal (GString        *text,
                SbJournalEntry *entry)
{
  const char *detail = sb_journal_entry_get_detail (entry);
  const char *words = detail;

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_str_equal (detail, refusals[i].code))
      words = _(refusals[i].words);
  if (g_str_has_prefix (detail, "origin_not_allowed: "))
    {
      append_part (text, _("its web page is not on the list of allowed origins"));
      words = detail + strlen ("origin_not_allowed: ");
    }
  append_part (text, words);
  append_part (text, sb_journal_entry_get_subject (entry));
}

static void
append_actor (GString    *text,
              const char *actor)
{
  if (g_str_equal (actor, "window"))
    append_part (text, _("in the window"));
  else if (g_str_equal (actor, "command line"))
    append_part (text, _("on the command line"));
  else if (g_str_equal (actor, "schedule"))
    append_part (text, _("as scheduled"));
  else if (!g_str_equal (actor, "server"))
    append_part (text, actor);
}

/**
 * sb_audit_words_detail:
 *
 * Returns: (transfer full): what else there is to be said: why, how many, by whom; "" for nothing
 */
char *
sb_audit_words_detail (SbJournalEntry *entry)
{
  SbAct act;
  GString *text;
  g_autoptr (GString) subject = NULL;
  g_autofree char *hint = NULL;
  guint count;

  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (entry), NULL);

  act = sb_journal_entry_get_act (entry);
  text = g_string_new (NULL);
  subject = g_string_new (sb_journal_entry_get_subject (entry));
  if (act == SB_ACT_CLIENT_REFUSED)
    append_refusal (text, entry);
  else
    {
      hint = take_hint (subject);
      if (hint != NULL)
        append_part (text, hint);
      if (act != SB_ACT_NOTICE)
        append_detail (text, sb_journal_entry_get_detail (entry));
      append_actor (text, sb_journal_entry_get_actor (entry));
    }
  count = sb_journal_entry_get_count (entry);
  if (count > 1)
    {
      g_autofree char *number = sb_format_number (count);
      g_autofree char *times = g_strdup_printf (ngettext ("%s time", "%s times", count), number);

      append_part (text, times);
    }
  return g_string_free (text, FALSE);
}

const char *
sb_audit_words_icon (SbAct act)
{
  g_return_val_if_fail ((guint) act < SB_N_ACTS, NULL);

  return acts[act].icon;
}

const char *
sb_audit_words_style (SbAct act)
{
  g_return_val_if_fail ((guint) act < SB_N_ACTS, NULL);

  return acts[act].style;
}

const char *
sb_audit_words_kind (SbAct act)
{
  g_return_val_if_fail ((guint) act < SB_N_ACTS, NULL);

  return acts[act].kind;
}

static gint64
get_day (GDateTime *date)
{
  GDate day;

  g_date_clear (&day, 1);
  g_date_set_dmy (&day, (GDateDay) g_date_time_get_day_of_month (date), (GDateMonth) g_date_time_get_month (date),
                  (GDateYear) g_date_time_get_year (date));
  return g_date_get_julian (&day);
}

char *
sb_audit_words_day (gint64 time,
                    gint64 now)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local_usec (now);
  gint64 days = get_day (today) - get_day (date);

  if (days == 0)
    return g_strdup (_("Today"));
  if (days == 1)
    return g_strdup (_("Yesterday"));
  if (g_date_time_get_year (date) == g_date_time_get_year (today))
    /* Translators: a day of this year, as in "Tuesday, 12 October"; see strftime(3) */
    return g_date_time_format (date, _("%A, %-d %B"));
  /* Translators: a day of another year, as in "12 October 2027"; see strftime(3) */
  return g_date_time_format (date, _("%-d %B %Y"));
}
