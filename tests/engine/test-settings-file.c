/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "settings-fixture.h"

#include <unistd.h>

/* --- files --- */

static void
test_bad_files (StoreFixture *self, gconstpointer data)
{
  const struct
  {
    const char *text;
    int code;
  } cases[] = {
    { "port=8080\n", SB_SETTINGS_ERROR_FILE }, /* before any group */
    { "[server\nport=8080\n", SB_SETTINGS_ERROR_FILE },
    { "[server]\nport\n", SB_SETTINGS_ERROR_FILE },
    { "[server]\n\xff\n", SB_SETTINGS_ERROR_FILE }, /* is quoted */
    { "{\"port\": 8080}\n", SB_SETTINGS_ERROR_FILE },
    { "[server]\nport=\n", SB_SETTINGS_ERROR_VALUE },
    { "[server]\nlisten-address=\\x\n", SB_SETTINGS_ERROR_VALUE }, /* no such escape */
    { "[server]\nport=80\nport=70000\n", SB_SETTINGS_ERROR_VALUE },
  };
  g_autoptr (GError) folder_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;

      write_file (self->path, cases[i].text);
      g_assert_null (sb_settings_load (self->path, &error));
      g_assert_error (error, SB_SETTINGS_ERROR, cases[i].code);
      store_assert_contains (error->message, self->path);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      after = read_file (self->path);
      g_assert_cmpstr (after, ==, cases[i].text);
    }

  g_assert_null (sb_settings_load (self->folder, &folder_error));
  g_assert_error (folder_error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_FILE);
}

static void
test_good_file (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = NULL;

  write_file (self->path,
              "# mine\n\n[server]\nport = 9000 \nmax-message-size=2MiB\n"
              "allowed-origins=https://a;https://b;\nport[de]=x\n"
              "[other]\nport=70000\n");
  settings = load (self->path);
  assert_text (settings, "port", "9000");
  assert_text (settings, "max-message-size", "2 MiB");
  assert_text (settings, "allowed-origins", "https://a, https://b");
  assert_text (settings, "max-clients", "10000");
}

static void
test_foreign_lines (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = NULL;
  g_autofree char *after = NULL;

  write_file (self->path,
              "# the stage's server\n[server]\n# behind the proxy\nport=9000\nfuture-key=a\\sb;c\nport[de]=x\n\n"
              "# not ours\n[other]\nx=1\n");
  settings = load (self->path);
  set_text (settings, "port", "9001");
  set_text (settings, "lanes", "2");
  sb_settings_flush (settings);
  after = read_file (self->path);
  g_assert_cmpstr (after, ==,
                   "# the stage's server\n[server]\n# behind the proxy\nport=9001\nfuture-key=a\\sb;c\nport[de]=x\n"
                   "lanes=2\n\n# not ours\n[other]\nx=1\n");
}

static void
test_edited_meanwhile (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = NULL;
  g_autoptr (SbSettings) again = NULL;

  write_file (self->path, "[server]\nport=9000\nlanes=3\n");
  settings = load (self->path);
  set_text (settings, "max-clients", "5");
  write_file (self->path, "[server]\nport=9999\n"); /* a person, in an editor */
  sb_settings_flush (settings);

  again = load (self->path);
  assert_text (again, "port", "9999");
  assert_text (again, "lanes", "0");
  assert_text (again, "max-clients", "5");
}

static void
test_removed_meanwhile (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = NULL;
  g_autoptr (SbSettings) again = NULL;

  write_file (self->path, "[server]\nport=9000\n");
  settings = load (self->path);
  set_text (settings, "max-clients", "5");
  g_assert_cmpint (g_remove (self->path), ==, 0);
  sb_settings_flush (settings);

  again = load (self->path);
  assert_text (again, "port", "9000");
  assert_text (again, "max-clients", "5");
}

static void
test_mode_and_link (StoreFixture *self, gconstpointer data)
{
  g_autofree char *target = g_build_filename (self->folder, "true.ini", NULL);
  g_autoptr (SbSettings) settings = NULL;
  g_autoptr (SbSettings) again = NULL;
  mode_t mask = umask (0);

  write_file (target, "[server]\nport=9000\n");
  g_assert_cmpint (g_chmod (target, 0640), ==, 0);
  g_assert_cmpint (symlink (target, self->path), ==, 0);

  settings = load (self->path);
  set_text (settings, "port", "9001");
  sb_settings_flush (settings);
  g_assert_true (g_file_test (self->path, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmphex (get_status (target).st_mode & 0777, ==, 0640);
  again = load (target);
  assert_text (again, "port", "9001");
  umask (mask);
}

/* --- saving --- */

static void
test_saved_once (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  g_autoptr (SbSettings) again = NULL;
  struct stat before, after;

  for (guint i = 1; i <= 100; i++)
    g_object_set (settings, "max-clients", i, "max-attempts", 2 * i, NULL);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS)); /* never on this thread, nor before the time */
  store_wait_for (g_file_test (self->path, G_FILE_TEST_EXISTS));

  before = get_status (self->path);
  again = load (self->path);
  assert_text (again, "max-clients", "100");
  assert_text (again, "max-attempts", "200");
  sb_settings_flush (settings); /* nothing is left to write */
  after = get_status (self->path);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_assert_cmpint (before.st_mtim.tv_nsec, ==, after.st_mtim.tv_nsec);
}

