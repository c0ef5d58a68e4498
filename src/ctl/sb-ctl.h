/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the files of signalboxctl share: the words of the call, the call itself, and how an answer is shown. */

/* Exit statuses. */
typedef enum
{
  SB_CTL_DONE = 0,
  SB_CTL_FAILED = 1,      /* Signalbox refused, and said why */
  SB_CTL_USAGE = 2,       /* the words are wrong */
  SB_CTL_UNREACHABLE = 3, /* nothing runs that could do it */
} SbCtlStatus;

/* The options of all commands; each command takes those it has use for. */
typedef struct
{
  char *data_dir;
  gboolean json;

  char *label;
  char *channels;       /* of a token: "P,P" */
  gboolean read_only;
  gboolean publish;
  char *expires;
  char *not_before;
  int max_connections;  /* -1: not given */
  int rate;             /* -1: not given */
  char *grace;
  char *state;
  char *reason;
  char **channel;       /* of a broadcast: each -c */
  char **token;
  char **client;
  char *duration;
  int limit;            /* SB_CTL_NO_LIMIT: not given */
  char *only_channel;   /* of what is shown */
  char *only_token;
  char *only_client;
  gboolean rejected;
  char *search;
  gboolean follow;
  gboolean everyone;
  gboolean retain;
  gboolean dry_run;
  char *every;
  char *at;
  int times;
  char *schema;         /* of a rule: a file */
  gboolean no_schema;
  gboolean assert_format;
  gboolean no_assert_format;
  char *text;           /* "on", "off"; so the next two */
  char *binary;
  char *enabled;
  char *max_size;
  int max_depth;        /* -1: not given */
  char *on_failure;
} SbCtlOptions;

#define SB_CTL_NO_LIMIT (-1)
#define SB_CTL_USUAL_LIMIT 1000

/* A command: @words are what is left of them behind its name. */
typedef SbCtlStatus (*SbCtlFunc) (const SbCtlOptions *options, char **words);

typedef struct
{
  const char *name;      /* "token issue" */
  const char *arguments; /* "ID" */
  const char *options;   /* the names of those it takes: "label channels"; "only-channel" for the one of two that narrows what is shown */
  const char *summary;
  guint n_words;         /* exactly */
  SbCtlFunc func;
} SbCtlCommand;

extern const SbCtlCommand sb_ctl_token_commands[];
extern const SbCtlCommand sb_ctl_client_commands[];
extern const SbCtlCommand sb_ctl_traffic_commands[];
extern const SbCtlCommand sb_ctl_message_commands[];
extern const SbCtlCommand sb_ctl_rule_commands[];
extern const SbCtlCommand sb_ctl_schema_commands[];
extern const SbCtlCommand sb_ctl_server_commands[];

/* --- main.c --- */

/* All that can be said on the command line. */
typedef struct
{
  const SbCtlCommand *const *groups;   /* NULL behind the last */
  const GOptionEntry *options;         /* of all commands; each names those it takes */
  const GOptionEntry *common_options;  /* of every command */
} SbCtlGrammar;

/* In the flags of an option whose name another has as well, for commands that change something. */
#define SB_CTL_ONLY G_OPTION_FLAG_IN_MAIN

gboolean            sb_ctl_takes        (const SbCtlCommand *command, const GOptionEntry *option);
const SbCtlCommand *sb_ctl_find_command (const SbCtlGrammar *grammar, char **words, guint *n_words);

/* --- sb-ctl-complete.c --- */

void sb_ctl_complete (const SbCtlGrammar *grammar, char **words);

/* --- sb-ctl-call.c --- */

/* Where data is unless --data says otherwise; for the administrator that of the system's service, where there is one. */
char *sb_ctl_dup_default_data_dir (void);

/* What a request needs where nothing runs. */
typedef enum
{
  SB_CTL_NEEDS_SERVER, /* something has to run */
  SB_CTL_NEEDS_DATA,   /* a directory with data will do */
  SB_CTL_MAKES_DATA,   /* the directory is made where there is none */
} SbCtlNeed;

/* Asks the running program, or, with none running and a directory enough, opens that itself. @body (nullable) is taken. On success fills
 * @answer, to be freed with json_object_unref(); else a sentence was printed. */
SbCtlStatus sb_ctl_call  (const SbCtlOptions *options, SbCtlNeed need, const char *method, const char *path, JsonObject *body, JsonObject **answer);
/* The same for an answer that comes bit by bit, of a program that runs. */
SbCtlStatus sb_ctl_open  (const SbCtlOptions *options, const char *path, GInputStream **answer);
/* Prints the sentence, as everything on stderr is: with the program's name. */
SbCtlStatus sb_ctl_fail  (SbCtlStatus status, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* A number from the command line. */
gboolean    sb_ctl_parse_id (const char *text, gint64 *id);

/* --- what several commands read --- */
/* @path with what narrows it: "/traffic?channel=…&", to which more can be added. NULL: it makes no sense, and it was said. */
GString    *sb_ctl_make_path (const SbCtlOptions *options, const char *path, SbCtlStatus *status);
/* A time as people write it, as the member of @body. FALSE: it is none, and it was said. */
gboolean    sb_ctl_set_time (JsonObject *body, const char *member, const char *text);
char       *sb_ctl_read_message (const char *word);
void        sb_ctl_print_report (const SbCtlOptions *options, JsonObject *answer);

/* --- sb-ctl-print.c --- */

/* A column of a table: a heading, and the cell's text (transfer full) for a row, made of its @member. */
typedef struct
{
  const char *heading;
  const char *member; /* NULL where the cell is made of several */
  char *(*cell) (JsonObject *row, const char *member);
  gboolean number; /* right-aligned */
} SbCtlColumn;

void sb_ctl_print_json  (JsonNode *node);
/* The array member @name of @answer, as a table or as JSON; @none: the sentence where it is empty. */
void sb_ctl_print_list  (const SbCtlOptions *options, JsonObject *answer, const char *name, const SbCtlColumn *columns, guint n_columns, const char *none);
/* The whole answer as JSON, or the sentence. */
void sb_ctl_print_done  (const SbCtlOptions *options, JsonObject *answer, const char *format, ...) G_GNUC_PRINTF (3, 4);
char *sb_ctl_format_time (JsonObject *object, const char *member, const char *none); /* in local time, for people */
char *sb_ctl_format_moment (JsonObject *object, const char *member);               /* the same, nothing for null */
char *sb_ctl_format_integer (JsonObject *object, const char *member);
char *sb_ctl_format_strings (JsonObject *object, const char *member);               /* "/a, /b" */
/* Text of strangers with what would move a terminal's cursor taken out. */
char *sb_ctl_format_text (JsonObject *object, const char *member);
/* Columns that a terminal needs for @text. */
int   sb_ctl_width (const char *text);
/* @text in so many columns of a terminal at least, at its left or right. */
char *sb_ctl_pad (const char *text, int width, gboolean right);
/* The beginning of @text where it needs more columns than that, with "…" for the rest. */
char *sb_ctl_cut (const char *text, int width);

G_END_DECLS
