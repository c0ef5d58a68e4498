/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "fault-vfs.h"
#include "shadow-list.h"

/* What is kept for those who come later. */

/* @channels: with commas between; NULL: everyone. */
static SbBroadcast *
try_retain (SbEngine *engine, const char *channels, const char *text, GError **error)
{
  g_auto (GStrv) split = channels != NULL ? g_strsplit (channels, ",", -1) : NULL;
  SbTarget target = { .everyone = channels == NULL, .channels = split };
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_retain_async (engine, "window", &target, FALSE, payload, store_result_cb, &result);
  sb_test_wait (result != NULL);

  return sb_engine_broadcast_finish (engine, result, error);
}

static void
retain (SbEngine *engine, const char *channels, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = try_retain (engine, channels, text, &error);

  g_assert_no_error (error);
  g_assert_true (sb_broadcast_get_retained (broadcast));
}

static SbRetainedItem *
try_release (SbEngine *engine, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_release_retained_async (engine, "window", id, store_result_cb, &result);
  sb_test_wait (result != NULL);

  return sb_engine_retained_finish (engine, result, error);
}

static SbRetainedItem *
release (SbEngine *engine, gint64 id)
{
  g_autoptr (GError) error = NULL;
  SbRetainedItem *item = try_release (engine, id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sb_retained_item_get_id (item), ==, id);

  return item;
}

static gboolean
try_restore (SbEngine *engine, SbRetainedItem *item, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbRetainedItem) restored = NULL;

  sb_engine_restore_retained_async (engine, "window", item, store_result_cb, &result);
  sb_test_wait (result != NULL);
  restored = sb_engine_retained_finish (engine, result, error);

  return restored == item;
}

static guint
count (SbEngine *engine)
{
  return g_list_model_get_n_items (sb_engine_get_retained (engine));
}

/* "3 /a, 1 **" */
static char *
list (SbEngine *engine)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < count (engine); i++)
    {
      g_autoptr (SbRetainedItem) item = g_list_model_get_item (sb_engine_get_retained (engine), i);

      g_string_append_printf (text, "%s%" G_GINT64_FORMAT " %s", i > 0 ? ", " : "", sb_retained_item_get_id (item),
                              sb_retained_item_get_pattern (item));
    }

  return g_string_free (text, FALSE);
}

#define assert_list(engine, expected) \
  G_STMT_START \
  { \
    g_autofree char *list_ = list (engine); \
    g_assert_cmpstr (list_, ==, expected); \
  } \
  G_STMT_END

/* @text NULL: nothing comes. */
static void
check_newcomer (SbEngine *engine, const char *channel, const char *secret, const char *text)
{
  guint n = engine_count_clients (engine);
  g_autoptr (SbTestClient) client = engine_connect (engine, channel, secret);

  if (text != NULL)
    sb_test_client_expect_text (client, text);
  sb_test_client_expect_silence (client);
  sb_test_client_close (client);
  sb_test_wait (engine_count_clients (engine) == n);
}

