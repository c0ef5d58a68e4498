/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "store/sb-broadcast-store.h"

#define MAX_ROWS 1000

static SbBroadcast *
try_insert (SbDatabase *db, gint64 time, const SbTarget *target, gboolean binary, GBytes *payload, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_broadcast_store_insert_async (db, time, target, binary, payload, 0, NULL, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_broadcast_store_insert_finish (db, result, NULL, error);
}

static SbBroadcast *
insert (SbDatabase *db, gint64 time, const SbTarget *target, gboolean binary, const char *text)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  SbBroadcast *broadcast = try_insert (db, time, target, binary, payload, &error);

  g_assert_no_error (error);
  g_assert_true (SB_IS_BROADCAST (broadcast));
  return broadcast;
}

static SbBroadcast *
insert_plain (SbDatabase *db, gint64 time)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();

  return insert (db, time, target, FALSE, "{}");
}

static gboolean
try_report (SbDatabase *db, SbBroadcast *broadcast, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_broadcast_store_report_async (db, broadcast, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_broadcast_store_report_finish (db, result, error);
}

static GPtrArray *
load (SbDatabase *db, guint limit)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *broadcasts;

  sb_broadcast_store_load_async (db, limit, store_result_cb, &result);
  store_wait_for (result != NULL);
  broadcasts = sb_broadcast_store_load_finish (db, result, &error);
  g_assert_no_error (error);
  return broadcasts;
}

/* --- targets --- */

static SbTarget *
new_target (const char *channels, const char *tokens, const char *clients)
{
  SbTarget *target = g_new0 (SbTarget, 1);
  const char *const texts[] = { tokens, clients };

  if (channels != NULL)
    target->channels = g_strsplit (channels, " ", -1);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_auto (GStrv) numbers = texts[i] != NULL ? g_strsplit (texts[i], " ", -1) : NULL;

      for (guint j = 0; numbers != NULL && numbers[j] != NULL; j++)
        {
          gint64 id = g_ascii_strtoll (numbers[j], NULL, 10);

          g_array_append_val (ids, id);
        }
      if (texts[i] == NULL)
        g_array_unref (ids);
      else if (i == 0)
        target->token_ids = ids;
      else
        target->client_ids = ids;
    }

  return target;
}

static void
assert_same_target (const SbTarget *a, const SbTarget *b)
{
  g_autofree char *text_a = sb_target_to_text (a);
  g_autofree char *text_b = sb_target_to_text (b);

  g_assert_cmpint (a->everyone, ==, b->everyone);
  g_assert_cmpstr (text_a, ==, text_b);
}

static void
test_targets (Fixture *self, gconstpointer data)
{
  const struct
  {
    SbTarget *target;
    gboolean kept; /* can be sent again after a restart */
    const char *text;
  } cases[] = {
    { sb_target_new_everyone (), TRUE, "everyone" },
    { new_target ("/news /a/** / /room/*", NULL, NULL), TRUE, "/news, /a/**, /, /room/*" },
    { new_target (NULL, "3 9007199254740993", NULL), TRUE, "token 3, token 9007199254740993" },
    { new_target ("/news", "7", NULL), TRUE, "/news, token 7" },
    { new_target (NULL, NULL, "17 18"), FALSE, "client 17, client 18" },
    { new_target ("/news", "7", "17"), FALSE, "/news, token 7, client 17" },
    { new_target (NULL, NULL, NULL), TRUE, "nobody" },
  };
  g_autoptr (GPtrArray) loaded = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbBroadcast) broadcast = insert (self->database, i, cases[i].target, FALSE, "1");

      g_assert_cmpint (sb_broadcast_get_id (broadcast), ==, i + 1);
      g_assert_cmpstr (sb_broadcast_get_target_text (broadcast), ==, cases[i].text);
      assert_same_target (sb_broadcast_get_target (broadcast),
                          cases[i].target); /* as long as we run, all of it is known */
    }

  reopen (self);
  loaded = load (self->database, 100);
  g_assert_cmpuint (loaded->len, ==, G_N_ELEMENTS (cases));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbBroadcast *broadcast = g_ptr_array_index (loaded, loaded->len - 1 - i);

      g_assert_cmpint (sb_broadcast_get_time (broadcast), ==, i);
      g_assert_cmpstr (sb_broadcast_get_target_text (broadcast), ==, cases[i].text);
      if (cases[i].kept)
        assert_same_target (sb_broadcast_get_target (broadcast), cases[i].target);
      else
        g_assert_null (sb_broadcast_get_target (broadcast));
      sb_target_free (cases[i].target);
    }
}

