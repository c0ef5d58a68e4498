/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-deflate-offer.h"

#define ANSWER "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
#define MALFORMED "!"

typedef struct
{
  const char *header;
  const char *answer; /* NULL: none is taken */
} Case;

static const Case cases[] = {
  { NULL, NULL },
  { "", NULL },
  { " , ,\t", NULL },
  /* What browsers and libraries send */
  { "permessage-deflate", ANSWER },
  { "permessage-deflate; client_max_window_bits", ANSWER },
  { "permessage-deflate; server_no_context_takeover; client_no_context_takeover", ANSWER },
  { "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12", ANSWER "; server_max_window_bits=12" },
  { "permessage-deflate; client_no_context_takeover; client_max_window_bits, "
    "permessage-deflate; client_no_context_takeover",
    ANSWER },
  { "x-webkit-deflate-frame", NULL },
  { "x-webkit-deflate-frame, permessage-deflate", ANSWER },
  { "permessage-bzip2; server_max_compress_level=9, permessage-deflate", ANSWER },
  /* Every window */
  { "permessage-deflate; server_max_window_bits=8", ANSWER "; server_max_window_bits=8" },
  { "permessage-deflate; server_max_window_bits=9", ANSWER "; server_max_window_bits=9" },
  { "permessage-deflate; server_max_window_bits=15", ANSWER "; server_max_window_bits=15" },
  { "permessage-deflate; server_max_window_bits=\"10\"", ANSWER "; server_max_window_bits=10" },
  { "permessage-deflate; client_max_window_bits=8", ANSWER },
  { "permessage-deflate; client_max_window_bits=\"15\"", ANSWER },
  /* Values that are not allowed */
  { "permessage-deflate; server_max_window_bits", NULL },
  { "permessage-deflate; server_max_window_bits=7", NULL },
  { "permessage-deflate; server_max_window_bits=16", NULL },
  { "permessage-deflate; server_max_window_bits=08", NULL },
  { "permessage-deflate; server_max_window_bits=015", NULL },
  { "permessage-deflate; server_max_window_bits=1x", NULL },
  { "permessage-deflate; server_max_window_bits=-9", NULL },
  { "permessage-deflate; server_max_window_bits=4294967305", NULL },
  { "permessage-deflate; client_max_window_bits=7", NULL },
  { "permessage-deflate; client_max_window_bits=16", NULL },
  { "permessage-deflate; client_max_window_bits=010", NULL },
  { "permessage-deflate; server_no_context_takeover=1", NULL },
  { "permessage-deflate; client_no_context_takeover=true", NULL },
  /* Twice, and unknown */
  { "permessage-deflate; server_no_context_takeover; server_no_context_takeover", NULL },
  { "permessage-deflate; client_no_context_takeover; client_no_context_takeover", NULL },
  { "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", NULL },
  { "permessage-deflate; client_max_window_bits; client_max_window_bits=10", NULL },
  { "permessage-deflate; foo", NULL },
  { "permessage-deflate; foo=bar; client_max_window_bits", NULL },
  { "permessage-deflate2", NULL },
  { "permessage", NULL },
  /* The first that can be taken wins */
  { "permessage-deflate; server_max_window_bits=9, permessage-deflate; server_max_window_bits=12, permessage-deflate",
    ANSWER "; server_max_window_bits=9" },
  { "permessage-deflate; server_max_window_bits=16, permessage-deflate; server_max_window_bits=12, permessage-deflate",
    ANSWER "; server_max_window_bits=12" },
  { "permessage-deflate; foo, permessage-deflate; server_max_window_bits=2, permessage-deflate", ANSWER },
  { "permessage-deflate, permessage-deflate; server_max_window_bits=9", ANSWER },
  /* Blanks and empty elements */
  { "  permessage-deflate\t;\tserver_max_window_bits = 11 , ,", ANSWER "; server_max_window_bits=11" },
  { "permessage-deflate;client_max_window_bits,foo", ANSWER },
  { "Permessage-Deflate; Client_Max_Window_Bits", ANSWER },
  /* No list of extensions (RFC 6455 §9.1), wherever it goes wrong */
  { ";", MALFORMED },
  { "=", MALFORMED },
  { "permessage-deflate;", MALFORMED },
  { "permessage-deflate;;client_max_window_bits", MALFORMED },
  { "permessage-deflate; =9", MALFORMED },
  { "permessage-deflate; server_max_window_bits=", MALFORMED },
  { "permessage-deflate; server_max_window_bits=\"9", MALFORMED },
  { "permessage-deflate; server_max_window_bits=\"\"", MALFORMED },
  { "permessage-deflate; server_max_window_bits=\"9, 10\"", MALFORMED },
  { "permessage-deflate; server_max_window_bits=9 10", MALFORMED },
  { "permessage-deflate client_max_window_bits", MALFORMED },
  { "permessage-deflate, foo bar", MALFORMED },
  { "permessage-deflate, foo; a=(b)", MALFORMED },
  { "permessage-deflate\x7f", MALFORMED },
  { "permessage-d\xC3\xA9" "flate", MALFORMED },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  SbDeflateOffer offer = { 0 };
  g_autofree char *answer = NULL;

  switch (sb_deflate_offer_choose (c->header, &offer))
    {
    case SB_DEFLATE_OFFER_TAKEN:
      answer = sb_deflate_offer_answer (&offer);
      g_assert_cmpstr (answer, ==, c->answer);
      g_assert_cmpuint (offer.window_bits, >=, 8);
      g_assert_cmpuint (offer.window_bits, <=, 15);
      break;
    case SB_DEFLATE_OFFER_NONE:
      g_assert_null (c->answer);
      g_assert_cmpuint (offer.window_bits, ==, 0);
      break;
    case SB_DEFLATE_OFFER_MALFORMED:
      g_assert_cmpstr (c->answer, ==, MALFORMED);
      break;
    default:
      g_assert_not_reached ();
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/deflate-offer/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
