/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "fault-vfs.h"
#include "shadow-list.h"

/* What is kept to be said, and what is said by itself. */

static SbTemplate *
save (SbEngine *engine, gint64 id, const char *name, const SbTarget *target, const char *text, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));

  sb_engine_save_template_async (engine, "window", id, name, target, FALSE, payload, store_result_cb, &result);
  sb_test_wait (result != NULL);

  return sb_engine_save_template_finish (engine, result, error);
}

static SbSchedule *
add (SbEngine *engine, const SbScheduleTimes *times, const SbTarget *target, const char *text, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));

  sb_engine_add_schedule_async (engine, "window", times, target, FALSE, payload, store_result_cb, &result);
  sb_test_wait (result != NULL);

  return sb_engine_add_schedule_finish (engine, result, error);
}

static void
stop (SbEngine *engine, gint64 id)
{
  GAsyncResult *result = NULL;

  sb_engine_stop_schedule_async (engine, "window", id, store_result_cb, &result);
  engine_finish_well (engine, &result);
}

static guint
count (GListModel *model)
{
  return g_list_model_get_n_items (model);
}

static char *
join_names (SbEngine *engine)
{
  GListModel *templates = sb_engine_get_templates (engine);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < count (templates); i++)
    {
      g_autoptr (SbTemplate) template = g_list_model_get_item (templates, i);

      g_string_append_printf (names, "%s|", sb_template_get_name (template));
    }

  return g_string_free (names, FALSE);
}

/* --- templates --- */

static void
test_templates (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTarget) target = g_new0 (SbTarget, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) b = NULL, a = NULL, c = NULL, renamed = NULL;
  g_autofree char *names = NULL, *after = NULL, *loaded = NULL;
  guint64 client = 17;
  GAsyncResult *result = NULL;

  target->channels = g_strsplit ("/news", ",", -1);
  target->client_ids = g_array_new (FALSE, FALSE, sizeof client);
  g_array_append_val (target->client_ids, client);

  b = save (self->engine, 0, "  beta ", target, "{\"b\":1}", &error);
  a = save (self->engine, 0, "Alpha", NULL, "1", &error);
  c = save (self->engine, 0, "Ärger", NULL, "2", &error);
  g_assert_no_error (error);
  names = join_names (self->engine);
  g_assert_cmpuint (count (sb_engine_get_templates (self->engine)), ==, 3);
  store_assert_contains (names, "beta|");
  /* The numbers of clients mean others soon, and are not kept. */
  g_assert_cmpstr (sb_template_get_message (b)->target_text, ==, "/news");
  engine_assert_entry (self->engine, SB_ACT_TEMPLATE_SAVED, "window", "Ärger", "");

  renamed = save (self->engine, sb_template_get_id (a), "zulu", NULL, "1", &error);
  g_assert_no_error (error);
  after = join_names (self->engine);
  store_assert_contains (after, "beta|zulu|");
  engine_assert_entry (self->engine, SB_ACT_TEMPLATE_SAVED, "window", "zulu", "before: Alpha");
  g_assert_true (sb_engine_find_template_named (self->engine, "ZULU") == renamed);

  sb_engine_delete_template_async (self->engine, "window", sb_template_get_id (c), store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  engine_assert_entry (self->engine, SB_ACT_TEMPLATE_DELETED, "window", "Ärger", "");

  engine_fixture_restart (self);
  loaded = join_names (self->engine);
  g_assert_cmpstr (loaded, ==, "beta|zulu|");
}