/* A target that nobody can read is no target; above all it does not become everyone. */
static void
test_strange_targets (Fixture *self, gconstpointer data)
{
  static const char *const texts[] = {
    "[]",
    "1",
    "{\"channels\":\"/news\"}",
    "{\"channels\":[1]}",
    "{\"tokens\":[\"3\"]}",
    "{\"tokens\":[3.5]}",
    "{\"clients\":5}",
  };
  g_autoptr (GPtrArray) loaded = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO broadcast (time, target, target_text, binary, payload)"
                                              " VALUES (1, '%s', 'somebody', 0, x'31')", texts[i]);

      g_free (store_sql (self->database, sql));
    }
  g_free (store_sql (self->database, "INSERT INTO broadcast (time, target, target_text, binary, payload)"
                                     " VALUES (1, '{\"channels\":[\"../x\",\"/ok\"]}', '../x, /ok', 0, x'31')"));

  loaded = load (self->database, 100);
  g_assert_cmpuint (loaded->len, ==, G_N_ELEMENTS (texts) + 1);
  g_assert_cmpstr (sb_broadcast_get_target (g_ptr_array_index (loaded, 0))->channels[0], ==, "/ok");
  g_assert_null (sb_broadcast_get_target (g_ptr_array_index (loaded, 0))->channels[1]);
  for (guint i = 1; i < loaded->len; i++)
    g_assert_null (sb_broadcast_get_target (g_ptr_array_index (loaded, i)));
}

/* --- payloads and reports --- */

static void
test_payloads (Fixture *self, gconstpointer data)
{
  static const guint8 bytes[] = { 0, 1, 0xff, 0, '\'' };
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  GBytes *payloads[] = { g_bytes_new (bytes, sizeof bytes), g_bytes_new (NULL, 0),
                         g_bytes_new_take (g_malloc0 (3000000), 3000000) };
  g_autoptr (GPtrArray) loaded = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SbBroadcast) broadcast = try_insert (self->database, i, target, i != 1, payloads[i], &error);

      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (sb_broadcast_get_payload (broadcast), payloads[i]));
      g_assert_false (sb_broadcast_get_complete (broadcast));
      g_assert_false (sb_broadcast_get_interrupted (broadcast));
    }

  reopen (self);
  loaded = load (self->database, 100);
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      SbBroadcast *broadcast = g_ptr_array_index (loaded, 2 - i);

      g_assert_true (g_bytes_equal (sb_broadcast_get_payload (broadcast), payloads[i]));
      g_assert_cmpint (sb_broadcast_get_binary (broadcast), ==, i != 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    g_bytes_unref (payloads[i]);
}

static void
test_report (Fixture *self, gconstpointer data)
{
  g_autoptr (SbBroadcast) whole = insert_plain (self->database, 1);
  g_autoptr (SbBroadcast) part = insert_plain (self->database, 2);
  g_autoptr (SbBroadcast) none = insert_plain (self->database, 3);
  g_autoptr (GPtrArray) loaded = NULL;
  g_autoptr (GError) error = NULL;
  SbBroadcast *broadcast;

  sb_broadcast_add_report (whole, 2, 10, 7, 2, 1, 1500, NULL);
  sb_broadcast_add_report (whole, 2, G_MAXUINT - 10, 3, 0, 0, 900, NULL);
  g_assert_true (try_report (self->database, whole, &error));
  g_assert_no_error (error);
  sb_broadcast_add_report (part, 2, 5, 5, 0, 0, 100, NULL); /* the other lane has not said anything */
  g_assert_true (try_report (self->database, part, &error));
  g_assert_no_error (error);

  reopen (self);
  loaded = load (self->database, 100);
  broadcast = g_ptr_array_index (loaded, 2);
  g_assert_true (sb_broadcast_get_complete (broadcast));
  g_assert_false (sb_broadcast_get_interrupted (broadcast));
  g_assert_cmpuint (sb_broadcast_get_targeted (broadcast), ==, G_MAXUINT);
  g_assert_cmpuint (sb_broadcast_get_sent (broadcast), ==, 10);
  g_assert_cmpuint (sb_broadcast_get_dropped (broadcast), ==, 2);
  g_assert_cmpuint (sb_broadcast_get_pending (broadcast), ==, 1);
  g_assert_cmpint (sb_broadcast_get_duration (broadcast), ==, 1500);
  for (guint i = 0; i < 2; i++)
    {
      broadcast = g_ptr_array_index (loaded, i);
      g_assert_false (sb_broadcast_get_complete (broadcast));
      g_assert_true (sb_broadcast_get_interrupted (broadcast));
    }
}

