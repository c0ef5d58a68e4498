/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "program-fixture.h"

/* What takes more than one answer of the control interface. */

static void
test_all_clients_are_listed (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "x", NULL);
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (JsonNode) listed = NULL;
  const guint n = 120;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (clients, sb_test_client_new_open (self->port, "/", secret));
  sb_test_wait (program_count_clients (self) == n);
  listed = program_json (self, "clients");
  for (guint i = 0; i < json_array_get_length (json_node_get_array (listed)); i++)
    {
      gint64 id = json_object_get_int_member (json_array_get_object_element (json_node_get_array (listed), i), "id");

      g_assert_true (g_hash_table_add (ids, g_memdup2 (&id, sizeof id)));
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, n);
}

/* More than one answer holds: fetched page by page, the newest first, none twice and none left out. */
static void
assert_audit (ProgramFixture *self, guint limit, guint expected, gint64 newest)
{
  g_autofree char *arguments = g_strdup_printf ("audit -n %u", limit);
  g_autoptr (JsonNode) listed = program_json (self, "%s", arguments);
  JsonArray *entries = json_node_get_array (listed);

  g_assert_cmpuint (json_array_get_length (entries), ==, expected);
  for (guint i = 0; i < expected; i++)
    g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (entries, i), "id"), ==, newest - i);
}

static gint64
get_newest_entry (ProgramFixture *self)
{
  g_autoptr (JsonNode) listed = program_json (self, "audit -n 1");

  return json_object_get_int_member (json_array_get_object_element (json_node_get_array (listed), 0), "id");
}

static void
test_long_trail (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "x", NULL); /* one entry of its own */
  sqlite3 *db = connect_aside (self->store.path);

  execute_aside (db, "INSERT INTO journal (time, act, actor, subject, detail, count)"
                     " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)"
                     " SELECT i, 'client_refused', '10.0.0.1', '/', 'missing_token', 1 FROM n");
  sqlite3_close (db);
  assert_audit (self, 9999, 9999, 20000);
  assert_audit (self, 10000, 10000, 20000);
  assert_audit (self, 10001, 10001, 20000);
  assert_audit (self, 20000, 20000, 20000);
  assert_audit (self, 20001, 20000, 20000);
  assert_audit (self, G_MAXINT, 20000, 20000);

  program_start (self);
  sb_test_wait (get_newest_entry (self) == 20001); /* that it was started */
  assert_audit (self, 15000, 15000, 20001);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/ctl-long-lists/" path, ProgramFixture, NULL, program_fixture_set_up, function, program_fixture_tear_down)
#define ADD_STARTED(path, function) \
  g_test_add ("/ctl-long-lists/" path, ProgramFixture, NULL, program_fixture_set_up_started, function, program_fixture_tear_down)
  ADD_STARTED ("all-clients-are-listed", test_all_clients_are_listed);
  ADD ("long-trail", test_long_trail);

  return g_test_run ();
}
