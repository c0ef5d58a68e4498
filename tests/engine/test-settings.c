/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "settings-fixture.h"

/* --- the table --- */

/* Key, default as text, another value, and for numbers the range. */
static const struct
{
  const char *key;
  const char *initial;
  const char *other;
  guint min;
  guint max;
} table[] = {
  { "listen-address", "127.0.0.1", "192.168.1.5" },
  { "port", "8080", "0", 0, 65535 },
  { "allowed-origins", "", "https://a.example, null" },
  { "tokens-in-url", "false", "true" },
  { "max-clients", "10000", "20", 1, 1000000 },
  { "max-clients-per-address", "1000", "7", 1, 1000000 },
  { "max-attempts", "30", "31", 1, 1000000 },
  { "max-message-size", "1 MiB", "3 KiB", 128, 64 << 20 },
  { "max-backlog", "1 MiB", "5001", 4096, 1 << 30 },
  { "max-depth", "64", "512", 1, 512 },
  { "max-members", "256", "1", 1, 65536 },
  { "max-values", "50000", "9", 1, 10000000 },
  { "max-rejected", "60", "61", 1, 1000000 },
  { "messages-per-second", "0", "100", 0, 1000000 },
  { "allow-binary", "true", "false" },
  { "ping-interval", "25", "26", 1, 3600 },
  { "pong-timeout", "20", "21", 1, 3600 },
  { "handshake-timeout", "10", "11", 1, 300 },
  { "close-timeout", "5", "6", 1, 60 },
  { "start-on-launch", "true", "false" },
  { "lanes", "0", "4", 0, 64 },
  { "tls-certificate", "", "/etc/signalbox/cert.pem" },
  { "tls-key", "", "/etc/signalbox/key.pem" },
  { "max-queued-memory", "256 MiB", "100 MiB", 1 << 20, 4095u << 20 },
  { "max-error-replies", "10", "20", 1, 1000 },
  { "drain-timeout", "5", "6", 1, 300 },
  { "require-json", "true", "false" },
  { "compression", "false", "true" },
  { "traffic-messages", "100000", "500", 1, 1000000 },
  { "traffic-memory", "64 MiB", "1 MiB", 64 << 10, 1 << 30 },
  { "audit-entries", "100000", "5000", 100, 1000000 },
  { "audit-days", "0", "365", 0, 36500 },
  { "history-broadcasts", "1000", "50", 1, 10000 },
  { "history-days", "0", "30", 0, 36500 },
  { "recently-left", "1000", "10", 1, 100000 },
  { "metrics-listen", "", "127.0.0.1:9187" },
};

static void
test_defaults (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  g_auto (GStrv) keys = sb_settings_list_keys (settings);

  g_assert_cmpuint (g_strv_length (keys), ==, G_N_ELEMENTS (table));
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), table[i].key);

      g_assert_cmpstr (keys[i], ==, table[i].key);
      assert_text (settings, table[i].key, table[i].initial);
      g_assert_nonnull (pspec);
      if (G_IS_PARAM_SPEC_UINT (pspec))
        {
          g_assert_cmpuint (G_PARAM_SPEC_UINT (pspec)->minimum, ==, table[i].min);
          g_assert_cmpuint (G_PARAM_SPEC_UINT (pspec)->maximum, ==, table[i].max);
        }
    }

  sb_settings_flush (settings);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS)); /* looking changes nothing */
}