static SbMissed *
new_missed (guint64 id, const char *name, SbMissedWhy why)
{
  g_autoptr (SbPeer) peer = sb_peer_new ();

  peer->id = id;
  peer->name = g_strdup (name);
  peer->token_id = 3;
  peer->token_label = g_strdup ("kiosk “left”");
  peer->token_hint = g_strdup ("sbx_7Kq2…f3Zd");
  peer->address = g_strdup ("192.168.1.30");
  peer->channel = g_strdup ("/news");
  return sb_missed_new (peer, why);
}

/* Who lost it and why, up to a thousand of them. */
static void
test_missed (Fixture *self, gconstpointer data)
{
  g_autoptr (SbBroadcast) some = insert_plain (self->database, 1);
  g_autoptr (SbBroadcast) many = insert_plain (self->database, 2);
  g_autoptr (GPtrArray) two = sb_missed_array_new ();
  g_autoptr (GPtrArray) thousand = sb_missed_array_new ();
  g_autoptr (GPtrArray) loaded = NULL;
  GPtrArray *missed;
  const SbPeer *peer;

  g_ptr_array_add (two, new_missed (17, "left \"screen\"", SB_MISSED_BACKLOG));
  g_ptr_array_add (two, new_missed (18, NULL, SB_MISSED_DISCONNECTED));
  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (thousand, new_missed (i + 1, NULL, i % (SB_MISSED_DISCONNECTED + 1)));
  sb_broadcast_add_report (some, 1, 5, 3, 2, 0, 1500, two);
  g_assert_true (try_report (self->database, some, NULL));
  sb_broadcast_add_report (many, 2, 1500, 0, 1500, 0, 1500, thousand);
  sb_broadcast_add_report (many, 2, 1500, 0, 1500, 0, 1500, thousand);
  g_assert_true (try_report (self->database, many, NULL));

  reopen (self);
  loaded = load (self->database, 100);
  missed = sb_broadcast_get_missed (g_ptr_array_index (loaded, 1));
  g_assert_cmpuint (missed->len, ==, 2);
  g_assert_cmpint (((const SbMissed *) g_ptr_array_index (missed, 0))->why, ==, SB_MISSED_BACKLOG);
  g_assert_cmpint (((const SbMissed *) g_ptr_array_index (missed, 1))->why, ==, SB_MISSED_DISCONNECTED);
  peer = ((const SbMissed *) g_ptr_array_index (missed, 0))->peer;
  g_assert_cmpuint (peer->id, ==, 17);
  g_assert_cmpstr (peer->name, ==, "left \"screen\"");
  g_assert_cmpint (peer->token_id, ==, 3);
  g_assert_cmpstr (peer->token_label, ==, "kiosk “left”");
  g_assert_cmpstr (peer->token_hint, ==, "sbx_7Kq2…f3Zd");
  g_assert_cmpstr (peer->address, ==, "192.168.1.30");
  g_assert_cmpstr (peer->channel, ==, "/news");
  g_assert_null (((const SbMissed *) g_ptr_array_index (missed, 1))->peer->name);
  g_assert_cmpuint (sb_broadcast_get_dropped (g_ptr_array_index (loaded, 0)), ==, 3000);
  missed = sb_broadcast_get_missed (g_ptr_array_index (loaded, 0));
  g_assert_cmpuint (missed->len, ==, 1000);
  for (guint i = 0; i < missed->len; i++)
    g_assert_cmpint (((const SbMissed *) g_ptr_array_index (missed, i))->why, ==, i % (SB_MISSED_DISCONNECTED + 1));
  g_free (store_sql (self->database, "UPDATE broadcast SET missed = '[{\"client\":17},{\"client\":18,\"why\":\"bored\"}]'"));
  g_clear_pointer (&loaded, g_ptr_array_unref);
  loaded = load (self->database, 100);
  missed = sb_broadcast_get_missed (g_ptr_array_index (loaded, 0));
  g_assert_cmpuint (missed->len, ==, 2);
  for (guint i = 0; i < missed->len; i++)
    g_assert_cmpint (((const SbMissed *) g_ptr_array_index (missed, i))->why, ==, SB_MISSED_UNKNOWN);
}

