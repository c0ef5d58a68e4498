/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-deflate-offer.h"
#include "sb-fuzz.h"

#include <string.h>

/* The value of a Sec-WebSocket-Extensions header. */

/* What we answer is itself an offer that we would take, in the same way. */
static void
check_answer (const SbDeflateOffer *offer)
{
  g_autofree char *answer = sb_deflate_offer_answer (offer);
  SbDeflateOffer again = { 0 };

  g_assert_cmpuint (offer->window_bits, >=, 8);
  g_assert_cmpuint (offer->window_bits, <=, 15);
  g_assert_true (offer->window_was_asked || offer->window_bits == 15);
  g_assert_true (g_str_has_prefix (answer, "permessage-deflate; "));
  g_assert_cmpint (sb_deflate_offer_choose (answer, &again), ==, SB_DEFLATE_OFFER_TAKEN);
  g_assert_cmpuint (again.window_bits, ==, offer->window_bits);
  g_assert_cmpint (again.window_was_asked, ==, offer->window_was_asked);
}

/* Another extension before it changes nothing, nor does a good offer behind one that was taken. */
static void
check_neighbours (const char *header, SbDeflateOffered offered, const SbDeflateOffer *offer)
{
  g_autofree char *behind_other = g_strconcat ("x-other; a=b,", header, NULL);
  g_autofree char *before_good = g_strconcat (header, ",permessage-deflate; server_max_window_bits=9", NULL);
  SbDeflateOffer again = { 0 };

  g_assert_cmpint (sb_deflate_offer_choose (behind_other, &again), ==, offered);
  g_assert_cmpuint (again.window_bits, ==, offer->window_bits);

  again = (SbDeflateOffer) { 0 };
  g_assert_cmpint (sb_deflate_offer_choose (before_good, &again), ==, SB_DEFLATE_OFFER_TAKEN);
  g_assert_cmpuint (again.window_bits, ==, offered == SB_DEFLATE_OFFER_TAKEN ? offer->window_bits : 9);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  g_autofree char *header = sb_fuzz_take_rest (&input);
  SbDeflateOffer offer = { 0 };
  SbDeflateOffered offered = sb_deflate_offer_choose (header, &offer);

  if (offered == SB_DEFLATE_OFFER_TAKEN)
    {
      g_assert_nonnull (strcasestr (header, "permessage-deflate"));
      check_answer (&offer);
    }
  else if (offered == SB_DEFLATE_OFFER_NONE)
    g_assert_cmpuint (offer.window_bits, ==, 0);
  if (offered != SB_DEFLATE_OFFER_MALFORMED)
    check_neighbours (header, offered, &offer);
  return 0;
}