/* docs/limits.md has a row for every setting, with the true default and range. */
static void
test_documented (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  g_autofree char *path = g_build_filename (SOURCE_ROOT, "docs", "limits.md", NULL);
  g_autofree char *document = read_file (path);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GString) row = g_string_new (NULL);

      g_string_printf (row, "\n| `%s` | %s |", table[i].key, table[i].initial[0] != '\0' ? table[i].initial : "none");
      if (table[i].max != 0)
        {
          g_autofree char *min_text = g_strdup_printf ("%u", table[i].min);
          g_autofree char *max_text = g_strdup_printf ("%u", table[i].max);
          g_autofree char *min = NULL;
          g_autofree char *max = NULL;

          set_text (settings, table[i].key, min_text);
          min = sb_settings_get_text (settings, table[i].key);
          set_text (settings, table[i].key, max_text);
          max = sb_settings_get_text (settings, table[i].key);
          g_string_append_printf (row, " %s – %s |", min, max);
        }
      store_assert_contains (document, row->str);
    }
}

static void
test_round_trip (StoreFixture *self, gconstpointer data)
{
  SbSettings *settings = load (self->path);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    set_text (settings, table[i].key, table[i].other);
  sb_settings_flush (settings);
  g_object_unref (settings);

  g_assert_cmphex (get_status (self->path).st_mode & 0777, ==, 0600);
  settings = load (self->path);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    assert_text (settings, table[i].key, table[i].other);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    set_text (settings, table[i].key, table[i].initial);
  g_object_unref (settings); /* what waits is saved */
  settings = load (self->path);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    assert_text (settings, table[i].key, table[i].initial);
  g_object_unref (settings);
}

static void
test_properties (StoreFixture *self, gconstpointer data)
{
  const char *const origins[] = { "HTTPS://A.example:443", "null", "https://a.example", NULL };
  g_autoptr (SbSettings) settings = load (self->path);
  g_autofree char *address = NULL;
  g_auto (GStrv) read = NULL;
  gboolean binary;
  guint port;

  g_object_set (settings, "port", 1234u, "allow-binary", FALSE, "listen-address", "LocalHost", "allowed-origins",
                origins, NULL);
  g_object_get (settings, "port", &port, "allow-binary", &binary, "listen-address", &address, "allowed-origins", &read,
                NULL);
  g_assert_cmpuint (port, ==, 1234);
  g_assert_false (binary);
  g_assert_cmpstr (address, ==, "127.0.0.1");
  assert_text (settings, "allowed-origins", "https://a.example, null");
  g_assert_cmpuint (g_strv_length (read), ==, 2);

  g_object_set (settings, "allowed-origins", NULL, NULL);
  assert_text (settings, "allowed-origins", "");
}

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_notify (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  guint n_port = 0, n_all = 0;

  g_signal_connect (settings, "notify::port", G_CALLBACK (count_cb), &n_port);
  g_signal_connect (settings, "notify", G_CALLBACK (count_cb), &n_all);

  set_text (settings, "port", "8080"); /* as it is */
  g_object_set (settings, "port", 8080u, NULL);
  g_assert_cmpuint (n_all, ==, 0);
  set_text (settings, "port", "9");
  g_object_set (settings, "port", 10u, NULL);
  g_assert_true (sb_settings_override (settings, "port", "11", NULL));
  g_assert_false (sb_settings_set_text (settings, "port", "x", NULL));
  g_assert_true (sb_settings_check_text (settings, "port", "12", NULL));
  g_assert_cmpuint (n_port, ==, 3);
  g_assert_cmpuint (n_all, ==, 3);
  assert_text (settings, "port", "11");
}

/* --- texts --- */

