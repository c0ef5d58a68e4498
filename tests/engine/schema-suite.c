/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "schema-suite.h"

#include <stdio.h>

/* schema-suite DIR [--remotes DIR] [--format]: runs every case of every file in DIR, which is in the form of the
 * official JSON Schema test suite, prints each failure and the counts. The exit status is 0 when all passed. */

int
main (int argc, char *argv[])
{
  g_autofree char *remotes = NULL;
  gboolean format = FALSE;
  const GOptionEntry entries[] = {
    { "remotes", 0, 0, G_OPTION_ARG_FILENAME, &remotes, "Documents that are known under http://localhost:1234/",
      "DIR" },
    { "format", 0, 0, G_OPTION_ARG_NONE, &format, "Assert “format”", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;
  SchemaSuite suite = { 0 };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      g_printerr ("schema-suite: %s\n", error != NULL ? error->message : "give one directory; see --help");
      return 2;
    }

  schema_suite_init (&suite, format ? SB_SCHEMA_ASSERT_FORMAT : SB_SCHEMA_NO_FLAGS);
  if ((remotes != NULL && !schema_suite_add_remotes (&suite, remotes, &error)) || !schema_suite_run (&suite, argv[1],
                                                                                                     &error))
    {
      g_printerr ("schema-suite: %s\n", error->message);
      schema_suite_clear (&suite);
      return 2;
    }

  printf ("%u passed, %u failed\n", suite.n_passed, suite.n_failed);
  schema_suite_clear (&suite);

  return suite.n_failed == 0 && suite.n_passed > 0 ? 0 : 1;
}
