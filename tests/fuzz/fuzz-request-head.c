/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-request-head.h"
#include "sb-fuzz.h"

#include <libsoup/soup.h>
#include <string.h>

/* What a connection begins with. Where it is taken for a plain handshake, libsoup reads the same in it, word for word. */

static void
check_header (SoupMessageHeaders *headers, const char *name, const char *value)
{
  g_assert_cmpstr (soup_message_headers_get_list (headers, name), ==, value);
  g_assert_cmpstr (soup_message_headers_get_one (headers, name), ==, value);
}

static void
check_headers (SoupMessageHeaders *headers, const SbRequestHead *head)
{
  check_header (headers, "Host", head->host);
  check_header (headers, "Upgrade", head->upgrade);
  check_header (headers, "Connection", head->connection);
  check_header (headers, "Sec-WebSocket-Key", head->key);
  check_header (headers, "Sec-WebSocket-Version", head->version);
  check_header (headers, "Sec-WebSocket-Protocol", head->protocols);
  check_header (headers, "Sec-WebSocket-Extensions", head->extensions);
  check_header (headers, "Origin", head->origin);
  check_header (headers, "Authorization", head->authorization);
  check_header (headers, "User-Agent", head->user_agent);
  g_assert_cmpint (soup_message_headers_get_encoding (headers), ==, SOUP_ENCODING_NONE);
  g_assert_cmpint (soup_message_headers_get_expectations (headers), ==, 0);
}

/* The same query with the digits behind each "%" in upper case, as libsoup shows them. What is decoded does not change by it. */
static char *
with_upper_digits (const char *query)
{
  char *upper = g_strdup (query);

  for (char *p = upper; p != NULL && (p = strchr (p, '%')) != NULL; p += 3)
    {
      p[1] = g_ascii_toupper (p[1]);
      p[2] = g_ascii_toupper (p[2]);
    }

  return upper;
}

/* libsoup puts the two together before it looks at either. */
static void
check_uri (const SbRequestHead *head, const char *target)
{
  g_autofree char *text = g_strconcat ("http://", head->host, target, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *query = with_upper_digits (head->query);
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, &error);

  g_assert_no_error (error);
  g_assert_nonnull (g_uri_get_host (uri));
  g_assert_cmpstr (g_uri_get_query (uri), ==, query);
}

/* Where the head ends does not depend on the pieces in which it comes, and it is where a plain one ends. */
static gsize
check_scan (const guint8 *data, gsize size)
{
  SbHeadScan whole = { 0 };
  SbHeadScan pieces = { 0 };
  gsize n = sb_head_scan_take (&whole, data, size);
  guint32 state = (guint32) size;
  gsize taken = 0;

  g_assert_cmpuint (n, <=, size);
  g_assert_cmpint (n < size, ==, whole.too_large);
  for (gsize done = 0, length; done < size && !pieces.too_large; done += length)
    {
      length = sb_fuzz_random (&state, 40);
      length = MIN (length, size - done);
      taken += sb_head_scan_take (&pieces, data + done, length);
    }
  g_assert_cmpuint (taken, ==, n);
  g_assert_cmpuint (pieces.length, ==, whole.length);
  g_assert_cmpuint (pieces.n_lines, ==, whole.n_lines);
  g_assert_cmpint (pieces.done, ==, whole.done);
  g_assert_cmpint (pieces.too_large, ==, whole.too_large);

  return whole.done ? whole.length : 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbRequestHead head;
  g_autoptr (SoupMessageHeaders) headers = NULL;
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  g_autofree char *expected = NULL;
  SoupHTTPVersion version;
  gsize end = check_scan (data, size);

  if (!sb_request_head_read (&head, data, size))
    return 0;

  g_assert_cmpuint (head.length, ==, end);
  g_assert_cmpmem (data + head.length - 4, 4, "\r\n\r\n", 4);
  headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_assert_cmpuint (soup_headers_parse_request ((const char *) data, (int) head.length - 2, headers, &method, &target, &version), ==,
                    SOUP_STATUS_OK);
  g_assert_cmpstr (method, ==, "GET");
  g_assert_cmpint (version, ==, SOUP_HTTP_1_1);
  expected = g_strconcat (head.path, head.query != NULL ? "?" : NULL, head.query, NULL);
  g_assert_cmpstr (target, ==, expected);
  check_headers (headers, &head);
  check_uri (&head, target);
  sb_request_head_clear (&head);

  return 0;
}
