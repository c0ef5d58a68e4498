/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which handshakes are plain, and that of the others nothing is taken. */
#include "config.h"

#include "net/sb-request-head.h"

#include <string.h>

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: 127.0.0.1\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define REST HOST UPGRADE CONNECTION VERSION KEY
#define END "\r\n"
#define TARGET(target) "GET " target " HTTP/1.1\r\n" REST END
#define WITH_HOST(host) LINE "Host: " host "\r\n" UPGRADE CONNECTION VERSION KEY END

static gboolean
is_plain (const char *request)
{
  SbRequestHead head;
  gboolean plain = sb_request_head_read (&head, (const guint8 *) request, strlen (request));

  if (plain)
    sb_request_head_clear (&head);

  return plain;
}

static void
test_fields (void)
{
  static const char request[] =
    "GET /room/%61?name=Zo%C3%AB&x HTTP/1.1\r\n"
    "host:example.org:8080\r\n"
    "X-Other: (whatever) \"it\" says\r\n"
    "UPGRADE: \t WebSocket \t \r\n"
    "Connection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: signalbox, chat\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Origin: http://example.org\r\n"
    "Authorization: Bearer x\r\n"
    "User-Agent: Test/1.0 (a; b)\r\n"
    "\r\n"
    "\x81\x80 what comes behind";
  SbRequestHead head;

  g_assert_true (sb_request_head_read (&head, (const guint8 *) request, sizeof request - 1));
  g_assert_cmpstr (request + head.length, ==, "\x81\x80 what comes behind");
  g_assert_cmpstr (head.path, ==, "/room/%61");
  g_assert_cmpstr (head.query, ==, "name=Zo%C3%AB&x");
  g_assert_cmpstr (head.host, ==, "example.org:8080");
  g_assert_cmpstr (head.upgrade, ==, "WebSocket");
  g_assert_cmpstr (head.connection, ==, "keep-alive, Upgrade");
  g_assert_cmpstr (head.key, ==, "dGhlIHNhbXBsZSBub25jZQ==");
  g_assert_cmpstr (head.version, ==, "13");
  g_assert_cmpstr (head.protocols, ==, "signalbox, chat");
  g_assert_cmpstr (head.extensions, ==, "permessage-deflate; client_max_window_bits");
  g_assert_cmpstr (head.origin, ==, "http://example.org");
  g_assert_cmpstr (head.authorization, ==, "Bearer x");
  g_assert_cmpstr (head.user_agent, ==, "Test/1.0 (a; b)");
  sb_request_head_clear (&head);
}

static void
test_absent (void)
{
  static const char request[] = LINE REST END;
  SbRequestHead head;

  g_assert_true (sb_request_head_read (&head, (const guint8 *) request, sizeof request - 1));
  g_assert_cmpstr (head.path, ==, "/");
  g_assert_null (head.query);
  g_assert_null (head.protocols);
  g_assert_null (head.extensions);
  g_assert_null (head.origin);
  g_assert_null (head.authorization);
  g_assert_null (head.user_agent);
  sb_request_head_clear (&head);
}

static const char *const plain[] = {
  LINE REST END,
  LINE REST "Cookie: a=b; c=\"d\"\r\n" END,
  LINE REST "Accept-Encoding: gzip, deflate, br\r\nPragma: no-cache\r\n" END,
  TARGET ("/a/b.c/d_e~f-g"),
  TARGET ("/..") /* the gate's affair */,
  TARGET ("/%2e%2E"),
  TARGET ("/?"),
  TARGET ("/?a=/b?c:d@e!$'()*+,;"),
  TARGET ("/?a=%20%c3%AB"),
  WITH_HOST ("localhost"),
  WITH_HOST ("192.0.2.7:80"),
  WITH_HOST ("a-b.example:65535"),
  WITH_HOST ("[::1]"),
  WITH_HOST ("[2001:db8::192.0.2.7]:8080"),
};

