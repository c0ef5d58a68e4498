/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-ctl.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static SbCtlOptions options = { .max_connections = -1, .rate = -1, .max_depth = -1, .limit = SB_CTL_NO_LIMIT };

/* Every option of every command; a command names the ones it takes. */
static const GOptionEntry all_options[] = {
  { "label", 'l', 0, G_OPTION_ARG_STRING, &options.label, N_("What the token is called"), N_("LABEL") },
  { "channels", 'c', 0, G_OPTION_ARG_STRING, &options.channels,
    N_("Patterns of the channels it allows, with commas between; ** for all"), N_("PATTERN,…") },
  { "read-only", 'r', 0, G_OPTION_ARG_NONE, &options.read_only, N_("It may listen but not publish"), NULL },
  { "publish", 'p', 0, G_OPTION_ARG_NONE, &options.publish, N_("It may publish"), NULL },
  { "expires", 'e', 0, G_OPTION_ARG_STRING, &options.expires, N_("When it ends: 2h, 7d, a date, or never"),
    N_("WHEN") },
  { "not-before", 0, 0, G_OPTION_ARG_STRING, &options.not_before, N_("When it begins"), N_("WHEN") },
  { "max-connections", 'm', 0, G_OPTION_ARG_INT, &options.max_connections,
    N_("How many connections at once; 0 for any number"), N_("N") },
  { "rate", 0, 0, G_OPTION_ARG_INT, &options.rate,
    N_("Messages a second each connection may send; 0 for the server’s limit"), N_("N") },
  { "grace", 'g', 0, G_OPTION_ARG_STRING, &options.grace, N_("How long the old secret stays valid: 10m, 1h"),
    N_("DURATION") },
  { "state", 0, 0, G_OPTION_ARG_STRING, &options.state,
    N_("Only those in this state: active, expiring, expired, revoked, not_yet_valid"), N_("STATE") },
  { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, N_("What the client is told"), N_("TEXT") },
  { "channel", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &options.channel,
    N_("To the clients on the channels of this pattern; can be given again"), N_("PATTERN") },
  { "token", 't', 0, G_OPTION_ARG_STRING_ARRAY, &options.token, N_("To the clients of this token; can be given again"),
    N_("ID") },
  { "client", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.client, N_("To this client; can be given again"), N_("ID") },
  { "for", 0, 0, G_OPTION_ARG_STRING, &options.duration, N_("For how long: 10m, 1h; without it until it is lifted"),
    N_("DURATION") },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_("Say what would be done, and do nothing"), NULL },
  { "everyone", 0, 0, G_OPTION_ARG_NONE, &options.everyone, N_("To everyone"), NULL },
  { "retain", 0, 0, G_OPTION_ARG_NONE, &options.retain, N_("Keep it as well for those who come later"), NULL },
  { "every", 0, 0, G_OPTION_ARG_STRING, &options.every, N_("How often: 30s, 5m, 1h"), N_("DURATION") },
  { "at", 0, 0, G_OPTION_ARG_STRING, &options.at, N_("When it is sent first: 10m from now, or a time"), N_("WHEN") },
  { "times", 0, 0, G_OPTION_ARG_INT, &options.times, N_("How many times; without it until it is stopped"), N_("N") },
  { "schema", 0, 0, G_OPTION_ARG_FILENAME, &options.schema, N_("The JSON Schema that messages have to fit; - for standard input"),
    N_("FILE") },
  { "no-schema", 0, 0, G_OPTION_ARG_NONE, &options.no_schema, N_("No schema any more"), NULL },
  { "assert-format", 0, 0, G_OPTION_ARG_NONE, &options.assert_format, N_("Check the schema’s “format”, too"), NULL },
  { "no-assert-format", 0, 0, G_OPTION_ARG_NONE, &options.no_assert_format,
    N_("Take the schema’s “format” as a note only"), NULL },
  { "text", 0, 0, G_OPTION_ARG_STRING, &options.text, N_("Whether text messages are allowed (on)"), N_("on|off") },
  { "binary", 0, 0, G_OPTION_ARG_STRING, &options.binary, N_("Whether binary messages are allowed (on)"),
    N_("on|off") },
  { "max-size", 0, 0, G_OPTION_ARG_STRING, &options.max_size,
    N_("How large a message may be, such as 4KiB; 0 for the server’s limit"), N_("SIZE") },
  { "max-depth", 0, 0, G_OPTION_ARG_INT, &options.max_depth,
    N_("How deep arrays and objects may be nested; 0 for the server’s limit"), N_("N") },
  { "on-failure", 0, 0, G_OPTION_ARG_STRING, &options.on_failure,
    N_("What becomes of a message that fails: reply, drop or disconnect"), N_("ACTION") },
  { "enabled", 0, 0, G_OPTION_ARG_STRING, &options.enabled, N_("Whether the rule counts (on)"), N_("on|off") },
  { "limit", 'n', 0, G_OPTION_ARG_INT, &options.limit, N_("At most this many, the newest (1000)"), N_("N") },
  { "channel", 'c', SB_CTL_ONLY, G_OPTION_ARG_STRING, &options.only_channel, N_("Only on the channels of this pattern"), N_("PATTERN") },
  { "token", 't', SB_CTL_ONLY, G_OPTION_ARG_STRING, &options.only_token, N_("Only by the clients of this token"), N_("ID") },
  { "client", 0, SB_CTL_ONLY, G_OPTION_ARG_STRING, &options.only_client, N_("Only by this client"), N_("ID") },
  { "rejected", 0, 0, G_OPTION_ARG_NONE, &options.rejected, N_("Only what was rejected"), NULL },
  { "search", 's', 0, G_OPTION_ARG_STRING, &options.search,
    N_("Only with this text in the message, the client’s names, the channel or the reason"), N_("TEXT") },
  { "follow", 'f', 0, G_OPTION_ARG_NONE, &options.follow, N_("Go on with what comes, until Ctrl+C"), NULL },
  { NULL },
};

