/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-ctl.h"
#include "watch/sb-preview.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What is said, who left, where who is, and the numbers of it all. */

#define PAGE 1000           /* messages of one answer */
#define FOLLOWED_FIRST 10   /* of those before, to see where one is; as tail(1) has it */
#define PREVIEW_WIDTH 240   /* columns, where there is no terminal to fit in */
#define MIN_PREVIEW_WIDTH 8
#define NARROW 70           /* columns of a terminal that has no room for sizes and milliseconds */

/* --- one line for people --- */

/* Of the day where it is not today. */
static char *
time_text (JsonObject *line, gboolean milliseconds)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_iso8601 (json_object_get_string_member (line, "time"), NULL);
  g_autoptr (GDateTime) time = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock = NULL;

  if (time == NULL)
    return g_strdup ("");
  clock = g_date_time_format (time, g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now) &&
                                            g_date_time_get_year (time) == g_date_time_get_year (now)
                                        ? "%H:%M:%S"
                                        : "%Y-%m-%d %H:%M:%S");

  if (!milliseconds)
    return g_steal_pointer (&clock);

  return g_strdup_printf ("%s.%03d", clock, g_date_time_get_microsecond (time) / 1000);
}

/* "kiosk (17)"; of what an administrator sent nothing. */
static char *
client_text (JsonObject *line)
{
  g_autofree char *label = NULL;

  if (json_object_get_null_member (line, "client"))
    return g_strdup ("");
  label = sb_ctl_format_text (line, "token_label");

  return g_strdup_printf ("%s (%" G_GINT64_FORMAT ")", label, json_object_get_int_member (line, "client"));
}

/* The message in one line that no terminal obeys, for it may be anything. */
static char *
preview_text (JsonObject *line)
{
  gboolean binary = json_object_get_boolean_member (line, "binary");
  guint64 size = (guint64) json_object_get_int_member (line, "size");
  g_autoptr (GBytes) payload = NULL;

  if (binary)
    {
      gsize length = 0;
      guchar *data = g_base64_decode (json_object_get_string_member (line, "base64"), &length);

      payload = g_bytes_new_take (data, length);
    }
  else
    {
      const char *text = json_object_get_string_member (line, "message");

      payload = g_bytes_new (text, strlen (text));
    }

  return sb_preview_make (payload, size, binary);
}

static char *
message_text (JsonObject *line)
{
  g_autofree char *preview = preview_text (line);
  g_autofree char *reason = NULL;

  if (!json_object_get_boolean_member (line, "rejected"))
    return g_steal_pointer (&preview);
  reason = sb_ctl_format_text (line, "reason");

  return g_strdup_printf ("[%s: %s] %s", json_object_get_string_member (line, "code"), reason, preview);
}

static const char *
message_mark (JsonObject *line)
{
  if (json_object_get_boolean_member (line, "rejected"))
    return "✗";

  return g_str_equal (json_object_get_string_member (line, "direction"), "client") ? "→" : "←";
}