static void
test_good_texts (StoreFixture *self, gconstpointer data)
{
  static const char *const cases[][3] = {
    { "port", " 8081\n", "8081" },
    { "port", "00443", "443" },
    { "port", "-0", "0" },
    { "max-message-size", "65536", "64 KiB" },
    { "max-message-size", "64KiB", "64 KiB" },
    { "max-message-size", "2 mib", "2 MiB" },
    { "max-message-size", "2048 KiB", "2 MiB" },
    { "max-message-size", "1000 B", "1000" },
    { "max-message-size", "64 MiB", "64 MiB" },
    { "max-backlog", "1024 MiB", "1024 MiB" },
    { "tokens-in-url", "YES", "true" },
    { "tokens-in-url", "off", "false" },
    { "tokens-in-url", "1", "true" },
    { "listen-address", "*", "*" },
    { "listen-address", "localhost", "127.0.0.1" },
    { "listen-address", "0.0.0.0", "0.0.0.0" },
    { "listen-address", "::", "::" },
    { "listen-address", "[::1]", "::1" },
    { "listen-address", "FD00:0:0::5", "fd00::5" },
    { "allowed-origins", "", "" },
    { "allowed-origins", " ; ,\n", "" },
    { "allowed-origins", "null", "null" },
    { "allowed-origins", "HTTPS://Example.ORG", "https://example.org" },
    { "allowed-origins", "https://a:443 http://b:80", "https://a, http://b" },
    { "allowed-origins", "https://a:80;http://b:443", "https://a:80, http://b:443" },
    { "allowed-origins", "http://b:08080,http://b:8080", "http://b:8080" },
    { "allowed-origins", "http://[FD00::0:5]:9000", "http://[fd00::5]:9000" },
    { "allowed-origins", "https://bühne.example", "https://xn--bhne-0ra.example" },
    { "allowed-origins", "chrome-extension://abcdef", "chrome-extension://abcdef" },
    { "allowed-origins", "capacitor://localhost", "capacitor://localhost" },
    { "allowed-origins", "http://192.168.1.5", "http://192.168.1.5" },
    { "allowed-origins", "FILE://", "file://" },
    { "metrics-listen", " ", "" },
    { "metrics-listen", "localhost:9187", "127.0.0.1:9187" },
    { "metrics-listen", "*:09187", "*:9187" },
    { "metrics-listen", "[FD00:0::5]:0", "[fd00::5]:0" },
    { "metrics-listen", "0.0.0.0:65535", "0.0.0.0:65535" },
  };
  g_autoptr (SbSettings) settings = load (self->path);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (sb_settings_check_text (settings, cases[i][0], cases[i][1], &error));
      g_assert_no_error (error);
      set_text (settings, cases[i][0], cases[i][1]);
      assert_text (settings, cases[i][0], cases[i][2]);
      set_text (settings, cases[i][0], cases[i][2]); /* reads what it writes */
      assert_text (settings, cases[i][0], cases[i][2]);
    }
}

