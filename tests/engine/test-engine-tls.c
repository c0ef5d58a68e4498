/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* The façade with a certificate: on with the start, new ones at once, broken ones said. */

typedef struct
{
  EngineFixture base;
  char *certificate; /* copies that a test may change */
  char *key;
} Fixture;

static void
copy_data (const char *name, const char *to)
{
  g_autofree char *from = g_build_filename (SOURCE_ROOT, "tests", "data", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (from, &text, NULL, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, text, -1, &error);
  g_assert_no_error (error);
}

/* From here on nobody who opens the file comes back before it is let go: the kernel keeps them waiting for who has a lease of it. */
static int
hold_file (const char *path)
{
  int fd = open (path, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  signal (SIGIO, SIG_IGN); /* that somebody wants it */
  g_assert_no_errno (fcntl (fd, F_SETLEASE, F_WRLCK));

  return fd;
}

static void
let_go (int fd)
{
  g_assert_no_errno (fcntl (fd, F_SETLEASE, F_UNLCK));
  close (fd);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  engine_fixture_set_up (&self->base, NULL);
  self->certificate = g_build_filename (self->base.store.folder, "cert.pem", NULL);
  self->key = g_build_filename (self->base.store.folder, "key.pem", NULL);
  copy_data ("localhost.pem", self->certificate);
  copy_data ("localhost-key.pem", self->key);
  g_object_set (sb_engine_get_settings (self->base.engine), "tls-certificate", self->certificate, "tls-key", self->key, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  engine_fixture_tear_down (&self->base, NULL);
  g_free (self->certificate);
  g_free (self->key);
}

static void
stop_well (SbEngine *engine)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_stop_async (engine, store_result_cb, &result);
  sb_test_wait (result != NULL);
}

typedef struct
{
  GTlsCertificate *seen;
  guint status;
  gboolean done;
} Visit;

static gboolean
accept_certificate_cb (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  g_set_object (&((Visit *) user_data)->seen, certificate);

  return TRUE;
}

static void
visited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  visit->done = TRUE;
}

/* An ordinary request, for the certificate that answers it; the session is a new one, so that nothing is reused. */
static GTlsCertificate *
visit (SbEngine *engine)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strdup_printf ("https://127.0.0.1:%u/", sb_engine_get_port (engine));
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  Visit visit = { 0 };

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), &visit);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, visited_cb, &visit);
  sb_test_wait (visit.done);
  g_assert_cmpuint (soup_message_get_status (message), ==, 426);

  return visit.seen;
}

static void
test_start (Fixture *self, gconstpointer data)
{
  g_auto (GStrv) uris = NULL;
  g_autoptr (GTlsCertificate) seen = NULL;

  g_assert_null (sb_engine_get_certificate (self->base.engine));
  engine_start_well (self->base.engine);
  uris = sb_engine_dup_uris (self->base.engine);
  g_assert_true (g_str_has_prefix (uris[0], "wss://127.0.0.1:"));
  seen = visit (self->base.engine);
  g_assert_true (g_tls_certificate_is_same (seen, sb_engine_get_certificate (self->base.engine)));
}

static void
test_cannot_be_read (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (self->key), ==, 0);
  g_assert_false (sb_engine_start (self->base.engine, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, self->key));
  g_assert_cmpint (sb_engine_get_state (self->base.engine), ==, SB_ENGINE_FAILED);
  g_assert_cmpstr (sb_engine_get_state_message (self->base.engine), ==, error->message);

  /* The way out: without TLS, or with the file there again. */
  copy_data ("localhost-key.pem", self->key);
  engine_start_well (self->base.engine);
}

static void
test_nonsense (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (self->certificate, "nonsense", -1, NULL));
  g_assert_false (sb_engine_start (self->base.engine, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);
}

/* A key that is another certificate's: said at the start, and while the server runs the pair from before stays. */
static void
test_key_of_another (Fixture *self, gconstpointer data)
{
  SbEngine *engine = self->base.engine;
  g_autoptr (GTlsCertificate) before = NULL;
  g_autoptr (GTlsCertificate) after = NULL;
  g_autoptr (GError) error = NULL;

  copy_data ("other-key.pem", self->key);
  g_assert_false (sb_engine_start (engine, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, self->key));

  copy_data ("localhost-key.pem", self->key);
  engine_start_well (engine);
  before = visit (engine);
  copy_data ("other-key.pem", self->key);
  sb_test_wait (sb_engine_get_state (engine) == SB_ENGINE_DEGRADED);
  g_assert_null (strstr (sb_engine_get_state_message (engine), ".."));
  after = visit (engine);
  g_assert_true (g_tls_certificate_is_same (after, before));

  copy_data ("other.pem", self->certificate);
  sb_test_wait (sb_engine_get_state (engine) == SB_ENGINE_LISTENING);
  g_clear_object (&after);
  after = visit (engine);
  g_assert_false (g_tls_certificate_is_same (after, before));
}