/* Columns of the terminal; 0: there is none to fit in. */
static int
get_columns (void)
{
  struct winsize size;

  return isatty (STDOUT_FILENO) && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* @text in its column, which a terminal has less room for. */
static char *
make_cell (const char *text, int width, int columns)
{
  int most = columns == 0 ? G_MAXINT : MAX (columns / 5, 6);
  g_autofree char *cut = sb_ctl_cut (text, most);

  return sb_ctl_pad (cut, MIN (width, most), FALSE);
}

static void
print_row (JsonObject *line, const char *mark, const char *channel, const char *size, const char *text)
{
  int columns = get_columns ();
  gboolean narrow = columns > 0 && columns < NARROW;
  g_autofree char *time = time_text (line, !narrow);
  g_autofree char *client = client_text (line);
  g_autofree char *client_cell = make_cell (client, 16, columns);
  g_autofree char *channel_cell = make_cell (channel, 12, columns);
  g_autofree char *size_cell = narrow ? g_strdup ("") : sb_ctl_pad (size, 9, TRUE);
  g_autofree char *head = g_strdup_printf ("%s %s %s  %s%s", time, mark, client_cell, channel_cell, size_cell);
  g_autofree char *cut = sb_ctl_cut (text, columns == 0 ? PREVIEW_WIDTH : MAX (columns - sb_ctl_width (head) - 2, MIN_PREVIEW_WIDTH));

  printf ("%s  %s\n", head, cut);
}

static void
print_message (JsonObject *line)
{
  gboolean of_client = !json_object_get_null_member (line, "client");
  g_autofree char *channel = sb_ctl_format_text (line, of_client ? "channel" : "target");
  g_autofree char *size = g_strdup_printf ("%" G_GINT64_FORMAT " B", json_object_get_int_member (line, "size"));
  g_autofree char *text = message_text (line);

  print_row (line, message_mark (line), channel, size, text);
}

/* "1008 too many rejected messages" */
static char *
end_text (JsonObject *line)
{
  g_autofree char *reason = sb_ctl_format_text (line, "reason");

  return g_strdup_printf ("%" G_GINT64_FORMAT "%s%s", json_object_get_int_member (line, "code"), *reason != '\0' ? " " : "", reason);
}

static void
print_joined (JsonObject *line)
{
  g_autofree char *channel = sb_ctl_format_text (line, "channel");
  g_autofree char *address = sb_ctl_format_text (line, "address");

  print_row (line, "+", channel, "", address);
}

static void
print_left (JsonObject *line)
{
  g_autofree char *channel = sb_ctl_format_text (line, "channel");
  g_autofree char *end = end_text (line);

  print_row (line, "-", channel, "", end);
}

/* Free with g_free(). */
static char *
not_kept_text (gint64 n)
{
  return g_strdup_printf (ngettext ("%" PRId64 " message is not shown, for there were too many at once",
                                    "%" PRId64 " messages are not shown, for there were too many at once", (gulong) n),
                          n);
}

static char *
missed_text (gint64 n)
{
  return g_strdup_printf (ngettext ("%" PRId64 " line is not shown, for they were read too slowly",
                                    "%" PRId64 " lines are not shown, for they were read too slowly", (gulong) n),
                          n);
}

/* What is missing is said where it is missing. */
static void
print_event (JsonObject *line)
{
  const char *event = json_object_get_string_member_with_default (line, "event", "");
  g_autofree char *missing = NULL;

  if (g_str_equal (event, "message"))
    print_message (line);
  else if (g_str_equal (event, "joined"))
    print_joined (line);
  else if (g_str_equal (event, "left"))
    print_left (line);
  else if (g_str_equal (event, "missed"))
    missing = missed_text (json_object_get_int_member (line, "missed"));
  else if (g_str_equal (event, "not_kept"))
    missing = not_kept_text (json_object_get_int_member (line, "not_kept"));
  if (missing != NULL)
    printf ("… %s\n", missing);
}

/* --- the question --- */

static gboolean
check_id (const char *text, SbCtlStatus *status)
{
  gint64 id;

  if (text == NULL || sb_ctl_parse_id (text, &id))
    return TRUE;
  *status = sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not an ID"), text);

  return FALSE;
}

GString *
sb_ctl_make_path (const SbCtlOptions *options, const char *path, SbCtlStatus *status)
{
  GString *text;

  if (!check_id (options->only_token, status) || !check_id (options->only_client, status))
    return NULL;
  text = g_string_new (path);
  g_string_append_c (text, '?');
  if (options->only_channel != NULL)
    {
      g_string_append (text, "channel=");
      g_string_append_uri_escaped (text, options->only_channel, NULL, FALSE);
      g_string_append_c (text, '&');
    }
  if (options->only_token != NULL)
    g_string_append_printf (text, "token=%s&", options->only_token);
  if (options->only_client != NULL)
    g_string_append_printf (text, "client=%s&", options->only_client);
  if (options->rejected)
    g_string_append (text, "rejected=true&");
  if (options->search != NULL)
    {
      g_string_append (text, "text=");
      g_string_append_uri_escaped (text, options->search, NULL, FALSE);
      g_string_append_c (text, '&');
    }

  return text;
}

/* --- what was said --- */

/* The newest @limit messages, the newest page first. @not_kept: how many the log never had. */
static SbCtlStatus
fetch_pages (const SbCtlOptions *options, const char *path, int limit, GPtrArray *pages, gint64 *not_kept)
{
  gint64 before = G_MAXINT64;
  gboolean more;

  do
    {
      g_autofree char *page_path = g_strdup_printf ("%slimit=%d&before=%" G_GINT64_FORMAT, path, MIN (limit, PAGE), before);
      JsonObject *page = NULL;
      JsonArray *messages;
      SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "GET", page_path, NULL, &page);

      if (status != SB_CTL_DONE)
        return status;
      g_ptr_array_add (pages, page);
      messages = json_object_get_array_member (page, "messages");
      limit -= (int) json_array_get_length (messages);
      more = json_object_get_boolean_member (page, "more") && json_array_get_length (messages) > 0;
      if (more)
        before = json_object_get_int_member (json_array_get_object_element (messages, 0), "id");
      *not_kept = json_object_get_int_member (page, "not_kept");
    }
  while (more && limit > 0);

  return SB_CTL_DONE;
}