/* Key, text, what the message says behind the key. */
static const char *const bad_texts[][3] = {
  { "port", "70000", "“port”: 70000 is more than the maximum 65535" },
  { "port", "65536", "65536 is more than the maximum 65535" },
  { "port", "-1", "-1 is less than the minimum 0" },
  { "port", "99999999999999999999999", "99999999999999999999999 is more than the maximum 65535" },
  { "port", "", "“” is not a whole number" },
  { "port", "80 80", "“80 80” is not a whole number" },
  { "port", "80.5", "is not a whole number" },
  { "port", "0x50", "is not a whole number" },
  { "port", "+80", "is not a whole number" },
  { "port", "8e1", "is not a whole number" },
  { "port", "-", "is not a whole number" },
  { "port", "64 KiB", "is not a whole number" },
  { "port", "\xff", "not UTF-8" },
  { "max-clients", "0", "0 is less than the minimum 1" },
  { "max-message-size", "127", "127 is less than the minimum 128" },
  { "max-message-size", "65 MiB", "65 MiB is more than the maximum 64 MiB" },
  { "max-message-size", "17592186044417 MiB", "is more than the maximum 64 MiB" },
  { "max-message-size", "-5 KiB", "-5 KiB is less than the minimum 128" },
  { "max-message-size", "1 GB", "“1 GB” is not a size" },
  { "max-message-size", "1.5 MiB", "is not a size" },
  { "max-message-size", "MiB", "is not a size" },
  { "tokens-in-url", "maybe", "“maybe” is neither “true” nor “false”" },
  { "tokens-in-url", "", "neither" },
  { "tokens-in-url", "2", "neither" },
  { "listen-address", "", "is not an address" },
  { "listen-address", "example.org", "“example.org” is not an address" },
  { "listen-address", "127.0.0.1:8080", "is not an address" },
  { "listen-address", "256.0.0.1", "is not an address" },
  { "listen-address", "[127.0.0.1]", "is not an address" },
  { "listen-address", "127.0.0.1 ::1", "is not an address" },
  { "allowed-origins", "example.org", "“example.org” is not an origin" },
  { "allowed-origins", "NULL", "is not an origin" },
  { "allowed-origins", "https://a/", "“https://a/” has more than an origin: write “https://a”" },
  { "allowed-origins", "https://a:1/x?y#z", "write “https://a:1”" },
  { "allowed-origins", "https://a?x", "write “https://a”" },
  { "allowed-origins", "https://*.example", "no wildcards" },
  { "allowed-origins", "*", "is not an origin" },
  { "allowed-origins", "https://me@a", "has a user name" },
  { "allowed-origins", "https://", "has no valid host name" },
  { "allowed-origins", "http://", "has no valid host name" },
  { "allowed-origins", "file:///home/me", "write “file://”" },
  { "allowed-origins", "https://:80", "has no valid host name" },
  { "allowed-origins", "https://a%41", "has no valid host name" },
  { "allowed-origins", "https://[::1", "has no valid" },
  { "allowed-origins", "https://[1.2.3.4]", "has no valid host name" },
  { "allowed-origins", "https://[]", "has no valid host name" },
  { "allowed-origins", "https://::1", "has no valid port" },
  { "allowed-origins", "https://a:0", "has no valid port" },
  { "allowed-origins", "https://a:65536", "has no valid port" },
  { "allowed-origins", "https://a:", "has no valid port" },
  { "allowed-origins", "https://a:8o", "has no valid port" },
  { "allowed-origins", "1x://a", "is not an origin" },
  { "allowed-origins", "://a", "is not an origin" },
  { "allowed-origins", "https://good, ht tp://bad", "is not an origin" },
  { "metrics-listen", "9187", "“9187” is not an address with a port" },
  { "metrics-listen", ":9187", "is not an address with a port" },
  { "metrics-listen", "127.0.0.1", "is not an address with a port" },
  { "metrics-listen", "127.0.0.1:", "is not an address with a port" },
  { "metrics-listen", "127.0.0.1:65536", "is not an address with a port" },
  { "metrics-listen", "127.0.0.1:-1", "is not an address with a port" },
  { "metrics-listen", "::1:9187", "is not an address with a port" },
  { "metrics-listen", "[::1]", "is not an address with a port" },
  { "metrics-listen", "[:9187", "is not an address with a port" },
  { "metrics-listen", "[]:9187", "is not an address with a port" },
  { "metrics-listen", "[127.0.0.1]:9187", "is not an address with a port" },
  { "metrics-listen", "example.org:9187", "is not an address with a port" },
};

static void
test_bad_texts (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);

  for (guint i = 0; i < G_N_ELEMENTS (bad_texts); i++)
    {
      const char *key = bad_texts[i][0];
      g_autofree char *before = sb_settings_get_text (settings, key);
      g_autofree char *quoted = g_strdup_printf ("“%s”: ", key);

      for (guint way = 0; way < 3; way++)
        {
          gboolean (*const ways[]) (SbSettings *, const char *, const char *,
                                    GError **) = { sb_settings_check_text, sb_settings_set_text, sb_settings_override };
          g_autoptr (GError) error = NULL;

          g_assert_false (ways[way] (settings, key, bad_texts[i][1], &error));
          g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE);
          g_assert_true (g_str_has_prefix (error->message, quoted));
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          store_assert_contains (error->message, bad_texts[i][2]);
        }
      assert_text (settings, key, before);
    }
  sb_settings_flush (settings);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