static void
test_report_too_late (Fixture *self, gconstpointer data)
{
  g_autoptr (SbBroadcast) broadcast = insert_plain (self->database, 1);
  g_autoptr (GError) error = NULL;

  g_free (store_sql (self->database, "DELETE FROM broadcast"));
  sb_broadcast_set_report (broadcast, 1, 1, 0, 0, 1);
  g_assert_false (try_report (self->database, broadcast, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
}

/* --- what is kept --- */

static void
test_rows_kept (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) loaded = NULL;

  g_free (store_sql (self->database, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
                                     "INSERT INTO broadcast (time, target, target_text, binary, payload)"
                                     "  SELECT i, '{\"everyone\":true}', 'everyone', 0, x'31' FROM n"));
  g_object_unref (insert_plain (self->database, 1000));
  store_assert_sql (self->database, "SELECT count (*) || ' ' || min (id) FROM broadcast", "1000 1");
  g_object_unref (insert_plain (self->database, 1001));
  g_object_unref (insert_plain (self->database, 1002));
  store_assert_sql (self->database, "SELECT count (*) || ' ' || min (id) FROM broadcast", "1000 3");

  loaded = load (self->database, MAX_ROWS);
  g_assert_cmpuint (loaded->len, ==, MAX_ROWS);
  for (guint i = 0; i < loaded->len; i++)
    g_assert_cmpint (sb_broadcast_get_id (g_ptr_array_index (loaded, i)), ==, MAX_ROWS + 2 - i);

  for (guint limit = 0; limit < 3; limit++)
    {
      g_autoptr (GPtrArray) few = load (self->database, limit);

      g_assert_cmpuint (few->len, ==, limit);
    }
}

static void
test_bytes_kept (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) huge = g_bytes_new_take (g_malloc0 (64 * 1024 * 1024 + 1), 64 * 1024 * 1024 + 1);
  g_autoptr (GError) error = NULL;

  /* 64 MiB to the byte, then one byte more */
  g_free (store_sql (self->database,
                     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8) "
                     "INSERT INTO broadcast (time, target, target_text, binary, payload)"
                     "  SELECT i, '{\"everyone\":true}', 'everyone', 0, zeroblob (8388608 - (i = 8)) FROM n"));
  g_object_unref (insert (self->database, 9, target, FALSE, "1"));
  store_assert_sql (self->database, "SELECT count (*) || ' ' || min (id) FROM broadcast", "9 1");
  g_object_unref (insert (self->database, 10, target, FALSE, "1"));
  store_assert_sql (self->database, "SELECT count (*) || ' ' || min (id) FROM broadcast", "9 2");

  /* The newest is kept whatever its size. */
  g_object_unref (try_insert (self->database, 11, target, TRUE, huge, &error));
  g_assert_no_error (error);
  store_assert_sql (self->database, "SELECT group_concat (id) FROM broadcast", "11");
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (SbBroadcast) broadcast = insert_plain (self->database, 1);
  g_autoptr (GError) error = NULL;

  sb_database_close (self->database);
  g_assert_false (try_report (self->database, broadcast, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* --- killed --- */

static void child_insert (SbDatabase *database);

/* The number of a broadcast is told when its row is there; as a negative one when its report is. */
static void
child_reported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbBroadcast) broadcast = user_data;

  g_assert_true (sb_broadcast_store_report_finish (SB_DATABASE (source), result, NULL));
  store_kill_print (-sb_broadcast_get_id (broadcast));
  child_insert (SB_DATABASE (source));
}

static void
child_inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbBroadcast) broadcast = sb_broadcast_store_insert_finish (SB_DATABASE (source), result, NULL, NULL);

  store_kill_print (sb_broadcast_get_id (broadcast));
  sb_broadcast_set_report (broadcast, 42, 40, 2, 0, 7);
  sb_broadcast_store_report_async (SB_DATABASE (source), broadcast, child_reported_cb, g_object_ref (broadcast));
}

static void
child_insert (SbDatabase *database)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"signal\":\"stop\"}", 17);

  sb_broadcast_store_insert_async (database, 1, target, FALSE, payload, 0, NULL, child_inserted_cb, NULL);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (GPtrArray) broadcasts = load (database, MAX_ROWS);

  for (guint i = 0; i < numbers->len; i++)
    {
      gint64 number = g_array_index (numbers, gint64, i);
      SbBroadcast *broadcast;

      g_assert_cmpint (ABS (number), <=, broadcasts->len);
      broadcast = g_ptr_array_index (broadcasts, broadcasts->len - ABS (number));
      g_assert_cmpint (sb_broadcast_get_id (broadcast), ==, ABS (number));
      g_assert_cmpuint (g_bytes_get_size (sb_broadcast_get_payload (broadcast)), ==, 17);
      if (number < 0)
        g_assert_cmpuint (sb_broadcast_get_targeted (broadcast), ==, 42);
      g_assert_true (sb_broadcast_get_complete (broadcast) != sb_broadcast_get_interrupted (broadcast));
    }
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_insert, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) g_test_add ("/broadcast-store/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("targets", test_targets);
  ADD ("strange-targets-mean-nobody", test_strange_targets);
  ADD ("payloads", test_payloads);
  ADD ("report", test_report);
  ADD ("who-lost-it", test_missed);
  ADD ("report-too-late", test_report_too_late);
  ADD ("newest-thousand-kept", test_rows_kept);
  ADD ("payload-kept", test_bytes_kept);
  ADD ("closed", test_closed);
  store_kill_add ("/broadcast-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
