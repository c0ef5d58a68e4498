/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-address.h"
#include "gate-check.h"

/* What the gate knows of addresses: blocks, and tokens refused. */

/* However an address is written it counts as one: an IPv4 client may come through a socket for both families. */
static void
test_address_spellings (Fixture *self, gconstpointer data)
{
  static const char *const groups[][3] = {
    { "192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207" },
    { "2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:db8::1%eth0" },
    { "fe80::1", "fe80::1%wlan0", "FE80:0::1" },
  };

  self->limits.max_clients_per_address = 3;
  sb_gate_set_limits (self->gate, &self->limits);
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      SbHandshake handshake = make_handshake (self);

      for (gsize j = 0; j < 3; j++)
        {
          handshake.address = groups[i][j];
          assert_in_stays (self, &handshake);
        }
      assert_out (self, &handshake, 429, "too_many_connections");

      for (gsize j = 0; j < 3; j++)
        {
          sb_gate_block (self->gate, groups[i][j], G_MAXINT64);
          handshake.address = groups[i][(j + 1) % 3];
          assert_out (self, &handshake, 403, "address_blocked");
          sb_gate_unblock (self->gate, groups[i][(j + 2) % 3]);
          assert_out (self, &handshake, 429, "too_many_connections");
        }
      for (gsize j = 0; j < 3; j++)
        sb_gate_release (self->gate, 1, groups[i][j]);
    }

  /* What is no address at all is one, too. */
  {
    SbHandshake handshake = make_handshake (self);

    handshake.address = "";
    assert_in (self, &handshake);
    handshake.address = NULL;
    sb_gate_block (self->gate, "nonsense", G_MAXINT64);
    assert_out (self, &handshake, 403, "address_blocked");
  }
}

/* As text, too, there is one spelling of each. */
static void
test_normal_spelling (void)
{
  static const char *const spellings[][2] = {
    { "192.0.2.7", "192.0.2.7" },
    { "::ffff:192.0.2.7", "192.0.2.7" },
    { "::FFFF:c000:207", "192.0.2.7" },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
    { "fe80::1%wlan0", "fe80::1" },
    { "::", "::" },
    { "", NULL },
    { "%eth0", NULL },
    { "192.0.2", NULL },
    { "192.0.2.7/24", NULL },
    { "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autofree char *normal = sb_address_normalize (spellings[i][0]);

      g_assert_cmpstr (normal, ==, spellings[i][1]);
    }
}

static void
test_blocks (Fixture *self, gconstpointer data)
{
  SbHandshake handshake = make_handshake (self), other = make_handshake (self);

  other.address = "192.0.2.8";
  sb_gate_block (self->gate, handshake.address, START + 10 * SECOND);
  assert_out (self, &handshake, 403, "address_blocked");
  assert_in (self, &other);
  handshake.monotonic_time = START + 10 * SECOND - 1;
  assert_out (self, &handshake, 403, "address_blocked");
  handshake.monotonic_time = START + 10 * SECOND;
  assert_in (self, &handshake);

  /* Prolonged, shortened, lifted. */
  sb_gate_block (self->gate, handshake.address, START + 20 * SECOND);
  sb_gate_block (self->gate, handshake.address, G_MAXINT64);
  handshake.monotonic_time = START + 1000000 * SECOND;
  assert_out (self, &handshake, 403, "address_blocked");
  sb_gate_block (self->gate, handshake.address, START);
  assert_in (self, &handshake);
  sb_gate_block (self->gate, handshake.address, G_MAXINT64);
  sb_gate_unblock (self->gate, handshake.address);
  sb_gate_unblock (self->gate, handshake.address);
  assert_in (self, &handshake);
}

static guint
fail_until_limited (Fixture *self, SbHandshake *handshake)
{
  for (guint n = 0;; n++)
    {
      SbVerdict verdict;
      guint status;

      handshake->authorization = "Bearer wrong";
      sb_gate_judge (self->gate, handshake, &verdict);
      status = verdict.status;
      if (status == 429)
        {
          g_assert_cmpstr (verdict.error, ==, "too_many_attempts");
          g_assert_cmpuint (verdict.retry_after, >=, 1);
          g_assert_cmpuint (verdict.retry_after, <=, 60);
        }
      sb_verdict_clear (&verdict);
      if (status == 429 || n > 1000)
        return n;
      g_assert_cmpuint (status, ==, 401);
    }
}

static void
test_attempts (Fixture *self, gconstpointer data)
{
  SbHandshake handshake = make_handshake (self), other = make_handshake (self);

  other.address = "192.0.2.8";
  self->limits.max_attempts = 30;
  sb_gate_set_limits (self->gate, &self->limits);

  /* Coming in, or without a token, is no attempt. */
  for (int i = 0; i < 100; i++)
    {
      assert_in (self, &handshake);
      handshake.authorization = NULL;
      assert_out (self, &handshake, 401, "missing_token");
      handshake.authorization = self->authorization;
    }

  g_assert_cmpuint (fail_until_limited (self, &handshake), ==, 30);
  /* Then a right token does not help either, but only there. */
  handshake.authorization = self->authorization;
  assert_out (self, &handshake, 429, "too_many_attempts");
  assert_in (self, &other);

  /* One more every two seconds; what was refused with 429 has not made it longer. */
  handshake.monotonic_time = START + 2 * SECOND - 1000;
  assert_out (self, &handshake, 429, "too_many_attempts");
  handshake.monotonic_time = START + 2 * SECOND;
  assert_in (self, &handshake);
  g_assert_cmpuint (fail_until_limited (self, &handshake), ==, 1);
  handshake.monotonic_time = START + 62 * SECOND;
  g_assert_cmpuint (fail_until_limited (self, &handshake), ==, 30);

  /* Another limit holds at once, no limit too. */
  self->limits.max_attempts = 5;
  sb_gate_set_limits (self->gate, &self->limits);
  g_assert_cmpuint (fail_until_limited (self, &other), ==, 5);
  self->limits.max_attempts = 0;
  sb_gate_set_limits (self->gate, &self->limits);
  handshake.authorization = self->authorization;
  assert_in (self, &handshake);
}

static void
test_attempts_of_a_network (Fixture *self, gconstpointer data)
{
  SbHandshake handshake = make_handshake (self);

  self->limits.max_attempts = 10;
  sb_gate_set_limits (self->gate, &self->limits);

  /* Who has a /64 has all its addresses. */
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *address = g_strdup_printf ("2001:db8:1:2:%x::%x", i * 6007, i);

      handshake.address = address;
      handshake.authorization = "Bearer wrong";
      assert_invalid (self, &handshake, "malformed");
    }
  handshake.authorization = self->authorization;
  handshake.address = "2001:db8:1:2:ffff:ffff:ffff:ffff";
  assert_out (self, &handshake, 429, "too_many_attempts");
  handshake.address = "2001:db8:1:3::1";
  assert_in (self, &handshake);

  /* IPv4 addresses are each their own, through whichever socket they come. */
  handshake.address = "::ffff:192.0.2.1";
  g_assert_cmpuint (fail_until_limited (self, &handshake), ==, 10);
  handshake.authorization = self->authorization;
  assert_out (self, &handshake, 429, "too_many_attempts");
  handshake.address = "192.0.2.1";
  assert_out (self, &handshake, 429, "too_many_attempts");
  handshake.address = "192.0.2.2";
  assert_in (self, &handshake);
}