/* The file is replaced while the server runs: newcomers see the new certificate. */
static void
test_new_certificate (Fixture *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) before = NULL;
  g_autoptr (GTlsCertificate) after = NULL;

  engine_start_well (self->base.engine);
  before = visit (self->base.engine);
  copy_data ("other-key.pem", self->key);
  copy_data ("other.pem", self->certificate);
  sb_test_wait (!g_tls_certificate_is_same (sb_engine_get_certificate (self->base.engine), before));
  after = visit (self->base.engine);
  g_assert_true (g_tls_certificate_is_same (after, sb_engine_get_certificate (self->base.engine)));
  g_assert_cmpint (sb_engine_get_state (self->base.engine), ==, SB_ENGINE_LISTENING);
}

static void
order_certificate (SbEngine *engine, const char *certificate, const char *key, GAsyncResult **result)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (texts, (char *) "tls-certificate", (char *) certificate);
  g_hash_table_insert (texts, (char *) "tls-key", (char *) key);
  sb_engine_change_settings_async (engine, "window", texts, store_result_cb, result);
}

/* What would never come to an end, or to a beginning, is not read: not when it starts, nor when it is asked for, nor when it is set. */
static void
test_not_a_file (Fixture *self, gconstpointer data)
{
  SbEngine *engine = self->base.engine;
  g_autofree char *pipe = g_build_filename (self->base.store.folder, "pipe.pem", NULL);
  g_autofree char *large = g_build_filename (self->base.store.folder, "large.pem", NULL);
  const char *const paths[] = { "/dev/zero", pipe, large, self->base.store.folder };

  g_assert_no_errno (mkfifo (pipe, 0600));
  copy_data ("localhost.pem", large);
  g_assert_no_errno (truncate (large, (1 << 20) + 1));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    for (guint which = 0; which < 2; which++)
      {
        g_autoptr (GAsyncResult) set = NULL, read = NULL;
        g_autoptr (GError) at_start = NULL, at_read = NULL, at_set = NULL;
        const char *certificate = which == 0 ? paths[i] : self->certificate, *key = which == 0 ? self->key : paths[i];

        order_certificate (engine, certificate, key, &set);
        sb_test_wait (set != NULL);
        g_clear_object (&set);
        g_assert_false (sb_engine_start (engine, &at_start));
        g_assert_error (at_start, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);
        g_assert_nonnull (strstr (at_start->message, paths[i]));
        sb_engine_read_certificate_async (engine, store_result_cb, &read);
        sb_test_wait (read != NULL);
        g_assert_null (sb_engine_read_certificate_finish (engine, read, &at_read));
        g_assert_error (at_read, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);

        order_certificate (engine, self->certificate, self->key, &set);
        sb_test_wait (set != NULL);
        g_clear_object (&set);
        engine_start_well (engine);
        order_certificate (engine, certificate, key, &set);
        sb_test_wait (set != NULL);
        g_assert_cmpint (sb_engine_command_finish (engine, set, &at_set), ==, -1);
        g_assert_error (at_set, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);
        g_assert_cmpint (sb_engine_get_state (engine), ==, SB_ENGINE_DEGRADED);
        stop_well (engine);
      }
}

/* Two orders one after the other, the first of which takes longer to read: the second counts. */
static void
test_slow_to_read (Fixture *self, gconstpointer data)
{
  SbEngine *engine = self->base.engine;
  g_autofree char *held = g_build_filename (self->base.store.folder, "held.pem", NULL);
  g_autofree char *other_key = g_build_filename (SOURCE_ROOT, "tests", "data", "other-key.pem", NULL);
  g_autoptr (GTlsCertificate) before = NULL;
  g_autoptr (GAsyncResult) slow = NULL, quick = NULL;
  int fd;

  engine_start_well (engine);
  before = g_object_ref (sb_engine_get_certificate (engine));
  copy_data ("other.pem", held);
  fd = hold_file (held);
  order_certificate (engine, held, other_key, &slow);
  order_certificate (engine, self->certificate, self->key, &quick);
  sb_test_wait (quick != NULL);
  g_assert_cmpint (sb_engine_command_finish (engine, quick, NULL), >=, 0);
  g_assert_null (slow);

  let_go (fd);
  sb_test_wait (slow != NULL);
  g_assert_cmpint (sb_engine_command_finish (engine, slow, NULL), >=, 0);
  g_assert_true (g_tls_certificate_is_same (sb_engine_get_certificate (engine), before));
}