/* Whatever is saved, renamed and deleted in whatever order: every view of the list has it, in the order of the names. */
static void
test_templates_at_random (EngineFixture *self, gconstpointer data)
{
  GListModel *templates = sb_engine_get_templates (self->engine);
  ShadowList shadow;

  shadow_list_init (&shadow, templates);
  for (guint i = 0; i < 300; i++)
    {
      guint n = count (templates);
      g_autoptr (SbTemplate) one = n > 0 ? g_list_model_get_item (templates, (guint) g_test_rand_int_range (0, (int) n)) : NULL;
      g_autofree char *name = g_strdup_printf ("%c%d", "aAzZ"[i % 4], g_test_rand_int_range (0, 60));
      gint64 id = one != NULL && g_test_rand_bit () ? sb_template_get_id (one) : 0;

      if (one != NULL && g_test_rand_int_range (0, 3) == 0)
        {
          GAsyncResult *result = NULL;

          sb_engine_delete_template_async (self->engine, "window", sb_template_get_id (one), store_result_cb, &result);
          engine_finish_well (self->engine, &result);
        }
      else
        {
          SbTemplate *same = sb_engine_find_template_named (self->engine, name);
          gboolean taken = same != NULL && sb_template_get_id (same) != id;
          g_autoptr (SbTemplate) saved = save (self->engine, id, name, NULL, "1", NULL);

          g_assert_true ((saved == NULL) == taken);
        }
      shadow_list_check (&shadow);
      for (guint j = 1; j < count (templates); j++)
        {
          g_autoptr (SbTemplate) before = g_list_model_get_item (templates, j - 1);
          g_autoptr (SbTemplate) after = g_list_model_get_item (templates, j);
          g_autofree char *a = g_utf8_casefold (sb_template_get_name (before), -1);
          g_autofree char *b = g_utf8_casefold (sb_template_get_name (after), -1);

          g_assert_cmpint (g_utf8_collate (a, b), <, 0);
        }
    }
  g_assert_cmpuint (count (templates), >, 0);
  shadow_list_clear (&shadow);
}

static void
test_templates_refused (EngineFixture *self, gconstpointer data)
{
  static const struct
  {
    gint64 id;
    const char *name;
    const char *text;
    int code;
  } cases[] = {
    { 0, "", "1", SB_ENGINE_ERROR_INVALID },
    { 0, "  ", "1", SB_ENGINE_ERROR_INVALID },
    { 0, "two\nlines", "1", SB_ENGINE_ERROR_INVALID },
    { 0, "0123456789012345678901234567890123456789012345678901234567890123x", "1", SB_ENGINE_ERROR_INVALID },
    { 0, "fine", "{", SB_ENGINE_ERROR_INVALID },
    { 0, "TAKEN", "1", SB_ENGINE_ERROR_STATE },
    { 99, "fine", "1", SB_ENGINE_ERROR_NOT_FOUND },
  };
  g_autoptr (GError) none = NULL;
  g_autoptr (SbTemplate) taken = save (self->engine, 0, "taken", NULL, "1", &none);

  g_assert_no_error (none);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (save (self->engine, cases[i].id, cases[i].name, NULL, cases[i].text, &error));
      g_assert_error (error, SB_ENGINE_ERROR, cases[i].code);
    }
  g_assert_cmpuint (count (sb_engine_get_templates (self->engine)), ==, 1);
}

