/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gate-check.h"

/* What a handshake may look like, and from where it may come. */

static void
test_handshake (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *what;
    gsize field;
    const char *value;
    guint status;
    const char *error;
  } cases[] = {
#define FIELD(name) #name, G_STRUCT_OFFSET (SbHandshake, name)
    { FIELD (method), "GET", 101, NULL },
    { FIELD (method), "get", 400, "bad_request" },
    { FIELD (method), "POST", 400, "bad_request" },
    { FIELD (method), "HEAD", 400, "bad_request" },
    { FIELD (method), "OPTIONS", 400, "bad_request" },
    { FIELD (method), "CONNECT", 400, "bad_request" },
    { FIELD (method), "", 400, "bad_request" },
    { FIELD (method), NULL, 400, "bad_request" },

    { FIELD (upgrade), "WebSocket", 101, NULL },
    { FIELD (upgrade), "h2c, websocket", 101, NULL },
    { FIELD (upgrade), "h2c,,\twebsocket ,", 101, NULL },
    { FIELD (upgrade), NULL, 426, "upgrade_required" },
    { FIELD (upgrade), "", 426, "upgrade_required" },
    { FIELD (upgrade), "h2c", 426, "upgrade_required" },
    { FIELD (upgrade), "websockets", 426, "upgrade_required" },
    { FIELD (upgrade), "web socket", 426, "upgrade_required" },

    { FIELD (connection), "upgrade", 101, NULL },
    { FIELD (connection), "keep-alive, Upgrade", 101, NULL },
    { FIELD (connection), NULL, 400, "bad_request" },
    { FIELD (connection), "", 400, "bad_request" },
    { FIELD (connection), "close", 400, "bad_request" },
    { FIELD (connection), "upgraded", 400, "bad_request" },

    { FIELD (version), NULL, 400, "bad_request" },
    { FIELD (version), "", 426, "upgrade_required" },
    { FIELD (version), "8", 426, "upgrade_required" },
    { FIELD (version), "14", 426, "upgrade_required" },
    { FIELD (version), "013", 426, "upgrade_required" },
    { FIELD (version), "13, 8", 426, "upgrade_required" },
    { FIELD (version), "-13", 426, "upgrade_required" },

    { FIELD (key), "AAAAAAAAAAAAAAAAAAAAAA==", 101, NULL },
    { FIELD (key), "abcdefghijklmnopqr/+0Q==", 101, NULL },
    { FIELD (key), NULL, 400, "bad_request" },
    { FIELD (key), "", 400, "bad_request" },
    { FIELD (key), "dGhlIHNhbXBsZSBub25jZQ", 400, "bad_request" },        /* without padding */
    { FIELD (key), "dGhlIHNhbXBsZSBub25jZQ= ", 400, "bad_request" },
    { FIELD (key), "dGhlIHNhbXBsZSBub25jZQ=a", 400, "bad_request" },
    { FIELD (key), "dGhlIHNhbXBsZSBub25j", 400, "bad_request" },          /* 15 bytes */
    { FIELD (key), "dGhlIHNhbXBsZSBub25jZTE=", 400, "bad_request" },      /* 17 bytes */
    { FIELD (key), "dGhlIHNhbXBsZSBub25jZQ==dGhl", 400, "bad_request" },
    { FIELD (key), "dGhlIHNhbXBsZSBub25j-Q==", 400, "bad_request" },      /* another alphabet */
    { FIELD (key), "dGhlIHNhbXBsZSBub25j\nQ==", 400, "bad_request" },
    { FIELD (key), "dGhlIHNhbXBsZSBub2====", 400, "bad_request" },
    { FIELD (key), "========================", 400, "bad_request" },
    { FIELD (key), "caf\xc3\xa9IHNhbXBsZSBub25jQ==", 400, "bad_request" },

    { FIELD (host), NULL, 400, "bad_request" },
    { FIELD (host), "", 400, "bad_request" },
    { FIELD (host), "[::1]:8080", 101, NULL },
    { FIELD (path), NULL, 400, "bad_request" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbHandshake handshake = make_handshake (self);
      g_autofree char *what = g_strdup_printf ("%s “%s”", cases[i].what, cases[i].value);

      G_STRUCT_MEMBER (const char *, &handshake, cases[i].field) = cases[i].value;
      assert_answer (self, &handshake, cases[i].status, cases[i].error, NULL, FALSE, what);
    }
}