static void
test_bad_values_in_file (StoreFixture *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_texts); i++)
    {
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_autoptr (GError) error = NULL;

      g_key_file_set_string (file, "server", bad_texts[i][0], bad_texts[i][1]);
      g_assert_true (g_key_file_save_to_file (file, self->path, NULL));
      g_assert_null (sb_settings_load (self->path, &error));
      g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE);
      store_assert_contains (error->message, self->path);
      store_assert_contains (error->message, bad_texts[i][0]);
      if (g_utf8_validate (bad_texts[i][1], -1, NULL))
        store_assert_contains (error->message, bad_texts[i][2]);
    }
}

static void
test_ranges (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const struct
      {
        gint64 number;
        gboolean good;
      } cases[] = { { (gint64) table[i].min - 1, FALSE },
                    { table[i].min, TRUE },
                    { table[i].max, TRUE },
                    { (gint64) table[i].max + 1, FALSE } };

      for (guint j = 0; table[i].max != 0 && j < G_N_ELEMENTS (cases); j++)
        {
          g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, cases[j].number);

          g_assert_cmpint (sb_settings_set_text (settings, table[i].key, text, NULL), ==, cases[j].good);
        }
    }
}

static void
test_many_origins (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 256; i++)
    g_string_append_printf (text, "https://host%d ", i);
  set_text (settings, "allowed-origins", text->str);
  g_string_append (text, "https://host7 "); /* again */
  set_text (settings, "allowed-origins", text->str);
  g_string_append (text, "https://one.more");
  g_assert_false (sb_settings_set_text (settings, "allowed-origins", text->str, &error));
  g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE);
}

static void
test_unknown_key (StoreFixture *self, gconstpointer data)
{
  static const char *const keys[] = { "", "Port", "port ", "server", "no-such-key" };
  g_autoptr (SbSettings) settings = load (self->path);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sb_settings_set_text (settings, keys[i], "1", &error));
      g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_UNKNOWN_KEY);
      g_clear_error (&error);
      g_assert_false (sb_settings_override (settings, keys[i], "1", &error));
      g_assert_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_UNKNOWN_KEY);
      g_assert_false (sb_settings_check_text (settings, keys[i], "1", NULL));
      g_assert_null (sb_settings_get_text (settings, keys[i]));
    }
}

static void
test_bad_property (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);

  g_test_expect_message ("sb-settings", G_LOG_LEVEL_CRITICAL, "*is not an address*");
  g_object_set (settings, "listen-address", "nowhere", NULL);
  g_test_assert_expected_messages ();
  g_test_expect_message ("GLib-GObject", G_LOG_LEVEL_CRITICAL, "*out of range*");
  g_object_set (settings, "port", 70000u, NULL);
  g_test_assert_expected_messages ();
  assert_text (settings, "listen-address", "127.0.0.1");
  assert_text (settings, "port", "8080");
}

/* --- for the engine --- */

static void
test_gate_limits (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  SbGateLimits expected, limits;

  sb_gate_limits_init (&expected);
  sb_settings_get_gate_limits (settings, &limits);
  g_assert_cmpuint (limits.origins != NULL ? g_strv_length (limits.origins) : 0, ==, 0);
  g_assert_cmpint (limits.tokens_in_url, ==, expected.tokens_in_url);
  g_assert_cmpuint (limits.max_clients, ==, expected.max_clients);
  g_assert_cmpuint (limits.max_clients_per_address, ==, expected.max_clients_per_address);
  g_assert_cmpuint (limits.max_attempts, ==, expected.max_attempts);
  sb_gate_limits_clear (&expected);
  sb_gate_limits_clear (&limits);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    set_text (settings, table[i].key, table[i].other);
  sb_settings_get_gate_limits (settings, &limits);
  g_assert_cmpstr (limits.origins[0], ==, "https://a.example");
  g_assert_cmpstr (limits.origins[1], ==, "null");
  g_assert_null (limits.origins[2]);
  g_assert_true (limits.tokens_in_url);
  g_assert_cmpuint (limits.max_clients, ==, 20);
  g_assert_cmpuint (limits.max_clients_per_address, ==, 7);
  g_assert_cmpuint (limits.max_attempts, ==, 31);
  sb_gate_limits_clear (&limits);
}