static void
test_templates_at_most (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("template %u", i);

      sb_engine_save_template_async (self->engine, "window", 0, name, NULL, FALSE, payload, NULL, NULL);
    }
  sb_test_wait (count (sb_engine_get_templates (self->engine)) == 1000);
  g_assert_null (save (self->engine, 0, "one more", NULL, "1", &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
}

/* That is no trouble of the disk's: whatever else there is to be written still is, and nobody is told otherwise. */
static void
test_templates_too_large_together (EngineFixture *self, gconstpointer data)
{
  const gsize size = 1024 * 1024; /* as much as one may have */
  g_autofree char *text = g_strnfill (size, '1');
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;

  text[0] = text[size - 1] = '"';
  payload = g_bytes_new_static (text, size);
  for (guint i = 0; i < 64; i++)
    {
      g_autofree char *name = g_strdup_printf ("template %u", i);

      sb_engine_save_template_async (self->engine, "window", 0, name, NULL, FALSE, payload, NULL, NULL);
    }
  sb_test_wait (count (sb_engine_get_templates (self->engine)) == 64);
  g_assert_null (save (self->engine, 0, "one more", NULL, "1", &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_LISTENING);
}

/* A second one of the name, and one too many, are refused while the first are on their way to the disk. */
static void
test_templates_at_once (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (SbTemplate) saved = NULL;

  sb_engine_save_template_async (self->engine, "window", 0, "Name", NULL, FALSE, payload, store_result_cb, &first);
  sb_engine_save_template_async (self->engine, "window", 0, "nAME", NULL, FALSE, payload, store_result_cb, &second);
  sb_test_wait (first != NULL && second != NULL);
  saved = sb_engine_save_template_finish (self->engine, first, &error);
  g_assert_no_error (error);
  g_assert_null (sb_engine_save_template_finish (self->engine, second, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_STOPPED);

  for (guint i = 0; i < 1200; i++)
    {
      g_autofree char *name = g_strdup_printf ("template %u", i);

      g_clear_object (&first);
      sb_engine_save_template_async (self->engine, "window", 0, name, NULL, FALSE, payload,
                                     i == 1199 ? store_result_cb : NULL, &first);
    }
  sb_test_wait (first != NULL && count (sb_engine_get_templates (self->engine)) == 1000);
  g_clear_error (&error);
  g_assert_null (sb_engine_save_template_finish (self->engine, first, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
}

/* --- schedules --- */

static void
test_repeats_until_stopped (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_USEC_PER_SEC, 0 };
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = add (self->engine, &times, everyone, "[1]", &error);
  guint n;

  g_assert_no_error (error);
  g_assert_cmpuint (count (sb_engine_get_schedules (self->engine)), ==, 1);
  for (int i = 0; i < 3; i++)
    sb_test_client_expect_text (client, "[1]");
  sb_test_wait (sb_schedule_get_progress (schedule)->n_runs >= 3 && !sb_schedule_get_in_flight (schedule));
  g_assert_cmpuint (sb_schedule_get_progress (schedule)->last_sent, ==, 1);
  /* The last run stands in the history; the trail tells the beginning and the end. */
  g_assert_cmpuint (count (sb_engine_get_broadcasts (self->engine)), ==, 1);
  g_assert_false (engine_has_entry (self->engine, SB_ACT_BROADCAST_SENT));
  g_assert_true (engine_has_entry (self->engine, SB_ACT_SCHEDULE_STARTED));

  stop (self->engine, sb_schedule_get_id (schedule));
  g_assert_cmpuint (count (sb_engine_get_schedules (self->engine)), ==, 0);
  g_assert_true (engine_has_entry (self->engine, SB_ACT_SCHEDULE_STOPPED));
  n = sb_schedule_get_progress (schedule)->n_runs;
  g_assert_cmpuint (n, >=, 3);
  engine_fixture_restart (self);
  g_assert_cmpuint (count (sb_engine_get_schedules (self->engine)), ==, 0);
  g_assert_cmpuint (count (sb_engine_get_broadcasts (self->engine)), ==, 1);
}

/* Stopped at any moment of its run, also before that is on disk. */
static void
test_stopped_in_flight (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_USEC_PER_SEC, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  GListModel *schedules = sb_engine_get_schedules (self->engine);

  for (int i = 0; i < 40; i++)
    {
      g_autoptr (SbSchedule) schedule = NULL;

      sb_engine_add_schedule_async (self->engine, "window", &times, everyone, FALSE, payload, NULL, NULL);
      sb_test_wait (count (schedules) == 1);
      for (int j = g_test_rand_int_range (0, 6); j > 0; j--)
        g_main_context_iteration (NULL, FALSE);
      schedule = g_list_model_get_item (schedules, 0);
      stop (self->engine, sb_schedule_get_id (schedule));
      g_assert_cmpuint (count (schedules), ==, 0);
    }
}

/* What could not be stopped for good is there, goes on, and can be stopped later. */
static void
test_not_stopped (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_USEC_PER_SEC, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = add (self->engine, &times, everyone, "1", &error);
  g_autoptr (SbSchedule) later = add (self->engine, &times, everyone, "2", &error);
  GListModel *schedules = sb_engine_get_schedules (self->engine);
  g_autoptr (SbSchedule) first = NULL;
  GAsyncResult *result = NULL;
  guint n;

  g_assert_no_error (error);
  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  sb_engine_stop_schedule_async (self->engine, "window", sb_schedule_get_id (schedule), store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  fault_vfs_disarm ();
  g_assert_cmpuint (count (schedules), ==, 2);
  first = g_list_model_get_item (schedules, 0);
  g_assert_true (first == schedule);
  g_assert_false (engine_has_entry (self->engine, SB_ACT_SCHEDULE_STOPPED));

  n = sb_schedule_get_progress (schedule)->n_runs;
  sb_test_wait (sb_schedule_get_progress (schedule)->n_runs >= n + 2);
  stop (self->engine, sb_schedule_get_id (schedule));
  engine_fixture_restart (self);
  g_assert_cmpuint (count (sb_engine_get_schedules (self->engine)), ==, 1);
}

/* How often it was missed is written when the engine closes; that this fails is heard of when the trail is closed. */
static void
test_not_kept_at_the_end (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = add (self->engine, &times, everyone, "1", &error);

  g_assert_no_error (error);
  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  sb_engine_close (self->engine);
  sb_test_iterate ();
  g_assert_cmpint (fault_vfs_disarm (), >, 0);
}

static void
test_ends_by_itself (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes twice = { 0, G_USEC_PER_SEC, 2 };
  const SbScheduleTimes once = { g_get_real_time () + 300 * 1000, 0, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) first = add (self->engine, &twice, everyone, "[1]", &error);
  g_autoptr (SbSchedule) second = add (self->engine, &once, everyone, "[2]", &error);

  g_assert_no_error (error);
  sb_test_wait (count (sb_engine_get_schedules (self->engine)) == 0);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_SCHEDULE_ENDED));
  g_assert_cmpuint (sb_schedule_get_progress (first)->n_runs, ==, 2);
  g_assert_cmpuint (sb_schedule_get_progress (second)->n_runs, ==, 1);
  /* What is sent once is a broadcast like any other. */
  engine_assert_entry (self->engine, SB_ACT_BROADCAST_SENT, "schedule", "everyone", "0 targeted, 0 sent, 0 dropped");
  g_assert_cmpuint (count (sb_engine_get_broadcasts (self->engine)), ==, 2);
}

static void
test_survives_a_restart (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_USEC_PER_SEC, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) loaded = NULL;
  guint n_runs;

  {
    g_autoptr (SbSchedule) schedule = add (self->engine, &times, everyone, "[1]", &error);

    g_assert_no_error (error);
    sb_test_wait (sb_schedule_get_progress (schedule)->n_runs >= 1 && !sb_schedule_get_in_flight (schedule));
    n_runs = sb_schedule_get_progress (schedule)->n_runs;
  }
  engine_fixture_restart (self);
  loaded = g_list_model_get_item (sb_engine_get_schedules (self->engine), 0);
  g_assert_nonnull (loaded);
  g_assert_nonnull (sb_schedule_get_broadcast (loaded));
  sb_test_wait (sb_schedule_get_progress (loaded)->n_runs > n_runs && !sb_schedule_get_in_flight (loaded));
  g_assert_cmpuint (count (sb_engine_get_broadcasts (self->engine)), ==, 1);
}

static void
test_waits_for_the_server (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_USEC_PER_SEC, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = add (self->engine, &times, everyone, "[1]", &error);

  g_assert_no_error (error);
  sb_test_wait (sb_schedule_get_progress (schedule)->n_missed >= 1);
  g_assert_cmpuint (sb_schedule_get_progress (schedule)->n_runs, ==, 0);
  engine_start_well (self->engine);
  sb_test_wait (sb_schedule_get_progress (schedule)->n_runs >= 1 && !sb_schedule_get_in_flight (schedule));
}

static void
notice_cb (SbEngine *engine, const char *code, const char *message, gpointer user_data)
{
  guint *n = user_data;

  if (g_str_equal (code, "schedule-failed"))
    (*n)++;
}

static void
test_failure_is_told_once (EngineFixture *self, gconstpointer data)
{
  const SbScheduleTimes times = { 0, G_USEC_PER_SEC, 0 };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = NULL;
  g_autofree char *digits = g_strnfill (300, 'x');
  g_autofree char *big = g_strconcat ("\"", digits, "\"", NULL);
  guint n = 0;

  g_signal_connect (self->engine, "notice", G_CALLBACK (notice_cb), &n);
  schedule = add (self->engine, &times, everyone, big, &error);
  g_assert_no_error (error);
  /* A later change of the settings makes it too big. */
  g_object_set (sb_engine_get_settings (self->engine), "max-message-size", 128, NULL);
  sb_test_wait (sb_schedule_get_progress (schedule)->n_failed >= 2 && !sb_schedule_get_in_flight (schedule));
  g_assert_nonnull (sb_schedule_get_error (schedule));
  g_assert_cmpuint (n, ==, 1);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_SCHEDULE_FAILED));
}

