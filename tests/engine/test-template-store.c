/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "store/sb-template-store.h"

static SbTemplate *
put (SbDatabase *db, gint64 id, const char *name, const char *channel, gconstpointer bytes, gsize size, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbTarget) target = g_new0 (SbTarget, 1);
  g_autoptr (GBytes) payload = g_bytes_new (bytes, size);
  g_autoptr (SbMessage) message = NULL;

  if (channel != NULL)
    target->channels = g_strsplit (channel, ",", -1);
  message = sb_message_new (channel != NULL ? target : NULL, FALSE, payload);
  sb_template_store_put_async (db, id, name, 5, message, store_result_cb, &result);
  store_wait_for (result != NULL);

  return sb_template_store_put_finish (db, result, error);
}

static GPtrArray *
load (SbDatabase *db)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *templates;

  sb_template_store_load_async (db, store_result_cb, &result);
  store_wait_for (result != NULL);
  templates = sb_template_store_load_finish (db, result, &error);
  g_assert_no_error (error);

  return templates;
}

static gboolean
try_delete (SbDatabase *db, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_template_store_delete_async (db, id, store_result_cb, &result);
  store_wait_for (result != NULL);

  return sb_template_store_delete_finish (db, result, error);
}

static void
test_life (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) first = put (self->database, 0, "Grüße", "/a,/b", "{\"a\":1}", 7, &error);
  g_autoptr (SbTemplate) second = put (self->database, 0, "none", NULL, "", 0, &error);
  g_autoptr (SbTemplate) changed = NULL, taken = NULL;
  g_autoptr (GPtrArray) loaded = NULL;
  SbTemplate *template;

  g_assert_no_error (error);
  g_assert_cmpint (sb_template_get_id (first), ==, 1);
  changed = put (self->database, 1, "Hello", "/c", "2", 1, &error);
  g_assert_no_error (error);

  reopen (self);
  loaded = load (self->database);
  g_assert_cmpuint (loaded->len, ==, 2);
  template = g_ptr_array_index (loaded, 0);
  g_assert_cmpstr (sb_template_get_name (template), ==, "Hello");
  g_assert_cmpint (sb_template_get_changed_at (template), ==, 5);
  g_assert_cmpstr (sb_template_get_message (template)->target_text, ==, "/c");
  g_assert_cmpmem (g_bytes_get_data (sb_template_get_message (template)->payload, NULL), 1, "2", 1);
  template = g_ptr_array_index (loaded, 1);
  g_assert_null (sb_template_get_message (template)->target);
  g_assert_cmpuint (g_bytes_get_size (sb_template_get_message (template)->payload), ==, 0);

  taken = put (self->database, 0, "Hello", NULL, "1", 1, &error);
  g_assert_null (taken);
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_true (try_delete (self->database, 1, &error));
  g_assert_no_error (error);
  g_assert_false (try_delete (self->database, 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (put (self->database, 1, "gone", NULL, "1", 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
}

/* 64 MiB to the byte, and not one more. */
static void
test_room (Fixture *self, gconstpointer data)
{
  const gsize most = 64 * 1024 * 1024;
  g_autofree char *bytes = g_malloc0 (most);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) big = put (self->database, 0, "big", NULL, bytes, most, &error);
  g_autoptr (SbTemplate) again = NULL;

  g_assert_no_error (error);
  g_assert_null (put (self->database, 0, "small", NULL, "1", 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  g_clear_error (&error);
  /* What is replaced makes room for itself. */
  again = put (self->database, sb_template_get_id (big), "big", NULL, bytes, most, &error);
  g_assert_no_error (error);
}

/* --- killed --- */

static void child_put (SbDatabase *database);

static void
child_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbTemplate) template = sb_template_store_put_finish (SB_DATABASE (source), result, NULL);

  store_kill_print (sb_template_get_id (template));
  child_put (SB_DATABASE (source));
}

static void
child_put (SbDatabase *database)
{
  g_autofree char *name = g_uuid_string_random ();
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"signal\":\"stop\"}", 17);
  g_autoptr (SbMessage) message = sb_message_new (target, FALSE, payload);

  sb_template_store_put_async (database, 0, name, 1, message, child_done_cb, NULL);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (GPtrArray) templates = load (database);

  for (guint i = 0; i < numbers->len; i++)
    {
      gint64 id = g_array_index (numbers, gint64, i);
      SbTemplate *template;

      g_assert_cmpint (id, <=, templates->len);
      template = g_ptr_array_index (templates, id - 1);
      g_assert_cmpint (sb_template_get_id (template), ==, id);
      g_assert_true (sb_template_get_message (template)->target->everyone);
      g_assert_cmpuint (g_bytes_get_size (sb_template_get_message (template)->payload), ==, 17);
    }
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_put, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/template-store/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/template-store/room", Fixture, NULL, set_up, test_room, tear_down);
  store_kill_add ("/template-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