static void
print_page (const SbCtlOptions *options, JsonArray *messages)
{
  for (guint i = 0; i < json_array_get_length (messages); i++)
    if (options->json)
      sb_ctl_print_json (json_array_get_element (messages, i));
    else
      print_message (json_array_get_object_element (messages, i));
}

static SbCtlStatus
show (const SbCtlOptions *options, const char *path)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  int limit = options->limit == SB_CTL_NO_LIMIT ? SB_CTL_USUAL_LIMIT : options->limit;
  gint64 not_kept = 0;
  SbCtlStatus status = fetch_pages (options, path, limit, pages, &not_kept);

  if (status != SB_CTL_DONE)
    return status;
  for (guint i = pages->len; i > 0; i--)
    print_page (options, json_object_get_array_member (g_ptr_array_index (pages, i - 1), "messages"));
  if (!options->json && pages->len > 0 &&
      json_array_get_length (json_object_get_array_member (g_ptr_array_index (pages, 0), "messages")) == 0)
    printf ("%s\n", _("Nothing was said."));
  if (not_kept > 0)
    {
      g_autofree char *text = not_kept_text (not_kept);

      fflush (stdout);
      sb_ctl_fail (SB_CTL_DONE, "%s", text);
    }

  return SB_CTL_DONE;
}

/* --- what is being said --- */

typedef struct
{
  const SbCtlOptions *options;
  GMainLoop *loop;
  GDataInputStream *lines;
  gboolean ended; /* by the other side */
} Follow;

static void
print_line (Follow *self, const char *text)
{
  g_autoptr (JsonParser) parser = NULL;

  if (self->options->json)
    {
      printf ("%s\n", text);
      return;
    }
  parser = json_parser_new ();
  if (json_parser_load_from_data (parser, text, -1, NULL) && json_parser_get_root (parser) != NULL &&
      JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    print_event (json_node_get_object (json_parser_get_root (parser)));
}

static gboolean
has_line (Follow *self)
{
  gsize length;
  const char *waiting = g_buffered_input_stream_peek_buffer (G_BUFFERED_INPUT_STREAM (self->lines), &length);

  return memchr (waiting, '\n', length) != NULL;
}

static void read_next (Follow *self);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Follow *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->lines, result, NULL, NULL);

  if (line == NULL)
    {
      self->ended = TRUE;
      g_main_loop_quit (self->loop);
      return;
    }
  print_line (self, line);
  /* Each line at once for whoever reads them as they come, many together where there are many. */
  if (!has_line (self) && fflush (stdout) != 0)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  read_next (self);
}

static void
read_next (Follow *self)
{
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, NULL, read_cb, self);
}

static gboolean
enough_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_CONTINUE;
}