static const char *const others[] = {
  "",
  "GET",
  END END,
  LINE REST,                                     /* not whole */
  "\r\n" LINE REST END,
  "\n" LINE REST END,
  "get / HTTP/1.1\r\n" REST END,
  "HEAD / HTTP/1.1\r\n" REST END,
  "POST / HTTP/1.1\r\n" REST END,
  "GET  / HTTP/1.1\r\n" REST END,
  "GET\t/ HTTP/1.1\r\n" REST END,
  "GET / HTTP/1.0\r\n" REST END,
  "GET / HTTP/1.1 \r\n" REST END,
  "GET / HTTP/1.1\n" REST END,
  "GET / http/1.1\r\n" REST END,
  "GET /  HTTP/1.1\r\n" REST END,
  "GET / HTTP/1.1\r\r\n" REST END,
  TARGET ("*"),
  TARGET ("news"),
  TARGET ("http://127.0.0.1/"),
  TARGET ("/#a"),
  TARGET ("/a b"),
  TARGET ("/a;b"),
  TARGET ("/a\\b"),
  TARGET ("/%"),
  TARGET ("/%2"),
  TARGET ("/%zz"),
  TARGET ("/\xC3\xA4"),
  TARGET ("/\x7f"),
  TARGET ("/?a#b"),
  TARGET ("/?a=%41"),                            /* libsoup shows an A */
  TARGET ("/?%6eame=x"),
  TARGET ("/?a=%"),
  TARGET ("/?a=%4"),
  TARGET ("/?a=\"b\""),
  TARGET ("/?a=\xC3\xA4"),
  TARGET ("/?a=[b]"),
  LINE UPGRADE CONNECTION VERSION KEY END,
  LINE HOST CONNECTION VERSION KEY END,
  LINE HOST UPGRADE VERSION KEY END,
  LINE HOST UPGRADE CONNECTION KEY END,
  LINE HOST UPGRADE CONNECTION VERSION END,
  LINE REST HOST END,
  LINE REST UPGRADE END,
  LINE REST CONNECTION END,
  LINE REST VERSION END,
  LINE REST KEY END,
  LINE REST "Origin: a\r\norigin: a\r\n" END,
  LINE REST "Authorization: a\r\nAuthorization: a\r\n" END,
  LINE REST "User-Agent: a\r\nUser-Agent: a\r\n" END,
  LINE REST "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n" END,
  LINE REST "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b\r\n" END,
  LINE REST "Content-Length: 0\r\n" END,
  LINE REST "transfer-encoding: chunked\r\n" END,
  LINE REST "Expect: 100-continue\r\n" END,
  LINE REST "X : a\r\n" END,
  LINE REST "X\r\n" END,
  LINE REST ": a\r\n" END,
  LINE REST "X:\r\n" END,
  LINE REST "X: \t \r\n" END,
  LINE REST "X: a\n" END,
  LINE REST "X: a\rb\r\n" END,
  LINE REST "X: a\r\n folded\r\n" END,
  LINE REST " X: a\r\n" END,
  LINE REST "X: \x01\r\n" END,
  LINE REST "X: \x7f\r\n" END,
  LINE REST "X: \xC3\xA4\r\n" END,
  LINE REST "X\xC3\xA4: a\r\n" END,
  LINE REST "X@: a\r\n" END,
  WITH_HOST (""),
  WITH_HOST (":80"),
  WITH_HOST ("a:"),
  WITH_HOST ("a:b"),
  WITH_HOST ("a:65536"),
  WITH_HOST ("a:99999999999999999999"),
  WITH_HOST ("a:80:80"),
  WITH_HOST ("a/b"),
  WITH_HOST ("a@b"),
  WITH_HOST ("a b"),
  WITH_HOST ("a_b"),
  WITH_HOST ("a,b"),
  WITH_HOST ("%61"),
  WITH_HOST ("[::1"),
  WITH_HOST ("[]"),
  WITH_HOST ("[::g]"),
  WITH_HOST ("[::1]80"),
  WITH_HOST ("[fe80::1%25eth0]"),
  WITH_HOST ("[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"),
};

static void
test_plain (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    if (!is_plain (plain[i]))
      g_error ("not taken for plain: %s", plain[i]);
}

static void
test_others (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (is_plain (others[i]))
      g_error ("taken for plain: %s", others[i]);
}

/* Every beginning of one is not all there, and no other byte is looked at. */
static void
test_cut_short (void)
{
  static const char request[] = LINE REST "Origin: http://example.org\r\n" END;

  for (gsize length = 1; length < sizeof request - 1; length++)
    {
      g_autofree guint8 *part = g_memdup2 (request, length); /* the sanitizer sees a step too far */
      SbRequestHead head;

      g_assert_false (sb_request_head_read (&head, part, length));
    }
}

/* A NUL ends nothing but the hope of being plain. */
static void
test_nul (void)
{
  static const char request[] = LINE REST "Origin: http://example.org\r\n" END;

  for (gsize i = 0; i < sizeof request - 1; i++)
    {
      g_autofree guint8 *broken = g_memdup2 (request, sizeof request - 1);
      SbRequestHead head;

      broken[i] = '\0';
      g_assert_false (sb_request_head_read (&head, broken, sizeof request - 1));
    }
}

static char *
make_long (gsize n_lines, gsize n_filling)
{
  g_autoptr (GString) request = g_string_new (LINE REST);
  g_autofree char *filling = g_strnfill (n_filling, 'x');

  for (gsize i = 0; i < n_lines; i++)
    g_string_append (request, "a: b\r\n");
  g_string_append_printf (request, "x: %s\r\n" END, filling);

  return g_string_free (g_steal_pointer (&request), FALSE);
}

/* What is long is not wrong, but libsoup's. */
static void
test_long (void)
{
  gsize least = strlen (LINE REST "x: \r\n" END);
  g_autofree char *longest = make_long (0, 4096 - least);
  g_autofree char *longer = make_long (0, 4097 - least);
  g_autofree char *most = make_long (64 - 6, 1);
  g_autofree char *more = make_long (65 - 6, 1);

  g_assert_true (is_plain (longest));
  g_assert_false (is_plain (longer));
  g_assert_true (is_plain (most));
  g_assert_false (is_plain (more));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request-head/fields", test_fields);
  g_test_add_func ("/request-head/absent", test_absent);
  g_test_add_func ("/request-head/plain", test_plain);
  g_test_add_func ("/request-head/others", test_others);
  g_test_add_func ("/request-head/cut-short", test_cut_short);
  g_test_add_func ("/request-head/nul", test_nul);
  g_test_add_func ("/request-head/long", test_long);
  return g_test_run ();
}