static void
test_life (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) there = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbRetainedItem) removed = NULL;
  g_autoptr (GError) error = NULL;

  retain (self->engine, NULL, "1");
  sb_test_client_expect_text (there, "1");
  engine_assert_entry (self->engine, SB_ACT_MESSAGE_RETAINED, "window", "everyone", "");
  engine_assert_entry (self->engine, SB_ACT_BROADCAST_SENT, "window", "everyone", "1 targeted, 1 sent, 0 dropped");
  retain (self->engine, "/a,/b/*,/a", "2");
  sb_test_client_expect_text (there, "2");
  engine_assert_entry (self->engine, SB_ACT_MESSAGE_RETAINED, "window", "/a, /b/*", "");
  assert_list (self->engine, "3 /b/*, 2 /a, 1 **");

  check_newcomer (self->engine, "/a", secret, "2");
  check_newcomer (self->engine, "/b/c", secret, "2");
  check_newcomer (self->engine, "/b", secret, "1");
  check_newcomer (self->engine, "/b", secret, "1");
  g_assert_cmpuint (sb_retained_item_get_delivered (sb_engine_find_retained (self->engine, 1)), ==, 2);
  retain (self->engine, "/a", "3");
  sb_test_client_expect_text (there, "3");
  sb_test_client_expect_silence (there);
  assert_list (self->engine, "4 /a, 3 /b/*, 1 **");

  /* On disk. Who does not answer the good-bye would be waited for. */
  g_clear_pointer (&there, sb_test_client_free);
  engine_fixture_restart (self);
  assert_list (self->engine, "4 /a, 3 /b/*, 1 **");
  check_newcomer (self->engine, "/a", secret, "3");
  check_newcomer (self->engine, "/c", secret, "1");
  {
    g_autoptr (SbBroadcast) newest = g_list_model_get_item (sb_engine_get_broadcasts (self->engine), 0);

    g_assert_true (sb_broadcast_get_retained (newest));
  }

  removed = release (self->engine, 4);
  engine_assert_entry (self->engine, SB_ACT_MESSAGE_RELEASED, "window", "/a", "1 sent");
  assert_list (self->engine, "3 /b/*, 1 **");
  check_newcomer (self->engine, "/a", secret, "1");
  g_assert_null (try_release (self->engine, 4, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* Taken back, and nobody who is there hears of it. */
  there = engine_connect (self->engine, "/b/x", secret);
  sb_test_client_expect_text (there, "2");
  g_assert_true (try_restore (self->engine, removed, &error));
  assert_list (self->engine, "4 /a, 3 /b/*, 1 **");
  sb_test_client_expect_silence (there);
  check_newcomer (self->engine, "/a", secret, "3");
  g_assert_cmpuint (sb_retained_item_get_delivered (removed), ==, 2);
  g_clear_pointer (&there, sb_test_client_free);
  engine_fixture_restart (self);
  assert_list (self->engine, "4 /a, 3 /b/*, 1 **");
}

static void
test_not_undone (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbRetainedItem) removed = NULL;
  g_autoptr (GError) error = NULL;

  retain (self->engine, "/a", "1");
  removed = release (self->engine, 1);
  retain (self->engine, "/a", "2");
  g_assert_false (try_restore (self->engine, removed, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  assert_list (self->engine, "2 /a");
  /* Nothing is wrong with the store. */
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_LISTENING);
}

static void
test_invalid (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) there = engine_connect (self->engine, "/a", secret);
  g_auto (GStrv) channels = g_strsplit ("/a", ",", -1);
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 token = 1;
  SbTarget target = { .channels = channels, .token_ids = tokens };
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_array_append_val (tokens, token);
  sb_engine_retain_async (self->engine, "window", &target, FALSE, payload, store_result_cb, &result);
  sb_test_wait (result != NULL);
  g_assert_null (sb_engine_broadcast_finish (self->engine, result, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_null (try_retain (self->engine, "/a", "{", &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (try_retain (self->engine, "a", "1", &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_cmpuint (count (self->engine), ==, 0);
  sb_test_client_expect_silence (there);
}

/* What cannot be written is neither said nor kept, and not taken back either. */
static void
test_disk_full (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) there = engine_connect (self->engine, "/a", secret);
  g_autoptr (GError) error = NULL;

  retain (self->engine, "/a", "1");
  sb_test_client_expect_text (there, "1");
  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  g_assert_null (try_retain (self->engine, "/a", "2", &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  g_clear_error (&error);
  g_assert_null (try_release (self->engine, 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  g_clear_error (&error);
  fault_vfs_disarm ();

  sb_test_client_expect_silence (there);
  assert_list (self->engine, "1 /a");
  check_newcomer (self->engine, "/a", secret, "1");
  g_clear_pointer (&there, sb_test_client_free);
  engine_fixture_restart (self);
  assert_list (self->engine, "1 /a");
}

/* A server that was stopped and started again in the same program has it, too; so does one that stops while the row is written. */
static void
test_stopped (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("2", 1);
  g_autoptr (GAsyncResult) result = NULL, stopped = NULL;
  g_autoptr (GError) error = NULL;

  retain (self->engine, "/a", "1");
  sb_engine_retain_async (self->engine, "window", everyone, FALSE, payload, store_result_cb, &result);
  sb_engine_stop_async (self->engine, store_result_cb, &stopped);
  sb_test_wait (result != NULL && stopped != NULL);
  g_assert_null (sb_engine_broadcast_finish (self->engine, result, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING);
  assert_list (self->engine, "2 **, 1 /a");

  engine_start_well (self->engine);
  check_newcomer (self->engine, "/a", secret, "1");
  check_newcomer (self->engine, "/b", secret, "2");
}

static void
delivered_cb (guint *n_notified)
{
  (*n_notified)++;
}

static void
test_delivered_is_told (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  guint n_notified = 0;

  retain (self->engine, "/a", "1");
  g_signal_connect_swapped (sb_engine_find_retained (self->engine, 1), "notify::delivered", G_CALLBACK (delivered_cb),
                            &n_notified);
  check_newcomer (self->engine, "/a", secret, "1");
  sb_test_wait (n_notified == 1);
}

/* Whatever is kept, taken back and put back in whatever order: every view of the list has it, the newest first, one for each pattern,
 * and so has a newcomer. */
static void
test_at_random (EngineFixture *self, gconstpointer data)
{
  GListModel *retained = sb_engine_get_retained (self->engine);
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbRetainedItem) removed = NULL;
  ShadowList shadow;

  shadow_list_init (&shadow, retained);
  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *pattern = g_strdup_printf ("/%c", 'a' + g_test_rand_int_range (0, 5));
      g_autofree char *text = g_strdup_printf ("%u", i);
      guint n = g_list_model_get_n_items (retained);
      g_autoptr (SbRetainedItem) expected = NULL;

      switch (g_test_rand_int_range (0, 3))
        {
        case 0:
          if (n > 0)
            {
              g_autoptr (SbRetainedItem) item = g_list_model_get_item (retained, g_test_rand_int_range (0, n));

              g_clear_object (&removed);
              removed = release (self->engine, sb_retained_item_get_id (item));
            }
          break;
        case 1:
          if (removed != NULL)
            try_restore (self->engine, removed, NULL);
          g_clear_object (&removed);
          break;
        default:
          retain (self->engine, pattern, text);
          break;
        }

      shadow_list_check (&shadow);
      for (guint j = 0; j < g_list_model_get_n_items (retained); j++)
        {
          g_autoptr (SbRetainedItem) item = g_list_model_get_item (retained, j);
          g_autoptr (SbRetainedItem) before = j > 0 ? g_list_model_get_item (retained, j - 1) : NULL;

          g_assert_true (before == NULL || sb_retained_item_get_id (before) > sb_retained_item_get_id (item));
          if (g_str_equal (sb_retained_item_get_pattern (item), pattern))
            {
              g_assert_null (expected);
              expected = g_object_ref (item);
            }
        }
      if (i % 10 == 0)
        {
          GBytes *payload = expected != NULL ? sb_retained_item_get_payload (expected) : NULL;
          g_autofree char *kept =
              payload != NULL ? g_strndup (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload)) : NULL;

          check_newcomer (self->engine, pattern, secret, kept);
        }
    }
  shadow_list_clear (&shadow);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_install ();

#define ADD(name, func) \
  g_test_add ("/engine-retained/" name, EngineFixture, NULL, engine_fixture_set_up_started, func, engine_fixture_tear_down)
  ADD ("life", test_life);
  ADD ("not-undone", test_not_undone);
  ADD ("invalid", test_invalid);
  ADD ("disk-full", test_disk_full);
  ADD ("stopped", test_stopped);
  ADD ("delivered-is-told", test_delivered_is_told);
  ADD ("at-random", test_at_random);
#undef ADD

  return g_test_run ();
}