/* Whoever reads what is printed is gone; the next line may be long in coming. */
static gboolean
reader_gone_cb (int fd, GIOCondition condition, gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static SbCtlStatus
follow (const SbCtlOptions *options, const char *path)
{
  int first = options->limit == SB_CTL_NO_LIMIT ? FOLLOWED_FIRST : options->limit;
  g_autofree char *followed = g_strdup_printf ("%slimit=%d&follow=true", path, first);
  g_autoptr (GInputStream) answer = NULL;
  SbCtlStatus status = sb_ctl_open (options, followed, &answer);
  Follow self = { options };

  if (status != SB_CTL_DONE)
    return status;

  self.loop = g_main_loop_new (NULL, FALSE);
  self.lines = g_data_input_stream_new (answer);
  g_unix_signal_add (SIGINT, enough_cb, self.loop);
  g_unix_signal_add (SIGTERM, enough_cb, self.loop);
  g_unix_signal_add (SIGHUP, enough_cb, self.loop);
  g_unix_fd_add (STDOUT_FILENO, G_IO_ERR | G_IO_HUP, reader_gone_cb, self.loop);
  read_next (&self);
  g_main_loop_run (self.loop);
  g_main_loop_unref (self.loop);
  /* Where the reading is under way still, it ends with the program. */
  g_object_unref (self.lines);

  return self.ended ? sb_ctl_fail (SB_CTL_UNREACHABLE, _("the Signalbox on “%s” has ended"), options->data_dir) : SB_CTL_DONE;
}

static SbCtlStatus
traffic (const SbCtlOptions *options, char **words)
{
  SbCtlStatus status = SB_CTL_DONE;
  g_autoptr (GString) path = sb_ctl_make_path (options, "/traffic", &status);

  if (path == NULL)
    return status;

  return options->follow ? follow (options, path->str) : show (options, path->str);
}

/* --- who left, and where who is --- */

static char *
end_cell (JsonObject *row, const char *member)
{
  return end_text (row);
}

static const SbCtlColumn left_columns[] = {
  { N_("LEFT AT"), "left_at", sb_ctl_format_moment },
  { N_("ID"), "id", sb_ctl_format_integer, TRUE },
  { N_("TOKEN"), "token_label", sb_ctl_format_text },
  { N_("CALLS ITSELF"), "name", sb_ctl_format_text },
  { N_("CHANNEL"), "channel", sb_ctl_format_text },
  { N_("ADDRESS"), "address", sb_ctl_format_text },
  { N_("SINCE"), "joined_at", sb_ctl_format_moment },
  { N_("CLOSED BY"), "closed_by", sb_ctl_format_text },
  { N_("WHY"), NULL, end_cell },
};

static SbCtlStatus
left (const SbCtlOptions *options, char **words)
{
  SbCtlStatus status = SB_CTL_DONE;
  g_autoptr (GString) path = sb_ctl_make_path (options, "/left", &status);
  g_autoptr (JsonObject) answer = NULL;

  if (path == NULL)
    return status;
  g_string_append_printf (path, "limit=%d", options->limit == SB_CTL_NO_LIMIT ? SB_CTL_USUAL_LIMIT : options->limit);
  status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "GET", path->str, NULL, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "clients", left_columns, G_N_ELEMENTS (left_columns), _("Nobody has left."));

  return status;
}

static char *
rate_cell (JsonObject *row, const char *member)
{
  return g_strdup_printf ("%.1f", json_object_get_double_member (row, "messages_per_second"));
}

static const SbCtlColumn channel_columns[] = {
  { N_("CHANNEL"), "channel", sb_ctl_format_text },
  { N_("CLIENTS"), "clients", sb_ctl_format_integer, TRUE },
  { N_("IN"), "messages_in", sb_ctl_format_integer, TRUE },
  { N_("OUT"), "messages_out", sb_ctl_format_integer, TRUE },
  { N_("REJECTED"), "rejected", sb_ctl_format_integer, TRUE },
  { N_("A SECOND"), NULL, rate_cell, TRUE },
};

static SbCtlStatus
channels (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_SERVER, "GET", "/channels?limit=10000", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "channels", channel_columns, G_N_ELEMENTS (channel_columns), _("Nobody is connected."));

  return status;
}

/* --- numbers --- */

static SbCtlStatus
metrics (const SbCtlOptions *options, char **words)
{
  g_autoptr (GInputStream) answer = NULL;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  SbCtlStatus status = sb_ctl_open (options, "/metrics", &answer);

  if (status != SB_CTL_DONE)
    return status;
  if (g_output_stream_splice (memory, answer, G_OUTPUT_STREAM_SPLICE_NONE, NULL, &error) < 0 ||
      !g_output_stream_write_all (memory, "", 1, NULL, NULL, &error))
    return sb_ctl_fail (SB_CTL_UNREACHABLE, "%s", error->message);
  text = g_strdup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)));
  if (!options->json)
    {
      fputs (text, stdout);
      return SB_CTL_DONE;
    }
  object = json_object_new ();
  json_object_set_string_member (object, "text", text);
  sb_ctl_print_done (options, object, "%s", "");

  return SB_CTL_DONE;
}

const SbCtlCommand sb_ctl_traffic_commands[] = {
  { "traffic", "", "only-channel only-token only-client rejected search limit follow", N_("Show what is said"), 0, traffic },
  { "left", "", "only-channel only-token limit", N_("Show who has left, and why"), 0, left },
  { "channels", "", "", N_("Show the channels that somebody is on"), 0, channels },
  { "metrics", "", "", N_("Print what is counted and measured, for Prometheus"), 0, metrics },
  { NULL },
};