static void
test_session_limits (StoreFixture *self, gconstpointer data)
{
  g_autoptr (SbSettings) settings = load (self->path);
  SbSessionLimits expected, limits;

  sb_session_limits_init (&expected);
  memset (&limits, 0xff, sizeof limits);
  sb_settings_get_session_limits (settings, &limits);
  g_assert_cmpuint (limits.json.max_depth, ==, expected.json.max_depth);
  g_assert_cmpuint (limits.json.max_members, ==, expected.json.max_members);
  g_assert_cmpuint (limits.json.max_values, ==, expected.json.max_values);
  g_assert_cmpuint (limits.json.max_string, ==, expected.json.max_string);
  g_assert_cmpuint (limits.max_message, ==, expected.max_message);
  g_assert_cmpuint (limits.max_backlog, ==, expected.max_backlog);
  g_assert_cmpuint (limits.max_rejected, ==, expected.max_rejected);
  g_assert_cmpuint (limits.max_error_replies, ==, expected.max_error_replies);
  g_assert_cmpuint (limits.ping_interval, ==, expected.ping_interval);
  g_assert_cmpuint (limits.pong_timeout, ==, expected.pong_timeout);
  g_assert_cmpuint (limits.handshake_timeout, ==, expected.handshake_timeout);
  g_assert_cmpuint (limits.close_timeout, ==, expected.close_timeout);
  g_assert_cmpint (limits.allow_binary, ==, expected.allow_binary);
  g_assert_cmpint (limits.require_json, ==, expected.require_json);
  g_assert_cmpint (limits.compression, ==, expected.compression);
  g_assert_cmpuint (limits.messages_per_second, ==, expected.messages_per_second);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    set_text (settings, table[i].key, table[i].other);
  sb_settings_get_session_limits (settings, &limits);
  g_assert_cmpuint (limits.json.max_depth, ==, 512);
  g_assert_cmpuint (limits.json.max_members, ==, 1);
  g_assert_cmpuint (limits.json.max_values, ==, 9);
  g_assert_cmpuint (limits.json.max_string, ==, 3072);
  g_assert_cmpuint (limits.max_message, ==, 3072);
  g_assert_cmpuint (limits.max_backlog, ==, 5001);
  g_assert_cmpuint (limits.max_rejected, ==, 61);
  g_assert_cmpuint (limits.ping_interval, ==, 26);
  g_assert_cmpuint (limits.pong_timeout, ==, 21);
  g_assert_cmpuint (limits.handshake_timeout, ==, 11);
  g_assert_cmpuint (limits.close_timeout, ==, 6);
  g_assert_false (limits.allow_binary);
  g_assert_false (limits.require_json);
  g_assert_true (limits.compression);
  g_assert_cmpuint (limits.messages_per_second, ==, 100);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) g_test_add ("/settings/" name, StoreFixture, NULL, set_up, func, store_fixture_tear_down)
  ADD ("defaults", test_defaults);
  ADD ("documented", test_documented);
  ADD ("round-trip", test_round_trip);
  ADD ("properties", test_properties);
  ADD ("notify-only-on-change", test_notify);
  ADD ("texts/good", test_good_texts);
  ADD ("texts/bad", test_bad_texts);
  ADD ("texts/bad-in-file", test_bad_values_in_file);
  ADD ("texts/ranges", test_ranges);
  ADD ("texts/many-origins", test_many_origins);
  ADD ("texts/unknown-key", test_unknown_key);
  ADD ("bad-property-is-refused", test_bad_property);
  ADD ("gate-limits", test_gate_limits);
  ADD ("session-limits", test_session_limits);

  return g_test_run ();
}
