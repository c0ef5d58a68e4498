/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6455 by the numbers of the Autobahn|Testsuite, put to a running hub: what one client sends, another on its
 * channel must hear, and both must be fine afterwards. Written from the RFC, with nothing of the suite itself in it;
 * sections 12 and 13 are in test-autobahn-deflate.c, 11 and 8 are not in use. Section 9 is about size alone: a test
 * does not look at the clock. */
#include "config.h"

#include "wire-exchange.h"

#define AT_ONCE G_MAXINT
#define BY_OCTET 1
#define BY_FRAME 0

typedef struct
{
  char *number;
  GByteArray *stream;
  GArray *ends;     /* (element-type guint): where each frame ends */
  guint chop;       /* AT_ONCE, BY_FRAME, or the most bytes in one piece */
  GString *expected;
} Case;

static GPtrArray *cases;

/* --- Making cases --------------------------------------------------------------------------------- */

G_GNUC_PRINTF (2, 3)
static Case *
begin (guint chop, const char *format, ...)
{
  Case *self = g_new0 (Case, 1);
  va_list args;

  va_start (args, format);
  self->number = g_strdup_vprintf (format, args);
  va_end (args);
  self->stream = g_byte_array_new ();
  self->ends = g_array_new (FALSE, FALSE, sizeof (guint));
  self->chop = chop;
  self->expected = g_string_new (NULL);
  g_ptr_array_add (cases, self);
  return self;
}

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->number);
  g_byte_array_unref (self->stream);
  g_array_unref (self->ends);
  g_string_free (self->expected, TRUE);
  g_free (self);
}

static Case *
frame (Case *self, guint8 first, const void *payload, gsize length)
{
  sb_test_append_frame (self->stream, first, payload, length);
  g_array_append_val (self->ends, self->stream->len);
  return self;
}

static Case *
say (Case *self, guint8 first, const char *text)
{
  return frame (self, first, text, strlen (text));
}

/* Expects @word with the payload, written down. */
static Case *
expect (Case *self, const char *word, const void *payload, gsize length)
{
  g_string_append_printf (self->expected, "%s(", word);
  if (payload != NULL)
    sb_test_append_readable (self->expected, payload, length);
  else if (length > 20)
    g_string_append_printf (self->expected, "x*%" G_GSIZE_FORMAT, length);
  else
    g_string_append_len (self->expected, "xxxxxxxxxxxxxxxxxxxx", length);
  g_string_append (self->expected, ") ");
  return self;
}

static Case *
hear (Case *self, const char *text)
{
  return expect (self, "text", text, strlen (text));
}

static void
fails (Case *self, guint code)
{
  g_string_append_printf (self->expected, "!%u ", code);
}

/* --- The sections -------------------------------------------------------------------------------------- */

