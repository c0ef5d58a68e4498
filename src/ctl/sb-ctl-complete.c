/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-client.h"
#include "sb-ctl.h"
#include "sb-data-dir.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the shells' completions ask for. A key pressed in a shell must not wait for long where a server hangs. */
#define PATIENCE 10 /* s */

/* One answer: the word that is being written and what is known of those before it. */
typedef struct
{
  const SbCtlGrammar *grammar;
  const SbCtlCommand *command; /* NULL: none yet */
  GPtrArray *plain;            /* the words that are no options and no values of one */
  const GOptionEntry *pending; /* the option whose value is being written */
  gboolean only_words;         /* "--" was said */
  char *data_dir;
  const char *start;           /* what is written of the word: of an option's value, where it is "--option=value" */
  const char *lead;            /* what stands before that in the same word: "--option=" */
  GHashTable *offered;
} Completion;

/* --- Offering ------------------------------------------------------------------------------------------- */

static void
offer (Completion *self, const char *word, const char *description)
{
  if (word == NULL || word[0] == '\0' || strpbrk (word, "\t\n") != NULL || !g_str_has_prefix (word, self->start) ||
      !g_hash_table_add (self->offered, g_strdup (word)))
    return;
  printf ("%s%s\t%s\n", self->lead, word, description != NULL ? description : "");
}

static void
offer_words (Completion *self, const char *const *words)
{
  for (; *words != NULL; words++)
    offer (self, *words, NULL);
}

/* The shell completes names of files itself. */
static void
offer_files (const char *which)
{
  printf (":%s\n", which);
}

/* --- What the running program knows --------------------------------------------------------------------- */

/* NULL: nobody runs there, or refuses; a completion has nobody to tell. */
static JsonObject *
ask (Completion *self, const char *path)
{
  g_autofree char *data_dir = self->data_dir != NULL ? g_strdup (self->data_dir) : sb_ctl_dup_default_data_dir ();
  g_autoptr (JsonNode) answer = NULL;
  guint status;

  answer = sb_control_client_call (data_dir, "GET", path, NULL, &status, NULL);

  return answer != NULL && status == 200 ? json_object_ref (json_node_get_object (answer)) : NULL;
}

static char *
describe (JsonObject *row, const char *const *members)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (; *members != NULL; members++)
    {
      JsonNode *node = json_object_get_member (row, *members);
      g_autofree char *part = NULL;

      if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        continue;
      part = sb_ctl_format_text (row, *members);
      if (part[0] != '\0')
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", part);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* What one argument or option can name: the members of a list that the server has. */
typedef struct
{
  const char *kind;
  const char *path;
  const char *list;
  const char *member;
  const char *described_by[4];
} Source;

static const Source sources[] = {
  { "token", "/tokens", "tokens", "id", { "label", "state" } },
  { "client", "/clients?limit=1000", "clients", "id", { "name", "token_label", "channel" } },
  { "address", "/clients?limit=1000", "clients", "address", { "token_label" } },
  { "blocked", "/blocks", "blocks", "address", { "by" } },
  { "template", "/templates", "templates", "id", { "name" } },
  { "retained", "/retained", "retained", "id", { "channels" } },
  { "schedule", "/schedules", "schedules", "id", { "target" } },
  { "channels", "/rules", "rules", "channels", { NULL } },
  { "channel", "/clients?limit=1000", "clients", "channel", { NULL } },
  { "schema", "/schemas", "schemas", "uri", { NULL } },
};

/* Whether @command makes sense for a token of @state. */
static gboolean
fits_state (const SbCtlCommand *command, const char *state)
{
  gboolean revoked = g_str_equal (state, "revoked");

  if (command == NULL)
    return TRUE;
  if (g_str_equal (command->name, "token restore"))
    return revoked;
  if (g_str_equal (command->name, "token delete"))
    return revoked || g_str_equal (state, "expired");

  return !revoked || !g_str_has_prefix (command->name, "token ");
}

static void
offer_row (Completion *self, const Source *source, JsonObject *row)
{
  JsonNode *node = json_object_get_member (row, source->member);
  g_autofree char *word = NULL, *description = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      (g_str_equal (source->kind, "token") && !fits_state (self->command, json_object_get_string_member (row, "state"))))
    return;
  word = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node)
                                                          : g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  description = describe (row, source->described_by);
  offer (self, word, description);
}