/* Many addresses that fail are remembered for a minute and then forgotten; more than can be remembered push the
 * oldest out. */
static void
test_many_addresses (void)
{
  SbAttempts attempts;
  SbAddress site;
  gint64 now = START;

  sb_attempts_init (&attempts, 2);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *address = g_strdup_printf ("10.0.%u.%u", i / 250, i % 250);

      sb_address_parse (&site, address);
      g_assert_cmpint (sb_attempts_wait (&attempts, &site, now), ==, 0);
      sb_attempts_add (&attempts, &site, now);
      sb_attempts_add (&attempts, &site, now);
      g_assert_cmpint (sb_attempts_wait (&attempts, &site, now), ==, 30 * SECOND);
    }
  g_assert_cmpuint (sb_attempts_get_size (&attempts), ==, 5000);

  /* Nobody is let off before the time is up. */
  sb_address_parse (&site, "10.0.3.7");
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 10 * SECOND), >=, 20 * SECOND);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 29 * SECOND), >=, SECOND);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 30 * SECOND), ==, 0);

  /* Nor because a minute has passed since others failed. */
  sb_address_parse (&site, "10.1.0.0");
  sb_attempts_add (&attempts, &site, now + 59 * SECOND);
  sb_attempts_add (&attempts, &site, now + 59 * SECOND);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 61 * SECOND), >=, 28 * SECOND);
  sb_attempts_add (&attempts, &site, now + 90 * SECOND);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 90 * SECOND), >, 28 * SECOND);

  /* Looking is enough for what is old to go. */
  g_assert_cmpuint (sb_attempts_get_size (&attempts), ==, 5002);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 125 * SECOND), ==, 0);
  g_assert_cmpuint (sb_attempts_get_size (&attempts), ==, 1);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now + 250 * SECOND), ==, 0);
  g_assert_cmpuint (sb_attempts_get_size (&attempts), ==, 0);

  /* A flood of addresses within one second. */
  now += 1000 * SECOND;
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *address = g_strdup_printf ("2001:db8:%x:%x::1", i / 65536, i % 65536);

      sb_address_parse (&site, address);
      sb_address_to_site (&site);
      sb_attempts_add (&attempts, &site, now);
      g_assert_cmpuint (sb_attempts_get_size (&attempts), <=, 2 * SB_ATTEMPTS_MAX);
    }
  /* The last is still known. */
  sb_attempts_add (&attempts, &site, now);
  g_assert_cmpint (sb_attempts_wait (&attempts, &site, now), >, 0);

  sb_attempts_clear (&attempts);
}

#define ADD(path, function) g_test_add ("/gate/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("address/spellings", test_address_spellings);
  g_test_add_func ("/gate/address/normal-spelling", test_normal_spelling);
  ADD ("address/blocks", test_blocks);
  ADD ("address/attempts", test_attempts);
  ADD ("address/attempts-of-a-network", test_attempts_of_a_network);
  g_test_add_func ("/gate/address/many-are-swept", test_many_addresses);

  return g_test_run ();
}