static void
add_framing (void)
{
  static const gsize sizes[] = { 0, 125, 126, 127, 128, 65535, 65536, 65536 };

  for (guint kind = 1; kind <= 2; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      expect (frame (begin (i < 7 ? AT_ONCE : 997, "1.%u.%u", kind, i + 1), 0x80 | kind, NULL, sizes[i]),
              kind == 1 ? "text" : "binary", NULL, sizes[i]);
}

static void
add_ping (guint number, guint chop, const void *payload, gsize length)
{
  expect (frame (begin (chop, "2.%u", number), 0x89, payload, length), "ping", payload, length);
}

static void
add_pings (void)
{
  add_ping (1, AT_ONCE, "", 0);
  add_ping (2, AT_ONCE, "Hello, world!", 13);
  add_ping (3, AT_ONCE, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8);
  add_ping (4, AT_ONCE, NULL, 125);
  fails (frame (begin (AT_ONCE, "2.5"), 0x89, NULL, 126), 1002);
  add_ping (6, BY_OCTET, NULL, 125);
  say (begin (AT_ONCE, "2.7"), 0x8A, "");
  say (begin (AT_ONCE, "2.8"), 0x8A, "unsolicited pong payload");
  expect (say (say (begin (AT_ONCE, "2.9"), 0x8A, "unsolicited"), 0x89, "ping payload"), "ping", "ping payload", 12);
  for (guint number = 10; number <= 11; number++)
    {
      Case *c = begin (number == 10 ? AT_ONCE : BY_OCTET, "2.%u", number);

      for (guint i = 0; i < 10; i++)
        {
          g_autofree char *payload = g_strdup_printf ("payload-%u", i);

          expect (say (c, 0x89, payload), "ping", payload, strlen (payload));
        }
    }
}

static void
add_reserved_bits (void)
{
  static const guint chops[] = { AT_ONCE, BY_FRAME, BY_OCTET };

  fails (say (begin (AT_ONCE, "3.1"), 0xC1, "Hello, world!"), 1002);
  for (guint i = 0; i < 3; i++) /* RSV 2, 3, 4 */
    {
      Case *c = hear (say (begin (chops[i], "3.%u", i + 2), 0x81, "Hello, world!"), "Hello, world!");

      fails (say (say (c, 0x81 | (i + 2) << 4, "Hello, world!"), 0x89, ""), 1002);
    }
  fails (frame (begin (AT_ONCE, "3.5"), 0xD2, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8), 1002);
  fails (say (begin (AT_ONCE, "3.6"), 0xE9, "Hello, world!"), 1002);
  fails (frame (begin (AT_ONCE, "3.7"), 0xF8, "\x03\xE8", 2), 1002);
}

static void
add_opcodes (void)
{
  for (guint part = 1; part <= 2; part++)
    for (guint i = 0; i < 5; i++)
      {
        guint8 first = 0x80 | ((part == 1 ? 3 : 11) + i);
        Case *c = begin (i < 4 ? AT_ONCE : BY_OCTET, "4.%u.%u", part, i + 1);

        if (i >= 2)
          hear (say (c, 0x81, "Hello, world!"), "Hello, world!");
        say (c, first, i % 2 == 0 ? "" : "reserved opcode payload");
        if (i >= 2)
          say (c, 0x89, "");
        fails (c, 1002);
      }
}

static const guint three_chops[] = { AT_ONCE, BY_FRAME, BY_OCTET };

static void
add_fragmentation (void)
{
  Case *c;

  fails (say (say (begin (AT_ONCE, "5.1"), 0x09, "fragment1"), 0x80, "fragment2"), 1002);
  fails (say (say (begin (AT_ONCE, "5.2"), 0x0A, "fragment1"), 0x80, "fragment2"), 1002);
  for (guint i = 0; i < 3; i++)
    {
      hear (say (say (begin (three_chops[i], "5.%u", 3 + i), 0x01, "fragment1"), 0x80, "fragment2"),
            "fragment1fragment2");
      hear (expect (say (say (say (begin (three_chops[i], "5.%u", 6 + i), 0x01, "fragment1"), 0x89, "ping payload"),
                         0x80, "fragment2"), "ping", "ping payload", 12), "fragment1fragment2");
      fails (say (say (begin (three_chops[i], "5.%u", 9 + i), 0x80, "of nothing"), 0x81, "Hello, world!"), 1002);
      fails (say (say (begin (three_chops[i], "5.%u", 12 + i), 0x00, "of nothing"), 0x81, "Hello, world!"), 1002);
    }
  c = hear (say (say (begin (AT_ONCE, "5.15"), 0x01, "fragment1"), 0x80, "fragment2"), "fragment1fragment2");
  fails (say (say (c, 0x00, "fragment3"), 0x81, "fragment4"), 1002);
  for (guint i = 0; i < 2; i++)
    {
      c = begin (AT_ONCE, "5.%u", 16 + i);
      for (guint k = 0; k < 2; k++)
        say (say (say (c, i == 0 ? 0x00 : 0x80, "fragment1"), 0x01, "fragment2"), 0x80, "fragment3");
      fails (c, 1002);
    }
  fails (say (say (begin (AT_ONCE, "5.18"), 0x01, "fragment1"), 0x81, "fragment2"), 1002);
  for (guint i = 0; i < 2; i++)
    {
      c = begin (i == 0 ? AT_ONCE : BY_FRAME, "5.%u", 19 + i);
      say (say (say (c, 0x01, "fragment1"), 0x00, "fragment2"), 0x89, "pongme 1!");
      say (say (say (say (c, 0x00, "fragment3"), 0x00, "fragment4"), 0x89, "pongme 2!"), 0x80, "fragment5");
      expect (expect (c, "ping", "pongme 1!", 9), "ping", "pongme 2!", 9);
      hear (c, "fragment1fragment2fragment3fragment4fragment5");
    }
}

/* --- 6: UTF-8 --- */

#define KOSME "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5"
#define HELLO "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xC3\xA4\xC3\xBC\xC3\xA0\xC3\xA1-UTF-8!!"
#define EDITED KOSME "\xED\xA0\x80" "edited"

typedef struct
{
  guint part;      /* 6.PART.… */
  const char *kinds; /* one letter a case: "v" valid, "i" invalid */
  const char *const *texts;
} Utf8Part;

#define TEXTS(...) (const char *const[]) { __VA_ARGS__ }

/* In the words of Markus Kuhn's test of decoders, which the section follows. */
static const Utf8Part utf8_parts[] = {
  { 8, "ii", TEXTS ("\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80") },
  { 9, "vvvv", TEXTS ("\x7F", "\xDF\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF") },
  { 10, "iii", TEXTS ("\xF7\xBF\xBF\xBF", "\xFB\xBF\xBF\xBF\xBF", "\xFD\xBF\xBF\xBF\xBF\xBF") },
  { 11, "vvvvi", TEXTS ("\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "\xF4\x90\x80\x80") },
  { 12, "iiiiiiii",
    TEXTS ("\x80", "\xBF", "\x80\xBF", "\x80\xBF\x80", "\x80\xBF\x80\xBF", "\x80\xBF\x80\xBF\x80",
           "\x80\xBF\x80\xBF\x80\xBF",
           "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8D\x8E\x8F\x90\xA0\xB0\xBE") },
  { 13, "iiiii",
    TEXTS ("\xC0 \xC1 \xC2 \xC3 \xDE \xDF ", "\xE0 \xE1 \xE2 \xEE \xEF ", "\xF0 \xF1 \xF6 \xF7 ",
           "\xF8 \xF9 \xFA \xFB ", "\xFC \xFD ") },
  { 14, "iiiiiiiiii",
    TEXTS ("\xC0", "\xE0\x80", "\xF0\x80\x80", "\xF8\x80\x80\x80", "\xFC\x80\x80\x80\x80", "\xDF", "\xEF\xBF",
           "\xF7\xBF\xBF", "\xFB\xBF\xBF\xBF", "\xFD\xBF\xBF\xBF\xBF") },
  { 15, "i",
    TEXTS ("\xC0\xE0\x80\xF0\x80\x80\xF8\x80\x80\x80\xFC\x80\x80\x80\x80"
           "\xDF\xEF\xBF\xF7\xBF\xBF\xFB\xBF\xBF\xBF\xFD\xBF\xBF\xBF\xBF") },
  { 16, "iii", TEXTS ("\xFE", "\xFF", "\xFE\xFE\xFF\xFF") },
  { 17, "iiiii",
    TEXTS ("\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xF8\x80\x80\x80\xAF", "\xFC\x80\x80\x80\x80\xAF") },
  { 18, "iiiii",
    TEXTS ("\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF8\x87\xBF\xBF\xBF", "\xFC\x83\xBF\xBF\xBF\xBF") },
  { 19, "iiiii",
    TEXTS ("\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xF8\x80\x80\x80\x80", "\xFC\x80\x80\x80\x80\x80") },
  { 20, "iiiiiii",
    TEXTS ("\xED\xA0\x80", "\xED\xAD\xBF", "\xED\xAE\x80", "\xED\xAF\xBF", "\xED\xB0\x80", "\xED\xBE\x80",
           "\xED\xBF\xBF") },
  { 21, "iiiiiiii",
    TEXTS ("\xED\xA0\x80\xED\xB0\x80", "\xED\xA0\x80\xED\xBF\xBF", "\xED\xAD\xBF\xED\xB0\x80",
           "\xED\xAD\xBF\xED\xBF\xBF", "\xED\xAE\x80\xED\xB0\x80", "\xED\xAE\x80\xED\xBF\xBF",
           "\xED\xAF\xBF\xED\xB0\x80", "\xED\xAF\xBF\xED\xBF\xBF") },
  { 23, "vvvvvvv",
    TEXTS ("\xEF\xBF\xB9", "\xEF\xBF\xBA", "\xEF\xBF\xBB", "\xEF\xBF\xBC", "\xEF\xBF\xBD", "\xEF\xBF\xBE",
           "\xEF\xBF\xBF") },
};

static void
add_text (guint part, guint number, const void *text, gsize length, gboolean valid)
{
  Case *c = frame (begin (AT_ONCE, "6.%u.%u", part, number), 0x81, text, length);

  if (valid)
    expect (c, "text", text, length);
  else
    fails (c, 1007);
}

/* Each octet of @text a fragment. */
static Case *
add_in_octets (guint part, guint number, const char *text)
{
  Case *c = begin (AT_ONCE, "6.%u.%u", part, number);
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    frame (c, (i == 0 ? 0x01 : 0x00) | (i == length - 1 ? 0x80 : 0x00), text + i, 1);
  return c;
}

/* Both U+nFFFE and U+nFFFF of each plane are characters as far as UTF-8 goes. */
static void
add_noncharacters (void)
{
  guint number = 0;

  for (gunichar plane = 0; plane <= 0x10; plane++)
    for (gunichar last = 0xFFFE; last <= 0xFFFF; last++)
      {
        char text[6];
        int length = g_unichar_to_utf8 (plane << 16 | last, text);

        add_text (22, ++number, text, length, TRUE);
      }
}

/* Only what makes it bad is sent: the rest must not be waited for. */
static void
add_fail_fast (void)
{
  Case *c;

  fails (say (say (begin (BY_FRAME, "6.4.1"), 0x01, KOSME), 0x00, "\xF4\x90\x80\x80"), 1007);
  fails (say (say (begin (BY_FRAME, "6.4.2"), 0x01, KOSME "\xF4"), 0x00, "\x90"), 1007);
  for (guint i = 0; i < 2; i++)
    {
      static const gsize unsent[] = { 8, 10 }; /* all behind F4 90 80 80; all behind F4 90 */

      c = say (begin (i == 0 ? AT_ONCE : BY_OCTET, "6.4.%u", 3 + i), 0x81, KOSME "\xF4\x90\x80\x80" "edited..");
      g_byte_array_set_size (c->stream, c->stream->len - unsent[i]);
      fails (c, 1007);
    }
}

static void
add_utf8 (void)
{
  Case *c;

  hear (say (begin (AT_ONCE, "6.1.1"), 0x81, ""), "");
  hear (say (say (say (begin (AT_ONCE, "6.1.2"), 0x01, ""), 0x00, ""), 0x80, ""), "");
  hear (say (say (say (begin (AT_ONCE, "6.1.3"), 0x01, ""), 0x00, "middle frame"), 0x80, ""), "middle frame");
  hear (say (begin (AT_ONCE, "6.2.1"), 0x81, HELLO), HELLO);
  hear (frame (frame (begin (AT_ONCE, "6.2.2"), 0x01, HELLO, 12), 0x80, HELLO + 12, strlen (HELLO) - 12), HELLO);
  hear (add_in_octets (2, 3, HELLO), HELLO);
  hear (add_in_octets (2, 4, KOSME), KOSME);
  add_text (3, 1, EDITED, strlen (EDITED), FALSE);
  fails (add_in_octets (3, 2, EDITED), 1007);
  add_fail_fast ();
  hear (say (begin (AT_ONCE, "6.5.1"), 0x81, KOSME), KOSME);
  for (guint i = 0; i < 4; i++) /* cut at a character, within one, and by the octet */
    {
      static const gsize cuts[] = { 2, 3, 4, 10 };

      c = frame (begin (AT_ONCE, "6.5.%u", i + 2), 0x01, KOSME, cuts[i]);
      hear (frame (c, 0x80, KOSME + cuts[i], strlen (KOSME) - cuts[i]), KOSME);
    }
  for (guint length = 1; length <= strlen (KOSME); length++)
    add_text (6, length, KOSME, length, g_utf8_validate_len (KOSME, length, NULL));
  add_text (7, 1, "\0", 1, TRUE);
  add_text (7, 2, "\xC2\x80", 2, TRUE);
  add_text (7, 3, "\xE0\xA0\x80", 3, TRUE);
  add_text (7, 4, "\xF0\x90\x80\x80", 4, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (utf8_parts); i++)
    for (guint k = 0; utf8_parts[i].kinds[k] != '\0'; k++)
      add_text (utf8_parts[i].part, k + 1, utf8_parts[i].texts[k], strlen (utf8_parts[i].texts[k]),
                utf8_parts[i].kinds[k] == 'v');
  add_noncharacters ();
}

/* --- 7: closing --- */

static Case *
close_frame (Case *self, guint code, const char *reason)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  guint8 wire[] = { code >> 8, code & 0xFF };

  g_byte_array_append (body, wire, sizeof wire);
  g_byte_array_append (body, (const guint8 *) reason, strlen (reason));
  return frame (self, 0x88, body->data, body->len);
}

static Case *
closes (Case *self, guint code, const char *reason)
{
  if (code == 0)
    g_string_append (self->expected, "close() ");
  else if (*reason == '\0')
    g_string_append_printf (self->expected, "close(%u) ", code);
  else
    g_string_append_printf (self->expected, "close(%u,%s) ", code, reason);
  return self;
}

static void
add_closing (void)
{
  static const guint valid[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999 };
  static const guint invalid[] = { 0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999 };
  g_autofree char *longest = g_strnfill (123, 'x');
  Case *c;

  closes (close_frame (hear (say (begin (AT_ONCE, "7.1.1"), 0x81, "Hello"), "Hello"), 1000, ""), 1000, "");
  closes (close_frame (close_frame (begin (AT_ONCE, "7.1.2"), 1000, ""), 1000, ""), 1000, "");
  closes (say (close_frame (begin (AT_ONCE, "7.1.3"), 1000, ""), 0x89, ""), 1000, "");
  closes (say (close_frame (begin (AT_ONCE, "7.1.4"), 1000, ""), 0x81, "Hello World!"), 1000, "");
  closes (say (close_frame (say (begin (AT_ONCE, "7.1.5"), 0x01, "fragment1"), 1000, ""), 0x80, "fragment2"), 1000, "");
  c = expect (frame (begin (AT_ONCE, "7.1.6"), 0x81, NULL, 256 << 10), "text", NULL, 256 << 10);
  closes (say (close_frame (c, 1000, ""), 0x89, ""), 1000, "");
  closes (say (begin (AT_ONCE, "7.3.1"), 0x88, ""), 0, "");
  fails (say (begin (AT_ONCE, "7.3.2"), 0x88, "a"), 1002);
  closes (close_frame (begin (AT_ONCE, "7.3.3"), 1000, ""), 1000, "");
  closes (close_frame (begin (AT_ONCE, "7.3.4"), 1000, "Hello World!"), 1000, "Hello World!");
  closes (close_frame (begin (AT_ONCE, "7.3.5"), 1000, longest), 1000, "x*123");
  fails (frame (begin (AT_ONCE, "7.3.6"), 0x88, NULL, 126), 1002);
  fails (close_frame (begin (AT_ONCE, "7.5.1"), 1000, EDITED), 1007);
  for (guint i = 0; i < G_N_ELEMENTS (valid); i++)
    closes (close_frame (begin (AT_ONCE, "7.7.%u", i + 1), valid[i], ""), valid[i], "");
  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    fails (close_frame (begin (AT_ONCE, "7.9.%u", i + 1), invalid[i], ""), 1002);
  fails (close_frame (begin (AT_ONCE, "7.13.1"), 5000, ""), 1002);
  fails (close_frame (begin (AT_ONCE, "7.13.2"), 65535, ""), 1002);
}

/* --- 9 and 10: size --- */

static Case *
add_fragments (Case *self, guint kind, gsize length, gsize fragment)
{
  for (gsize done = 0; done < length || done == 0; done += fragment)
    {
      gsize n = MIN (fragment, length - done);

      frame (self, (done == 0 ? kind : 0) | (done + n == length ? 0x80 : 0), NULL, n);
    }
  return expect (self, kind == 1 ? "text" : "binary", NULL, length);
}

static void
add_limits (void)
{
  static const gsize sizes[] = { 64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20 };
  static const gsize small[] = { 0, 16, 64, 256, 1024, 4096 };

  for (guint kind = 1; kind <= 2; kind++)
    {
      for (guint i = 0; i < 6; i++)
        {
          add_fragments (begin (AT_ONCE, "9.%u.%u", kind, i + 1), kind, sizes[i], sizes[i]);
          add_fragments (begin (64 << i, "9.%u.%u", 4 + kind, i + 1), kind, 1 << 20, 1 << 20);
        }
      for (guint i = 0; i < 9; i++)
        add_fragments (begin (AT_ONCE, "9.%u.%u", 2 + kind, i + 1), kind, 4 << 20, (gsize) 64 << 2 * i);
      for (guint i = 0; i < 6; i++)
        {
          Case *c = begin (AT_ONCE, "9.%u.%u", 6 + kind, i + 1);

          for (guint k = 0; k < 1000; k++)
            add_fragments (c, kind, small[i], MAX (small[i], 1));
        }
    }
  add_fragments (begin (AT_ONCE, "10.1.1"), 1, 65536, 1300);
}

/* --- Running them -------------------------------------------------------------------------------------- */

static void
set_up (Wire *self, gconstpointer data)
{
  SbSessionLimits limits;

  wire_set_up_lanes (self, 2);
  sb_session_limits_init (&limits);
  limits.require_json = FALSE;
  limits.max_message = 16 << 20;
  limits.max_backlog = 64 << 20;
  wire_set_limits (self, &limits);
}

static void
test_case (Wire *self, gconstpointer data)
{
  const Case *c = data;

  exchange_run (self, c->stream, c->chop, c->chop == BY_FRAME ? c->ends : NULL, c->expected->str, TRUE);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  cases = g_ptr_array_new_with_free_func (case_free);
  add_framing ();
  add_pings ();
  add_reserved_bits ();
  add_opcodes ();
  add_fragmentation ();
  add_utf8 ();
  add_closing ();
  add_limits ();
  for (guint i = 0; i < cases->len; i++)
    {
      Case *c = g_ptr_array_index (cases, i);
      g_autofree char *path = g_strconcat ("/autobahn/", c->number, NULL);

      g_test_add (path, Wire, c, set_up, test_case, wire_tear_down);
    }
  g_assert_cmpuint (cases->len, ==, 247 + 54); /* as many as the suite has in sections 1 to 10 */
  result = g_test_run ();
  g_ptr_array_unref (cases);
  return result;
}