static const GOptionEntry common_options[] = {
  { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data_dir, N_("The directory that Signalbox keeps its data in"),
    N_("DIR") },
  { "json", 'j', 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON, for programs"), NULL },
  { NULL },
};

static const SbCtlCommand *const groups[] = { sb_ctl_token_commands,   sb_ctl_client_commands, sb_ctl_traffic_commands,
                                              sb_ctl_message_commands, sb_ctl_rule_commands,   sb_ctl_schema_commands,
                                              sb_ctl_server_commands,  NULL };

static const SbCtlGrammar grammar = { groups, all_options, common_options };

static void
print_help (FILE *file)
{
  fprintf (file, "%s\n\n%s\n", _("Usage: signalboxctl [--data DIR] COMMAND [OPTION…] [--json]"), _("Commands:"));
  for (guint g = 0; groups[g] != NULL; g++)
    for (const SbCtlCommand *command = groups[g]; command->name != NULL; command++)
      {
        g_autofree char *call = g_strdup_printf ("%s %s", command->name, command->arguments);

        fprintf (file, "  %-24s  %s\n", call, _(command->summary));
      }
  fprintf (file, "\n%s\n", _("“signalboxctl COMMAND --help” says more about one."));
}

/* How many words of @words the name is; 0: it is not that command. */
static guint
match (const SbCtlCommand *command, char **words)
{
  g_auto (GStrv) names = g_strsplit (command->name, " ", -1);
  guint n = g_strv_length (names);

  for (guint i = 0; i < n; i++)
    if (words[i] == NULL || !g_str_equal (words[i], names[i]))
      return 0;

  return n;
}

/**
 * sb_ctl_find_command:
 * @words: those that are no options
 * @n_words: (out): how many of them are the command's name
 *
 * Returns: (transfer none) (nullable): the command that they begin with
 */
const SbCtlCommand *
sb_ctl_find_command (const SbCtlGrammar *all, char **words, guint *n_words)
{
  for (guint g = 0; all->groups[g] != NULL; g++)
    for (const SbCtlCommand *command = all->groups[g]; command->name != NULL; command++)
      if ((*n_words = match (command, words)) > 0)
        return command;

  return NULL;
}

gboolean
sb_ctl_takes (const SbCtlCommand *command, const GOptionEntry *option)
{
  g_auto (GStrv) names = g_strsplit (command->options, " ", -1);
  g_autofree char *name = g_strconcat ((option->flags & SB_CTL_ONLY) != 0 ? "only-" : "", option->long_name, NULL);

  return g_strv_contains ((const char *const *) names, name);
}

static void
add_options (GOptionContext *context, const SbCtlCommand *command)
{
  for (guint i = 0; all_options[i].long_name != NULL; i++)
    if (sb_ctl_takes (command, &all_options[i]))
      g_option_context_add_main_entries (context, (GOptionEntry[]){ all_options[i], { NULL } }, GETTEXT_PACKAGE);
}

/* Whoever reads what is printed has had enough: "| head". */
static gboolean
reader_is_gone (void)
{
  struct pollfd reader = { .fd = STDOUT_FILENO };

  return poll (&reader, 1, 0) == 1 && (reader.revents & (POLLERR | POLLHUP)) != 0;
}

/* An answer that could not be written is no answer, if anybody wanted it. */
static SbCtlStatus
finish (SbCtlStatus status)
{
  if ((fflush (stdout) != 0 || ferror (stdout)) && !reader_is_gone ())
    return sb_ctl_fail (SB_CTL_FAILED, _("the answer could not be written"));

  return status;
}

static SbCtlStatus
run (const SbCtlCommand *command, char **arguments)
{
  g_autofree char *parameters = g_strdup_printf ("%s %s", command->name, command->arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (g_strchomp (parameters));
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strdupv (arguments);
  guint skip;

  g_option_context_set_summary (context, _(command->summary));
  g_option_context_add_main_entries (context, common_options, GETTEXT_PACKAGE);
  add_options (context, command);
  if (!g_option_context_parse_strv (context, &words, &error))
    return sb_ctl_fail (SB_CTL_USAGE, "%s", error->message);

  /* What is left: the program, the name of the command, its words; "--" if it was needed. */
  char **rest = words + 1;
  if (*rest != NULL && g_str_equal (*rest, "--"))
    rest++;
  skip = match (command, rest);
  rest += skip;
  if (*rest != NULL && g_str_equal (*rest, "--"))
    rest++;
  if (skip == 0 || g_strv_length (rest) != command->n_words)
    {
      /* Translators: a command and its arguments */
      g_autofree char *usage = g_strdup_printf (_("it is: signalboxctl %s %s"), command->name, command->arguments);

      return sb_ctl_fail (SB_CTL_USAGE, "%s", g_strchomp (usage));
    }
  if (options.data_dir == NULL)
    options.data_dir = sb_ctl_dup_default_data_dir ();

  return finish (command->func (&options, rest));
}

/* The words that are no options, for finding the command. --data is the only option that may stand before it and has a
 * value. */
static char **
plain_words (char **argv)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 1; argv[i] != NULL; i++)
    {
      if ((g_str_equal (argv[i], "--data") || g_str_equal (argv[i], "-d")) && argv[i + 1] != NULL)
        i++;
      else if (argv[i][0] != '-')
        g_strv_builder_add (builder, argv[i]);
    }

  return g_strv_builder_end (builder);
}

int
main (int argc, char *argv[])
{
  const SbCtlCommand *command;
  guint n_words;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("signalboxctl");
  umask (0077);

  /* Not among the commands: shells ask it, see data/completions. */
  if (argc > 1 && g_str_equal (argv[1], "--complete"))
    {
      sb_ctl_complete (&grammar, argv + 2);
      return finish (SB_CTL_DONE);
    }
  g_auto (GStrv) words = plain_words (argv);
  if (argc == 2 && g_str_equal (argv[1], "--version"))
    {
      printf ("signalboxctl %s\n", PACKAGE_VERSION);
      return SB_CTL_DONE;
    }
  command = sb_ctl_find_command (&grammar, words, &n_words);
  if (command != NULL)
    return run (command, argv);
  if ((words[0] == NULL && argc > 1 && (g_str_equal (argv[argc - 1], "--help") || g_str_equal (argv[argc - 1], "-h"))) ||
      (g_strv_length (words) == 1 && g_str_equal (words[0], "help")))
    {
      print_help (stdout);
      return SB_CTL_DONE;
    }
  if (words[0] == NULL)
    {
      print_help (stderr);
      return SB_CTL_USAGE;
    }

  return sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not a command; see: signalboxctl --help"), words[0]);
}