/* Changes all the time, while saves come and go: none is lost. */
static void
test_changed_while_saving (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  g_autoptr (SbSettings) again = NULL;
  g_autofree char *expected = NULL;
  ino_t last = 0;
  guint n_saves = 0, value = 0;
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (n_saves < 4)
    {
      struct stat status;

      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_object_set (settings, "max-clients", 1 + value++ % 1000000, NULL);
      g_main_context_iteration (NULL, FALSE);
      if (stat (self->path, &status) == 0 && status.st_ino != last)
        {
          last = status.st_ino;
          n_saves++;
        }
    }

  sb_settings_flush (settings);
  again = load (self->path);
  expected = sb_settings_get_text (settings, "max-clients");
  assert_text (again, "max-clients", expected);
}

static void
failed_cb (SbSettings *settings, const char *message, gpointer user_data)
{
  g_ptr_array_add ((GPtrArray *) user_data, g_strdup (message));
}

static void
test_save_failed (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = g_build_filename (self->folder, "sub", NULL);
  g_autofree char *path = g_build_filename (folder, "settings.ini", NULL);
  g_autoptr (SbSettings) settings = NULL;
  g_autoptr (SbSettings) again = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  settings = load (path);
  g_signal_connect (settings, "save-failed", G_CALLBACK (failed_cb), messages);
  g_assert_cmpint (g_rmdir (folder), ==, 0);

  set_text (settings, "port", "9000");
  store_wait_for (messages->len == 1);
  store_assert_contains ((char *) messages->pdata[0], "could not be saved");
  store_assert_contains ((char *) messages->pdata[0], "No such file or directory");
  assert_text (settings, "port", "9000"); /* in force all the same */

  sb_settings_flush (settings); /* tries again, and says so */
  g_assert_cmpuint (messages->len, ==, 2);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  set_text (settings, "lanes", "2");
  sb_settings_flush (settings);
  g_assert_cmpuint (messages->len, ==, 2);
  again = load (path);
  assert_text (again, "port", "9000"); /* what failed is saved with the next */
  assert_text (again, "lanes", "2");

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A person's file that is broken just now is not written over. */
static void
test_broken_meanwhile (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SbSettings) settings = load (self->path);
  g_autoptr (SbSettings) again = NULL;
  g_autofree char *after = NULL;

  g_signal_connect (settings, "save-failed", G_CALLBACK (failed_cb), messages);
  write_file (self->path, "[server\nport=1\n");
  set_text (settings, "port", "9000");
  sb_settings_flush (settings);
  g_assert_cmpuint (messages->len, ==, 1);
  store_assert_contains ((char *) messages->pdata[0], self->path);
  after = read_file (self->path);
  g_assert_cmpstr (after, ==, "[server\nport=1\n");

  write_file (self->path, "[server]\nlanes=1\n");
  sb_settings_flush (settings);
  g_assert_cmpuint (messages->len, ==, 1);
  again = load (self->path);
  assert_text (again, "port", "9000");
  assert_text (again, "lanes", "1");
}

static void
test_override (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  SbSettings *again;

  write_file (self->path, "[server]\nport=9000\n");
  settings = load (self->path);
  g_assert_true (sb_settings_override (settings, "port", "0", &error));
  g_assert_true (sb_settings_override (settings, "listen-address", "*", &error));
  g_assert_no_error (error);
  assert_text (settings, "port", "0");
  assert_text (settings, "listen-address", "*");

  set_text (settings, "lanes", "2");            /* saves, but only this */
  g_object_set (settings, "port", 7777u, NULL); /* for this run, like the one before */
  assert_text (settings, "port", "7777");
  sb_settings_flush (settings);
  text = read_file (self->path);
  g_assert_cmpstr (text, ==, "[server]\nport=9000\nlanes=2\n");

  /* Not even where the whole file is written anew. */
  g_assert_cmpint (g_remove (self->path), ==, 0);
  set_text (settings, "lanes", "3");
  sb_settings_flush (settings);
  again = load (self->path);
  assert_text (again, "port", "9000");
  assert_text (again, "listen-address", "127.0.0.1");
  g_object_unref (again);

  /* What somebody sets to last lasts, the same value too. */
  set_text (settings, "port", "7777");
  sb_settings_flush (settings);
  again = load (self->path);
  assert_text (again, "port", "7777");
  g_object_unref (again);
  g_object_set (settings, "port", 7778u, NULL);
  sb_settings_flush (settings);
  again = load (self->path);
  assert_text (again, "port", "7778");
  g_object_unref (again);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) g_test_add ("/settings-file/" name, StoreFixture, NULL, set_up, func, store_fixture_tear_down)
  ADD ("good", test_good_file);
  ADD ("bad", test_bad_files);
  ADD ("foreign-lines-survive", test_foreign_lines);
  ADD ("edited-meanwhile", test_edited_meanwhile);
  ADD ("removed-meanwhile", test_removed_meanwhile);
  ADD ("broken-meanwhile", test_broken_meanwhile);
  ADD ("mode-and-link-stay", test_mode_and_link);
  ADD ("saved-once-for-many-changes", test_saved_once);
  ADD ("changes-while-saving", test_changed_while_saving);
  ADD ("save-failed", test_save_failed);
  ADD ("override-is-never-saved", test_override);

  return g_test_run ();
}