static void
test_path (Fixture *self, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (128, 'a');
  g_autofree char *longer = g_strnfill (129, 'a');
  g_autofree char *huge = g_strnfill (100000, 'a');
  const struct
  {
    const char *path;
    const char *channel; /* NULL: refused */
  } cases[] = {
    { "/", "/" },
    { "/news", "/news" },
    { "/room/7", "/room/7" },
    { "/%6eews", "/news" },
    { longest, longest },
    { "", NULL },
    { "news", NULL },
    { "*", NULL },
    { "http://example.org/news", NULL },
    { "/news/", NULL },
    { "//news", NULL },
    { "/news/..", NULL },
    { "/a/../b", NULL },
    { "/a/./b", NULL },
    { "/%2e%2e/b", NULL },
    { "/%2E", NULL },
    { "/a%2fb", NULL },
    { "/a%5cb", NULL },
    { "/a%00", NULL },
    { "/%252e%252e", NULL },
    { "/%", NULL },
    { "/%4", NULL },
    { "/%zz", NULL },
    { "/a b", NULL },
    { "/\xff", NULL },
    { "/caf\xc3\xa9", NULL },
    { longer, NULL },
    { huge, NULL },
    { "/api", NULL },
    { "/api/v1", NULL },
    { "/metrics", NULL },
    { "/console/x", NULL },
    { "/socket.io", NULL },
    { "/%61pi", NULL },
  };

  longest[0] = longer[0] = huge[0] = '/';
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbHandshake handshake = make_handshake (self);
      SbVerdict verdict;

      handshake.path = cases[i].path;
      sb_gate_judge (self->gate, &handshake, &verdict);
      if (cases[i].channel == NULL)
        {
          if (verdict.status != 404)
            g_error ("%s is let in", cases[i].path);
          g_assert_cmpstr (verdict.error, ==, "no_such_channel");
        }
      else
        {
          g_assert_cmpuint (verdict.status, ==, 101);
          sb_gate_release (self->gate, 1, handshake.address);
        }
      g_assert_cmpstr (verdict.channel, ==, cases[i].channel);
      sb_verdict_clear (&verdict);
    }
}

static void
test_origin (Fixture *self, gconstpointer data)
{
  const char *const allowed[] = {
    "https://app.example.com", "http://localhost:3000", "null", "chrome-extension://abcdefgh", "file://", NULL
  };
  static const struct
  {
    const char *host, *origin;
    gboolean in;
  } cases[] = {
    { "example.org:8080", NULL, TRUE },

    /* the own host, any port, either scheme */
    { "example.org:8080", "http://example.org:8080", TRUE },
    { "example.org:8080", "https://example.org", TRUE },
    { "example.org", "http://example.org:99", TRUE },
    { "Example.ORG:8080", "HTTP://eXample.org", TRUE },
    { "[::1]:8080", "http://[::1]", TRUE },
    { "[fe80::A]", "http://[FE80::a]:8", TRUE },
    { "127.0.0.1:8080", "http://127.0.0.1:5000", TRUE },
    { "127.0.0.1:8080", "http://localhost:5000", FALSE },
    { "example.org", "http://www.example.org", FALSE },
    { "example.org", "http://example.org.evil.net", FALSE },
    { "example.org", "http://evil-example.org", FALSE },
    { "example.org", "http://example.or", FALSE },
    { "example.org", "http://example.org@evil.net", FALSE },
    { "example.org", "http://evil.net#example.org", FALSE },
    { "example.org", "http://evil.net/example.org", FALSE },
    { "example.org", "http://example.org/", FALSE },
    { "example.org", "http://example.org:", FALSE },
    { "example.org", "http://example.org:0", FALSE },
    { "example.org", "http://example.org:65536", FALSE },
    { "example.org", "http://example.org:80 ", FALSE },
    { "example.org", "http://example.org:8x", FALSE },
    { "example.org", "http://example.org http://evil.net", FALSE },
    { "example.org", "example.org", FALSE },
    { "example.org", "//example.org", FALSE },
    { "example.org", "://example.org", FALSE },
    { "example.org", "http:example.org", FALSE },
    { "example.org", "http://", FALSE },
    { "example.org", "", FALSE },
    { "example.org", "*", FALSE },
    { "[::1]", "http://[::1", FALSE },
    { "[::1]", "http://[::1]x", FALSE },
    { "[]", "http://[]", FALSE },
    { "exa mple.org", "http://exa mple.org", FALSE },

    /* the list: scheme, host and port, the scheme's own port said or not */
    { "example.org", "https://app.example.com", TRUE },
    { "example.org", "https://app.example.com:443", TRUE },
    { "example.org", "HTTPS://App.Example.Com", TRUE },
    { "example.org", "http://app.example.com", FALSE },
    { "example.org", "http://app.example.com:443", FALSE },
    { "example.org", "https://app.example.com:444", FALSE },
    { "example.org", "https://example.com", FALSE },
    { "example.org", "https://x.app.example.com", FALSE },
    { "example.org", "http://localhost:3000", TRUE },
    { "example.org", "http://localhost", FALSE },
    { "example.org", "https://localhost:3000", FALSE },
    { "example.org", "chrome-extension://abcdefgh", TRUE },
    { "example.org", "moz-extension://abcdefgh", FALSE },
    { "example.org", "null", TRUE },
    { "example.org", "Null", FALSE },
    { "example.org", "file://", TRUE },
    { "null", "http://nul", FALSE },
  };

  self->limits.origins = g_strdupv ((char **) allowed);
  sb_gate_set_limits (self->gate, &self->limits);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbHandshake handshake = make_handshake (self);

      handshake.host = cases[i].host;
      handshake.origin = cases[i].origin;
      assert_answer (self, &handshake, cases[i].in ? 101 : 403, cases[i].in ? NULL : "origin_not_allowed", NULL, FALSE,
                     cases[i].origin != NULL ? cases[i].origin : "no origin");
    }
}