static void
offer_known (Completion *self, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      const Source *source = &sources[i];
      g_autoptr (JsonObject) answer = g_str_equal (source->kind, kind) ? ask (self, source->path) : NULL;
      JsonArray *rows = answer != NULL ? json_object_get_array_member (answer, source->list) : NULL;

      for (guint r = 0; rows != NULL && r < json_array_get_length (rows); r++)
        offer_row (self, source, json_array_get_object_element (rows, r));
    }
}

static void
offer_settings (Completion *self)
{
  g_autoptr (JsonObject) answer = ask (self, "/settings");
  g_autoptr (GList) keys = answer != NULL ? json_object_get_members (answer) : NULL;

  for (GList *key = keys; key != NULL; key = key->next)
    {
      g_autofree char *value = json_to_string (json_object_get_member (answer, key->data), FALSE);

      offer (self, key->data, value);
    }
}

/* What the setting can be, where that is a choice; else what it is, to begin from. */
static void
offer_setting_value (Completion *self, const char *key)
{
  g_autoptr (JsonObject) answer = ask (self, "/settings");
  JsonNode *value = answer != NULL ? json_object_get_member (answer, key) : NULL;

  if (value != NULL && JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_BOOLEAN)
    offer_words (self, (const char *const[]){ "true", "false", NULL });
  else if (g_str_has_prefix (key, "tls-"))
    offer_files ("files");
  else if (value != NULL && JSON_NODE_HOLDS_VALUE (value))
    {
      g_autofree char *text = json_node_get_value_type (value) == G_TYPE_STRING ? json_node_dup_string (value)
                                                                                : json_to_string (value, FALSE);

      offer (self, text, NULL);
    }
}

/* --- What comes next -------------------------------------------------------------------------------------- */

static void
offer_option_value (Completion *self, const GOptionEntry *option)
{
  const char *name = option->long_name;

  if (g_str_equal (name, "data"))
    offer_files ("directories");
  else if (option->arg == G_OPTION_ARG_FILENAME)
    offer_files ("files");
  else if (g_str_equal (name, "token") || g_str_equal (name, "client"))
    offer_known (self, name);
  else if (g_str_equal (name, "channel") || g_str_equal (name, "channels"))
    {
      offer_known (self, "channels");
      offer_known (self, "channel");
    }
  else if (g_str_equal (name, "state"))
    offer_words (self, (const char *const[]){ "active", "expiring", "expired", "revoked", "not_yet_valid", NULL });
  else if (g_str_equal (name, "on-failure"))
    offer_words (self, (const char *const[]){ "reply", "drop", "disconnect", NULL });
  else if (g_strcmp0 (option->arg_description, "on|off") == 0)
    offer_words (self, (const char *const[]){ "on", "off", NULL });
  else if (g_str_equal (name, "expires"))
    offer_words (self, (const char *const[]){ "never", NULL });
}

static void
offer_argument (Completion *self)
{
  g_auto (GStrv) name = g_strsplit (self->command->name, " ", 2);
  g_auto (GStrv) arguments = g_strsplit (self->command->arguments, " ", -1);
  guint position = self->plain->len - g_strv_length (name);
  const char *argument = position < g_strv_length (arguments) ? arguments[position] : "";

  if (g_str_equal (argument, "FILE"))
    offer_files ("files");
  else if (g_str_equal (argument, "KEY"))
    offer_settings (self);
  else if (g_str_equal (argument, "VALUE"))
    offer_setting_value (self, g_ptr_array_index (self->plain, self->plain->len - 1));
  else if (g_str_equal (argument, "URI"))
    offer_known (self, "schema");
  else if (g_str_equal (argument, "ADDRESS"))
    offer_known (self, g_str_equal (name[0], "unblock") ? "blocked" : "address");
  else if (g_str_equal (argument, "CHANNELS"))
    offer_known (self, "channels");
  else if (g_str_equal (argument, "CHANNEL"))
    offer_known (self, "channel");
  else if (g_str_equal (argument, "ID"))
    offer_known (self, name[1] != NULL ? name[0] : "client"); /* "token revoke ID", "disconnect ID" */
}

static void
offer_option (Completion *self, const GOptionEntry *option)
{
  g_autofree char *word = g_strconcat ("--", option->long_name, NULL);

  offer (self, word, _(option->description));
}

static void
offer_options (Completion *self)
{
  for (const GOptionEntry *option = self->grammar->options; self->command != NULL && option->long_name != NULL; option++)
    if (sb_ctl_takes (self->command, option))
      offer_option (self, option);
  for (const GOptionEntry *option = self->grammar->common_options; option->long_name != NULL; option++)
    offer_option (self, option);
  offer (self, "--help", NULL);
  if (self->plain->len == 0)
    offer (self, "--version", NULL);
}

