/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "sb-certificate.h"

#include <glib/gstdio.h>

static GTlsCertificate *
make (StoreFixture *self, const char *const *names)
{
  g_autofree char *path = g_build_filename (self->folder, "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;

  g_assert_true (sb_certificate_make (path, names, &error));
  g_assert_no_error (error);
  certificate = g_tls_certificate_new_from_files (path, path, &error);
  g_assert_no_error (error);

  return certificate;
}

static void
test_names (StoreFixture *self, gconstpointer data)
{
  static const char *const names[] = { "box", "box.local", "localhost", "127.0.0.1", "::1", "192.168.1.5", "fd00::5", NULL };
  g_autoptr (GTlsCertificate) certificate = make (self, names);
  g_auto (GStrv) shown = sb_certificate_dup_names (certificate);
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);

  g_assert_cmpstrv (shown, names);
  store_assert_contains (subject, "CN=box");
}

/* It is its own authority: who trusts it accepts it under its names, and under no other. */
static void
test_verified_by_name (StoreFixture *self, gconstpointer data)
{
  static const struct { const char *host; GTlsCertificateFlags flags; } cases[] = {
    { "box.local", 0 }, { "BOX.local", 0 }, { "192.168.1.5", 0 }, { "fd00::5", 0 },
    { "other.local", G_TLS_CERTIFICATE_BAD_IDENTITY }, { "192.168.1.6", G_TLS_CERTIFICATE_BAD_IDENTITY },
  };
  static const char *const names[] = { "box.local", "192.168.1.5", "fd00::5", NULL };
  g_autoptr (GTlsCertificate) certificate = make (self, names);
  g_autoptr (GTlsCertificate) other = make (self, names);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GSocketConnectable) identity = g_network_address_new (cases[i].host, 1);

      g_assert_cmpint (g_tls_certificate_verify (certificate, identity, certificate), ==, cases[i].flags);
    }
  g_assert_cmpint (g_tls_certificate_verify (certificate, NULL, other), ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_validity (StoreFixture *self, gconstpointer data)
{
  static const char *const names[] = { "localhost", NULL };
  g_autoptr (GTlsCertificate) certificate = make (self, names);
  g_autoptr (GDateTime) begin = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  g_assert_cmpint (g_date_time_difference (now, begin), >, 0);
  g_assert_cmpint (g_date_time_difference (end, now), >, 396 * G_TIME_SPAN_DAY);
  g_assert_cmpint (g_date_time_difference (end, begin), <=, 398 * G_TIME_SPAN_DAY);
}

static void
test_file (StoreFixture *self, gconstpointer data)
{
  static const char *const names[] = { "localhost", NULL };
  g_autofree char *path = g_build_filename (self->folder, "certificate.pem", NULL);
  g_autofree char *missing = g_build_filename (self->folder, "missing", "certificate.pem", NULL);
  g_autoptr (GTlsCertificate) first = NULL, second = NULL;
  g_autofree char *one = NULL, *two = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_assert_true (g_file_set_contents_full (path, "", 0, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  first = make (self, names);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);

  /* Each is another. */
  second = make (self, names);
  one = sb_certificate_dup_fingerprint (first);
  two = sb_certificate_dup_fingerprint (second);
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpuint (strlen (one), ==, 32 * 3 - 1);

  g_assert_false (sb_certificate_make (missing, names, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
test_names_of_this_computer (void)
{
  g_auto (GStrv) names = sb_certificate_list_names ();

  g_assert_true (g_strv_contains ((const char *const *) names, "localhost"));
  g_assert_true (g_strv_contains ((const char *const *) names, "127.0.0.1"));
  g_assert_true (g_strv_contains ((const char *const *) names, "::1"));
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_false (g_strv_contains ((const char *const *) names + i + 1, names[i]));
}

/* --- by the engine --- */

static GTlsCertificate *
engine_make (SbEngine *engine)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;

  sb_engine_make_certificate_async (engine, "window", store_result_cb, &result);
  sb_test_wait (result != NULL);
  certificate = sb_engine_make_certificate_finish (engine, result, &error);
  g_assert_no_error (error);

  return certificate;
}

static void
test_engine (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) first = NULL, second = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->store.folder, "certificate.pem", NULL);
  g_autofree char *set = NULL;

  sb_engine_read_certificate_async (self->engine, store_result_cb, &result);
  sb_test_wait (result != NULL);
  g_assert_null (sb_engine_read_certificate_finish (self->engine, result, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND);

  first = engine_make (self->engine);
  set = sb_settings_get_text (sb_engine_get_settings (self->engine), "tls-certificate");
  g_assert_cmpstr (set, ==, path);
  g_assert_true (engine_has_entry (self->engine, SB_ACT_SETTINGS_CHANGED));

  /* With TLS it serves when the command is answered. */
  engine_start_well (self->engine);
  g_assert_true (g_tls_certificate_is_same (sb_engine_get_certificate (self->engine), first));
  second = engine_make (self->engine);
  g_assert_false (g_tls_certificate_is_same (first, second));
  g_assert_true (g_tls_certificate_is_same (sb_engine_get_certificate (self->engine), second));
}

/* A change that cannot be in force is not answered as done. */
static void
test_setting_that_cannot_be_used (EngineFixture *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) made = engine_make (self->engine);
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  engine_start_well (self->engine);
  g_hash_table_insert (texts, (char *) "tls-certificate", (char *) "/nowhere/certificate.pem");
  sb_engine_change_settings_async (self->engine, "command line", texts, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE);
  g_assert_true (g_tls_certificate_is_same (sb_engine_get_certificate (self->engine), made));
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_DEGRADED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/certificate/" path, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down)
  ADD ("names", test_names);
  ADD ("verified-by-name", test_verified_by_name);
  ADD ("validity", test_validity);
  ADD ("file", test_file);
  g_test_add_func ("/certificate/names-of-this-computer", test_names_of_this_computer);
#define ADD_ENGINE(path, function) g_test_add ("/certificate/" path, EngineFixture, NULL, engine_fixture_set_up, function, engine_fixture_tear_down)
  ADD_ENGINE ("engine", test_engine);
  ADD_ENGINE ("setting-that-cannot-be-used", test_setting_that_cannot_be_used);

  return g_test_run ();
}
