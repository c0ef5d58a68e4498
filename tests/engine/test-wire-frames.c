/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frames of SbTestFrameCase, put to a running hub: RFC 6455 as seen from outside. */
#include "config.h"

#include "support/sb-test-frames.h"
#include "wire-exchange.h"

static void
run_case (Wire *self, const SbTestFrameCase *frame_case, guint most)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();

  sb_test_append_case (stream, frame_case);
  exchange_run (self, stream, most, NULL, frame_case->expected, FALSE);
}

static void
test_frames (Wire *self, gconstpointer data)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.max_message = SB_TEST_MAX_MESSAGE;
  limits.max_error_replies = 100000;
  limits.max_rejected = 100000;
  wire_set_limits (self, &limits);
  run_case (self, data, G_MAXINT);
  run_case (self, data, 10000);
  run_case (self, data, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < sb_test_n_frame_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/wire-frames/", sb_test_frame_cases[i].path, NULL);

      g_test_add (path, Wire, &sb_test_frame_cases[i], wire_set_up, test_frames, wire_tear_down);
    }
  return g_test_run ();
}