/* Nothing is allowed that was not listed: not "null" either. */
static void
test_origin_without_list (Fixture *self, gconstpointer data)
{
  SbHandshake handshake = make_handshake (self);
  char *none[] = { NULL };

  handshake.origin = "null";
  assert_out (self, &handshake, 403, "origin_not_allowed");
  handshake.origin = "https://app.example.com";
  assert_out (self, &handshake, 403, "origin_not_allowed");

  self->limits.origins = g_strdupv (none);
  sb_gate_set_limits (self->gate, &self->limits);
  assert_out (self, &handshake, 403, "origin_not_allowed");
  handshake.origin = "http://example.org";
  assert_in (self, &handshake);
}

/* Each check comes before all that follow: what is wrong later does not show. */
static void
test_order (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("News only");
  g_autofree char *authorization = NULL;
  char *secret = NULL;
  SbHandshake handshake = make_handshake (self);

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/news", " ", -1);
  spec->max_connections = 1;
  secret = add_token (self, 2, spec, 0);
  authorization = g_strconcat ("Bearer ", secret, NULL);

  self->limits.max_clients = 2;
  self->limits.max_clients_per_address = 1;
  self->limits.max_attempts = 1;
  sb_gate_set_limits (self->gate, &self->limits);

  /* One client of token 1, from elsewhere; one of token 2, from here; a failed attempt; a block; and the server
   * drains. */
  handshake.address = "192.0.2.1";
  assert_in_stays (self, &handshake);
  handshake.address = "192.0.2.7";
  handshake.authorization = authorization;
  assert_in_stays (self, &handshake);
  handshake.authorization = "Bearer nothing";
  assert_invalid (self, &handshake, "malformed");
  sb_gate_block (self->gate, handshake.address, G_MAXINT64);
  sb_gate_set_draining (self->gate, TRUE);
  handshake.method = "POST";
  handshake.path = "/api";
  handshake.origin = "http://evil.net";

  /* All wrong; put right one by one. */
  assert_out (self, &handshake, 400, "bad_request");
  handshake.method = "GET";
  assert_out (self, &handshake, 404, "no_such_channel");
  handshake.path = "/other";
  assert_out (self, &handshake, 503, "draining");
  sb_gate_set_draining (self->gate, FALSE);
  assert_out (self, &handshake, 403, "address_blocked");
  sb_gate_unblock (self->gate, handshake.address);
  assert_out (self, &handshake, 429, "too_many_attempts");
  handshake.monotonic_time += 60 * SECOND;
  assert_out (self, &handshake, 403, "origin_not_allowed");
  handshake.origin = "http://example.org";
  assert_invalid (self, &handshake, "malformed");
  handshake.monotonic_time += 60 * SECOND;
  handshake.authorization = NULL;
  assert_out (self, &handshake, 401, "missing_token");
  handshake.authorization = authorization;
  assert_out (self, &handshake, 403, "channel_not_allowed");
  handshake.path = "/news";
  assert_out (self, &handshake, 503, "full");
  self->limits.max_clients = 3;
  sb_gate_set_limits (self->gate, &self->limits);
  assert_out (self, &handshake, 429, "too_many_connections");
  handshake.address = "192.0.2.8"; /* of the token still too many */
  assert_out (self, &handshake, 429, "too_many_connections");
  sb_gate_release (self->gate, 2, "192.0.2.7");
  assert_in (self, &handshake);

  sb_gate_release (self->gate, 1, "192.0.2.1");
  sb_token_secret_free (secret);
}

