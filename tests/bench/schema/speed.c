/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"
#include "rules/sb-schema.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* speed SCHEMA MESSAGES SECONDS: reads the messages, a line each, again and again, without and with evaluating the
 * schema. Prints the CPU time of one in µs: {"parse": …, "both": …}. */

static const SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

static double
get_cpu_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static double
measure (char **messages, SbSchema *schema, double seconds)
{
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  double start = get_cpu_time ();
  guint64 n = 0;
  double spent;

  json_parser_set_strict (parser, TRUE);
  do
    {
      for (guint round = 0; round < 50; round++)
        for (char **message = messages; *message != NULL; message++, n++)
          {
            gsize length = strlen (*message);

            if (!sb_json_guard_check (guard, *message, length, &limits, NULL)
                || !json_parser_load_from_data (parser, *message, length, NULL)
                || (schema != NULL && sb_schema_evaluate (schema, json_parser_get_root (parser), 1,
                                                          NULL) != SB_SCHEMA_VALID))
              g_error ("%s is not valid", *message);
          }
      spent = get_cpu_time () - start;
    }
  while (spent < seconds);

  return spent * 1e6 / n;
}

int
main (int argc, char *argv[])
{
  g_autofree char *text = NULL;
  g_auto (GStrv) messages = NULL;
  g_autoptr (JsonNode) document = NULL;
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GError) error = NULL;
  double seconds, parse, both;

  if (argc != 4 || !g_file_get_contents (argv[2], &text, NULL, &error))
    g_error ("speed SCHEMA MESSAGES SECONDS%s%s", error != NULL ? ": " : "", error != NULL ? error->message : "");
  messages = g_strsplit (g_strchomp (text), "\n", -1);
  g_clear_pointer (&text, g_free);

  if (!g_file_get_contents (argv[1], &text, NULL, &error) || (document = json_from_string (text, &error)) == NULL
      || (schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, &error)) == NULL)
    g_error ("%s: %s", argv[1], error->message);

  seconds = g_ascii_strtod (argv[3], NULL);
  parse = measure (messages, NULL, seconds);
  both = measure (messages, schema, seconds);
  printf ("{\"parse\": %.4f, \"both\": %.4f}\n", parse, both);

  return 0;
}