/* The engine does not wait for a file for ever: the order is answered when it closes, and what the file gives then is nobody's. */
static void
test_closed_while_reading (Fixture *self, gconstpointer data)
{
  SbEngine *engine = g_steal_pointer (&self->base.engine);
  g_autofree char *held = g_build_filename (self->base.store.folder, "held.pem", NULL);
  g_autofree char *other_key = g_build_filename (SOURCE_ROOT, "tests", "data", "other-key.pem", NULL);
  g_autoptr (GAsyncResult) slow = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  engine_start_well (engine);
  copy_data ("other.pem", held);
  fd = hold_file (held);
  order_certificate (engine, held, other_key, &slow);
  sb_engine_close_now (engine);
  sb_test_wait (slow != NULL);
  g_assert_cmpint (sb_engine_command_finish (engine, slow, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  g_clear_object (&slow);

  let_go (fd);
  sb_test_wait (G_OBJECT (engine)->ref_count == 1);
  g_assert_finalize_object (engine);
}

/* A broken file leaves the one in use, and says so until it is mended. */
static void
test_broken_while_running (Fixture *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) before = NULL;
  g_autoptr (GTlsCertificate) after = NULL;

  engine_start_well (self->base.engine);
  before = visit (self->base.engine);
  g_assert_true (g_file_set_contents (self->certificate, "nonsense", -1, NULL));
  sb_test_wait (sb_engine_get_state (self->base.engine) == SB_ENGINE_DEGRADED);
  g_assert_nonnull (strstr (sb_engine_get_state_message (self->base.engine), self->certificate));
  after = visit (self->base.engine);
  g_assert_true (g_tls_certificate_is_same (after, before));

  copy_data ("localhost.pem", self->certificate);
  sb_test_wait (sb_engine_get_state (self->base.engine) == SB_ENGINE_LISTENING);
}

static void
test_expired (Fixture *self, gconstpointer data)
{
  copy_data ("expired.pem", self->certificate);
  copy_data ("expired-key.pem", self->key);
  engine_start_well (self->base.engine);
  g_assert_cmpint (sb_engine_get_state (self->base.engine), ==, SB_ENGINE_DEGRADED);
  g_assert_nonnull (strstr (sb_engine_get_state_message (self->base.engine), "expired on 2020-01-02"));
}

/* On and off with the next start. */
static void
test_off_again (Fixture *self, gconstpointer data)
{
  g_auto (GStrv) uris = NULL;

  engine_start_well (self->base.engine);
  g_object_set (sb_engine_get_settings (self->base.engine), "tls-certificate", "", "tls-key", "", NULL);
  g_assert_nonnull (sb_engine_get_certificate (self->base.engine));
  stop_well (self->base.engine);
  engine_start_well (self->base.engine);
  uris = sb_engine_dup_uris (self->base.engine);
  g_assert_true (g_str_has_prefix (uris[0], "ws://"));
}

/* Read, and then of no use: what does not run has no certificate, whatever becomes of its files. */
static void
test_not_started (Fixture *self, gconstpointer data)
{
  SbSettings *settings = sb_engine_get_settings (self->base.engine);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) uris = NULL;

  g_object_set (settings, "listen-address", "192.0.2.1", NULL); /* nobody's, RFC 5737 §3 */
  g_assert_false (sb_engine_start (self->base.engine, &error));
  g_assert_error (error, SB_HUB_ERROR, SB_HUB_ERROR_BAD_ADDRESS);
  g_assert_null (sb_engine_get_certificate (self->base.engine));

  g_object_set (settings, "listen-address", "127.0.0.1", "tls-certificate", "", "tls-key", "", NULL);
  engine_start_well (self->base.engine);
  uris = sb_engine_dup_uris (self->base.engine);
  g_assert_true (g_str_has_prefix (uris[0], "ws://"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/engine-tls/start", Fixture, NULL, set_up, test_start, tear_down);
  g_test_add ("/engine-tls/cannot-be-read", Fixture, NULL, set_up, test_cannot_be_read, tear_down);
  g_test_add ("/engine-tls/nonsense", Fixture, NULL, set_up, test_nonsense, tear_down);
  g_test_add ("/engine-tls/key-of-another", Fixture, NULL, set_up, test_key_of_another, tear_down);
  g_test_add ("/engine-tls/new-certificate", Fixture, NULL, set_up, test_new_certificate, tear_down);
  g_test_add ("/engine-tls/not-a-file", Fixture, NULL, set_up, test_not_a_file, tear_down);
  g_test_add ("/engine-tls/slow-to-read", Fixture, NULL, set_up, test_slow_to_read, tear_down);
  g_test_add ("/engine-tls/closed-while-reading", Fixture, NULL, set_up, test_closed_while_reading, tear_down);
  g_test_add ("/engine-tls/broken-while-running", Fixture, NULL, set_up, test_broken_while_running, tear_down);
  g_test_add ("/engine-tls/expired", Fixture, NULL, set_up, test_expired, tear_down);
  g_test_add ("/engine-tls/not-started", Fixture, NULL, set_up, test_not_started, tear_down);
  g_test_add ("/engine-tls/off-again", Fixture, NULL, set_up, test_off_again, tear_down);

  return g_test_run ();
}