/* The next word of every command that begins with the words there are. */
static void
offer_commands (Completion *self)
{
  for (guint g = 0; self->grammar->groups[g] != NULL; g++)
    for (const SbCtlCommand *command = self->grammar->groups[g]; command->name != NULL; command++)
      {
        g_auto (GStrv) names = g_strsplit (command->name, " ", -1);
        guint i = 0;

        while (i < self->plain->len && names[i] != NULL && g_str_equal (names[i], g_ptr_array_index (self->plain, i)))
          i++;
        if (i == self->plain->len && names[i] != NULL)
          offer (self, names[i], names[i + 1] == NULL ? _(command->summary) : NULL);
      }
}

/* --- Reading what is there ------------------------------------------------------------------------------- */

static gboolean
is_called (const GOptionEntry *option, const char *word, gsize length)
{
  if (word[1] == '-')
    return strlen (option->long_name) == length - 2 && strncmp (option->long_name, word + 2, length - 2) == 0;

  return option->short_name != 0 && option->short_name == word[length - 1];
}

/* "--label", "-l", "-jl"; of those with one name that of the command. */
static const GOptionEntry *
find_option (Completion *self, const char *word, gsize length)
{
  for (const GOptionEntry *option = self->grammar->common_options; option->long_name != NULL; option++)
    if (is_called (option, word, length))
      return option;
  for (const GOptionEntry *option = self->grammar->options; self->command != NULL && option->long_name != NULL; option++)
    if (sb_ctl_takes (self->command, option) && is_called (option, word, length))
      return option;

  return NULL;
}

static void
set_data_dir (Completion *self, const char *word)
{
  g_free (self->data_dir);
  self->data_dir = g_str_has_prefix (word, "~/") ? g_build_filename (g_get_home_dir (), word + 2, NULL) : g_strdup (word);
}

static void
read_word (Completion *self, const char *word)
{
  const char *equals = strchr (word, '=');
  const GOptionEntry *option;

  if (self->pending != NULL)
    {
      if (g_str_equal (self->pending->long_name, "data"))
        set_data_dir (self, word);
      self->pending = NULL;
    }
  else if (self->only_words || word[0] != '-' || word[1] == '\0')
    {
      guint n_words;

      g_ptr_array_add (self->plain, (gpointer) word);
      g_ptr_array_add (self->plain, NULL);
      g_ptr_array_set_size (self->plain, (gint) self->plain->len - 1);
      self->command = sb_ctl_find_command (self->grammar, (char **) self->plain->pdata, &n_words);
    }
  else if (g_str_equal (word, "--"))
    self->only_words = TRUE;
  else if (g_str_has_prefix (word, "--data="))
    set_data_dir (self, equals + 1);
  else if (equals == NULL || word[1] != '-')
    {
      option = find_option (self, word, strlen (word));
      self->pending = option != NULL && option->arg != G_OPTION_ARG_NONE ? option : NULL;
    }
}

static void
complete_word (Completion *self, const char *word)
{
  const char *equals = strchr (word, '=');
  g_autofree char *lead = NULL;

  self->start = word;
  self->lead = "";
  if (self->pending != NULL)
    offer_option_value (self, self->pending);
  else if (!self->only_words && g_str_has_prefix (word, "--") && equals != NULL)
    {
      const GOptionEntry *option = find_option (self, word, (gsize) (equals - word));

      self->start = equals + 1;
      self->lead = lead = g_strndup (word, (gsize) (equals + 1 - word));
      if (option != NULL && option->arg != G_OPTION_ARG_NONE)
        offer_option_value (self, option);
    }
  else if (!self->only_words && word[0] == '-')
    offer_options (self);
  else if (self->command != NULL)
    offer_argument (self);
  else
    offer_commands (self);
}

/**
 * sb_ctl_complete:
 * @words: those behind the program's name, as far as they are written; the last is the one to complete, "" where it has not begun
 *
 * Prints what the last word can be, for the shells: a line each, the word, a tab and what it is; or `:files` or
 * `:directories`, where it is the shell that knows. Says nothing where nothing is known, and no errors.
 */
void
sb_ctl_complete (const SbCtlGrammar *grammar, char **words)
{
  g_autoptr (GPtrArray) plain = g_ptr_array_new ();
  g_autoptr (GHashTable) offered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Completion self = { .grammar = grammar, .plain = plain, .offered = offered };

  if (*words == NULL)
    return;
  alarm (PATIENCE);
  for (; words[1] != NULL; words++)
    read_word (&self, *words);
  complete_word (&self, *words);
  g_free (self.data_dir);
}