/* What a browser's script is told: the code, when it asks for it from where it may. */
static void
test_upgrade_to_tell (Fixture *self, gconstpointer data)
{
  typedef enum { NOTHING, PATH, DRAINING, BLOCKED, ATTEMPTS, MISSING, INVALID, CHANNEL, FULL, ADDRESS, TOKEN } Trouble;
  static const struct
  {
    Trouble trouble;
    guint status;
    guint16 close_code;
    const char *close_reason;
    gboolean retry;
  } cases[] = {
    { PATH, 404, 3003, "no such channel", FALSE },
    { DRAINING, 503, 1013, "server stopping", TRUE },
    { BLOCKED, 403, 3003, "address blocked", FALSE },
    { ATTEMPTS, 429, 1013, "too many attempts", TRUE },
    { MISSING, 401, 3000, "missing token", FALSE },
    { INVALID, 401, 3000, "invalid token", FALSE },
    { CHANNEL, 403, 3003, "channel not allowed", FALSE },
    { FULL, 503, 1013, "server full", TRUE },
    { ADDRESS, 429, 1013, "too many connections", TRUE },
    { TOKEN, 429, 1013, "too many connections", TRUE },
  };
  static const struct
  {
    const char *origin, *protocols;
    gboolean told;
  } askers[] = {
    { "http://example.org", "signalbox", TRUE },
    { "http://example.org", "x, signalbox ,bearer.y", TRUE },
    { "http://example.org", NULL, FALSE },
    { "http://example.org", "signalboxes", FALSE },
    { "http://example.org", "Signalbox", FALSE },
    { NULL, "signalbox", FALSE },
    { "http://evil.net", "signalbox", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (askers); j++)
      {
        Trouble trouble = cases[i].trouble;
        Fixture local = { 0 };
        g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Limited");
        g_autofree char *authorization = NULL;
        char *secret;
        SbHandshake handshake;
        SbVerdict verdict;

        set_up (&local, NULL);
        g_strfreev (spec->channels);
        spec->channels = g_strsplit (trouble == CHANNEL ? "/other" : "/news", " ", -1);
        spec->max_connections = trouble == TOKEN ? 1 : 0;
        secret = add_token (&local, 2, spec, 0);
        authorization = g_strconcat ("Bearer ", secret, NULL);
        sb_token_secret_free (secret);
        local.limits.max_clients = trouble == FULL ? 1 : 0;
        local.limits.max_clients_per_address = trouble == ADDRESS ? 1 : 0;
        local.limits.max_attempts = trouble == ATTEMPTS ? 1 : 0;
        sb_gate_set_limits (local.gate, &local.limits);

        handshake = make_handshake (&local);
        if (trouble == FULL || trouble == ADDRESS || trouble == TOKEN)
          {
            handshake.authorization = authorization;
            assert_in_stays (&local, &handshake);
          }
        if (trouble == ATTEMPTS)
          {
            handshake.authorization = "x";
            assert_invalid (&local, &handshake, "malformed");
          }
        if (trouble == BLOCKED)
          sb_gate_block (local.gate, handshake.address, G_MAXINT64);
        sb_gate_set_draining (local.gate, trouble == DRAINING);

        handshake.path = trouble == PATH ? "/a/../b" : "/news";
        handshake.authorization = trouble == MISSING ? NULL : trouble == INVALID ? "Basic Zm9v" : authorization;
        handshake.origin = askers[j].origin;
        /* A bearer entry of the list only counts where there is no Authorization. */
        handshake.protocols = trouble == MISSING && j == 1 ? "signalbox" : askers[j].protocols;
        sb_gate_judge (local.gate, &handshake, &verdict);

        g_assert_cmpint (verdict.upgrade_to_tell, ==, askers[j].told);
        g_assert_cmpuint (verdict.close_code, ==, askers[j].told ? cases[i].close_code : 0);
        g_assert_cmpstr (verdict.close_reason, ==, askers[j].told ? cases[i].close_reason : NULL);
        if (askers[j].told)
          {
            g_assert_cmpuint (verdict.status, ==, cases[i].status);
            g_assert_cmpint (verdict.retry_after > 0, ==, cases[i].retry);
            g_assert_cmpstr (verdict.protocol, ==, "signalbox");
          }
        sb_verdict_clear (&verdict);
        tear_down (&local, NULL);
      }
}

/* Not a handshake at all: there is nothing to upgrade. */
static void
test_nothing_to_upgrade (Fixture *self, gconstpointer data)
{
  SbHandshake handshake = make_handshake (self);
  SbVerdict verdict;

  handshake.origin = "http://example.org";
  handshake.protocols = "signalbox";
  handshake.version = "8";
  sb_gate_judge (self->gate, &handshake, &verdict);
  g_assert_cmpuint (verdict.status, ==, 426);
  g_assert_false (verdict.upgrade_to_tell);
  sb_verdict_clear (&verdict);

  handshake.version = "13";
  handshake.key = "short";
  sb_gate_judge (self->gate, &handshake, &verdict);
  g_assert_cmpuint (verdict.status, ==, 400);
  g_assert_false (verdict.upgrade_to_tell);
  sb_verdict_clear (&verdict);
}

static void
test_name (Fixture *self, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (64, 'x');
  g_autofree char *longest_query = g_strconcat ("name=", longest, NULL);
  g_autofree char *longer_query = g_strconcat ("name=x", longest, NULL);
  g_autoptr (GString) wide_query = g_string_new ("name=");
  g_autoptr (GString) wide = g_string_new (NULL);
  const struct
  {
    const char *query;
    const char *name;
  } cases[] = {
    { NULL, NULL },
    { "", NULL },
    { "name=Kiosk", "Kiosk" },
    { "a=b&name=Kiosk&c=d", "Kiosk" },
    { "name=Kiosk+7", "Kiosk 7" },
    { "name=Kiosk%207", "Kiosk 7" },
    { "name=1%2B1", "1+1" },
    { "name=K%C3%BCche", "Küche" },
    { "name=K\xc3\xbc" "che", "Küche" },
    { "name=%F0%9F%9A%82", "🚂" },
    { "name=+Kiosk+", "Kiosk" },
    { "name=first&name=second", "first" },
    { "name=a%26b%3Dc", "a&b=c" },
    { "name=%3Cb%3E", "<b>" },
    { longest_query, longest },
    { "name=", NULL },
    { "name", NULL },
    { "name=+", NULL },
    { "names=x", NULL },
    { "xname=x", NULL },
    { "Name=x", NULL },
    { longer_query, NULL },
    { "name=a%00b", NULL },
    { "name=a%0Ab", NULL },
    { "name=%0Ab", NULL },
    { "name=a\tb", NULL },
    { "name=a%1Bb", NULL },
    { "name=a%7Fb", NULL },
    { "name=a%C2%85b", NULL },
    { "name=%E2%80%AEtxt.exe", NULL },   /* right-to-left override */
    { "name=%E2%81%A6x", NULL },         /* isolate */
    { "name=%E2%80%A8x", NULL },         /* line separator */
    { "name=%FF", NULL },
    { "name=%C3", NULL },
    { "name=%ED%A0%80", NULL },
    { "name=%C0%AF", NULL },
    { "name=a%", NULL },
    { "name=a%4", NULL },
    { "name=a%4&x=1", NULL },
    { "name=a%zz", NULL },
    { "name=%252e", "%2e" },
  };

  for (guint i = 0; i < 64; i++)
    {
      g_string_append (wide_query, "%E4%BF%A1");
      g_string_append (wide, "信");
    }

  for (gsize i = 0; i <= G_N_ELEMENTS (cases); i++)
    {
      gboolean is_wide = i == G_N_ELEMENTS (cases);
      SbHandshake handshake = make_handshake (self);
      SbVerdict verdict;

      handshake.query = is_wide ? wide_query->str : cases[i].query;
      sb_gate_judge (self->gate, &handshake, &verdict);
      g_assert_cmpuint (verdict.status, ==, 101);
      g_assert_cmpstr (verdict.name, ==, is_wide ? wide->str : cases[i].name);
      sb_gate_release (self->gate, 1, handshake.address);
      sb_verdict_clear (&verdict);
    }
}

#define ADD(path, function) g_test_add ("/gate/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("handshake", test_handshake);
  ADD ("path", test_path);
  ADD ("origin/rules", test_origin);
  ADD ("origin/without-list", test_origin_without_list);
  ADD ("order", test_order);
  ADD ("browsers-are-told-by-close-code", test_upgrade_to_tell);
  ADD ("nothing-to-upgrade", test_nothing_to_upgrade);
  ADD ("name", test_name);

  return g_test_run ();
}
