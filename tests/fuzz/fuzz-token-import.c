/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-fuzz.h"
#include "sb-token-import.h"

/* A file with a table of tokens, JSON or CSV. */

#define NOW (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = sb_token_import_parse ((const char *) data, size, NOW, &error);

  sb_fuzz_check_error (rows != NULL, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const SbTokenImportRow *row = g_ptr_array_index (rows, i);

      g_assert_true ((row->spec != NULL) != (row->problem != NULL));
      g_assert_cmpuint (row->position, ==, i + 1);
      g_assert_true (g_utf8_validate (row->label, -1, NULL));
      if (row->spec != NULL)
        {
          g_autoptr (SbTokenSpec) again = sb_token_spec_copy (row->spec);

          g_assert_true (sb_token_spec_check (again, NOW, NULL));
        }
    }

  return 0;
}