static void
test_schedules_refused (EngineFixture *self, gconstpointer data)
{
  gint64 now = g_get_real_time ();
  const SbScheduleTimes good = { 0, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, 0 };
  const SbScheduleTimes bad[] = {
    { 0, 0, 0 },           { 0, G_USEC_PER_SEC - 1, 0 },
    { 0, -5, 0 },          { now - G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, 0, 0 },
    { G_MAXINT64, 0, 0 },  { 0, G_MAXINT64, 0 },
    { 0, G_USEC_PER_SEC, 1000001 },
  };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (SbTarget) clients = g_new0 (SbTarget, 1);
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (GError) error = NULL;
  guint64 id = 1;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (add (self->engine, &bad[i], everyone, "1", &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
      g_clear_error (&error);
    }
  clients->client_ids = g_array_new (FALSE, FALSE, sizeof id);
  g_array_append_val (clients->client_ids, id);
  g_assert_null (add (self->engine, &good, clients, "1", &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (add (self->engine, &good, everyone, "{", &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);

  /* All at once: those on their way to the disk count as well. */
  for (guint i = 0; i < 120; i++)
    sb_engine_add_schedule_async (self->engine, "window", &good, everyone, FALSE, payload, NULL, NULL);
  sb_test_wait (count (sb_engine_get_schedules (self->engine)) == 100);
  g_assert_null (add (self->engine, &good, everyone, "1", &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_install ();

#define ADD(name, func) g_test_add ("/engine-speech/" name, EngineFixture, NULL, engine_fixture_set_up, func, engine_fixture_tear_down)
#define ADD_STARTED(name, func) \
  g_test_add ("/engine-speech/" name, EngineFixture, NULL, engine_fixture_set_up_started, func, engine_fixture_tear_down)
  ADD ("templates/life", test_templates);
  ADD ("templates/at-random", test_templates_at_random);
  ADD ("templates/refused", test_templates_refused);
  ADD ("templates/at-most", test_templates_at_most);
  ADD ("templates/at-once", test_templates_at_once);
  ADD_STARTED ("templates/too-large-together", test_templates_too_large_together);
  ADD_STARTED ("schedules/until-stopped", test_repeats_until_stopped);
  ADD_STARTED ("schedules/stopped-in-flight", test_stopped_in_flight);
  ADD_STARTED ("schedules/not-stopped", test_not_stopped);
  ADD ("schedules/not-kept-at-the-end", test_not_kept_at_the_end);
  ADD_STARTED ("schedules/ends-by-itself", test_ends_by_itself);
  ADD_STARTED ("schedules/survives-a-restart", test_survives_a_restart);
  ADD ("schedules/waits-for-the-server", test_waits_for_the_server);
  ADD_STARTED ("schedules/failure-is-told-once", test_failure_is_told_once);
  ADD_STARTED ("schedules/refused", test_schedules_refused);

  return g_test_run ();
}
