/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-columns.h"
#include "clients/sb-client-view.h"
#include "../engine/shadow-list.h"
#include "watch/sb-client-list.h"
#include <string.h>

#define N_STEPS 1500
#define MAX_BACKLOG 1000

static const char *const labels[] = { "Alpha", "beta", "Gamma", "Äpfel" };
static const char *const channels[] = { "/a", "/b", "/c/d" };

static SbPeer *
make_peer (guint64 id)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = id;
  peer->address = g_strdup_printf ("10.0.%d.%d", g_test_rand_int_range (0, 2), g_test_rand_int_range (1, 200));
  peer->channel = g_strdup (channels[g_test_rand_int_range (0, G_N_ELEMENTS (channels))]);
  peer->token_id = g_test_rand_int_range (1, 4);
  peer->token_label = g_strdup (labels[g_test_rand_int_range (0, G_N_ELEMENTS (labels))]);
  peer->token_hint = g_strdup_printf ("sbx_%d", g_test_rand_int_range (0, 1000));
  peer->joined_at = 1000000 + (gint64) id;
  return peer;
}

static void
join (SbClientList *clients,
      guint64      *last_id,
      guint         n)
{
  sb_client_list_begin (clients);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbPeer) peer = make_peer (++*last_id);

      sb_client_list_join (clients, peer);
    }
  sb_client_list_end (clients);
}

static void
leave (SbClientList *clients,
       guint         n)
{
  sb_client_list_begin (clients);
  for (guint i = 0; i < n && sb_client_list_count (clients) > 0; i++)
    {
      guint n_items = g_list_model_get_n_items (G_LIST_MODEL (clients));
      g_autoptr (SbClient) client =
          g_list_model_get_item (G_LIST_MODEL (clients), (guint) g_test_rand_int_range (0, (int) n_items));

      if (sb_client_get_left_at (client) == 0)
        sb_client_list_leave (clients, sb_client_get_id (client), g_get_real_time (), 1000, NULL, SB_CLOSED_BY_CLIENT);
    }
  sb_client_list_end (clients);
}

/* Everybody has said something since, some too much. */
static void
talk (SbClientList *clients,
      gint64       *now)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (clients));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (clients), i);
      SbCounters *counters = &sb_client_get_peer (client)->counters;

      sb_counter_add (counters->messages_in, (guint64) g_test_rand_int_range (0, 5));
      sb_counter_set (counters->backlog, (guint64) g_test_rand_int_range (0, MAX_BACKLOG));
    }
  *now += G_TIME_SPAN_SECOND;
  sb_client_list_refresh (clients, n, *now, MAX_BACKLOG);
}

static gboolean
should_show (const SbClientMatch *match,
             SbClient            *client)
{
  const SbPeer *peer = sb_client_get_peer (client);
  g_autofree char *label = g_utf8_casefold (sb_client_get_title (client), -1);
  g_autofree char *needle = g_utf8_casefold (match->text != NULL ? match->text : "", -1);

  if (match->kind == SB_CLIENTS_SLOW && sb_client_get_state (client) != SB_CLIENT_SLOW)
    return FALSE;
  if (match->token_id != 0 && peer->token_id != match->token_id)
    return FALSE;
  if (match->channel != NULL && !g_str_equal (peer->channel, match->channel))
    return FALSE;
  return strstr (label, needle) != NULL || strstr (peer->channel, needle) != NULL ||
         strstr (peer->address, needle) != NULL || strstr (peer->token_hint, needle) != NULL;
}

static int
compare (int       column,
         gboolean  descending,
         SbClient *a,
         SbClient *b)
{
  int order = 0;

  if (column >= 0 && sb_client_columns_is_text (column))
    {
      g_autofree char *x = sb_client_columns_make_text (column, a);
      g_autofree char *y = sb_client_columns_make_text (column, b);

      order = strcmp (x, y);
    }
  else if (column >= 0)
    {
      gint64 x = sb_client_columns_get_number (column, a), y = sb_client_columns_get_number (column, b);

      order = (x > y) - (x < y);
    }
  if (order != 0)
    return descending ? -order : order;
  return sb_client_get_id (a) < sb_client_get_id (b) ? -1 : 1;
}

static void
check (SbClientList        *clients,
       SbClientView        *view,
       const SbClientMatch *match,
       int                  column,
       gboolean             descending)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (clients)), n_expected = 0;
  g_autoptr (SbClient) before = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (clients), i);
      guint position;

      g_assert_cmpint (sb_client_view_find (view, client, &position), ==, should_show (match, client));
      n_expected += should_show (match, client);
    }
  g_assert_cmpuint (sb_client_view_count (view), ==, n_expected);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), <=, n_expected);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (view)); i++)
    {
      SbClient *client = g_list_model_get_item (G_LIST_MODEL (view), i);

      if (before != NULL)
        g_assert_cmpint (compare (column, descending, before, client), <, 0);
      g_set_object (&before, client);
      g_object_unref (client);
    }
}

/* Whoever comes and goes, whatever is asked for: its items are the list's that match, in order, and its signals tell so. */
static void
test_property (void)
{
  static const char *const texts[] = { NULL, "  ", "ALPHA", "äp", "/c", "10.0.1", "nobody" };
  g_autoptr (SbClientList) clients = sb_client_list_new ();
  g_autoptr (SbClientView) view = sb_client_view_new ();
  SbClientMatch match = { SB_CLIENTS_ALL };
  ShadowList shadow;
  guint64 last_id = 0;
  gint64 now = G_TIME_SPAN_SECOND;
  int column = -1;
  gboolean descending = FALSE, asleep = FALSE;

  sb_client_view_set_source (view, G_LIST_MODEL (clients));
  shadow_list_init (&shadow, G_LIST_MODEL (view));
  for (guint step = 0; step < N_STEPS; step++)
    {
      int what = g_test_rand_int_range (0, 20);

      if (what < 6)
        join (clients, &last_id, (guint) g_test_rand_int_range (1, what == 0 ? 300 : 5));
      else if (what < 12)
        leave (clients, (guint) g_test_rand_int_range (1, what == 6 ? 300 : 6));
      else if (what < 14)
        {
          match.kind = g_test_rand_bit () ? SB_CLIENTS_SLOW : SB_CLIENTS_ALL;
          match.token_id = g_test_rand_int_range (0, 2);
          match.channel = g_test_rand_bit () ? channels[g_test_rand_int_range (0, G_N_ELEMENTS (channels))] : NULL;
          match.text = texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))];
          sb_client_view_set_match (view, &match);
        }
      else if (what < 16)
        {
          column = g_test_rand_int_range (-1, SB_CLIENT_N_COLUMNS);
          descending = g_test_rand_bit ();
          sb_client_view_set_sort (view, column, descending);
        }
      else if (what < 17)
        asleep = !asleep;
      else if (what < 18)
        while (g_main_context_iteration (NULL, FALSE))
          ;
      sb_client_view_set_asleep (view, asleep);
      if (what >= 18)
        talk (clients, &now);
      /* A client that comes is looked at before its numbers change again, as the page does once a second. */
      sb_client_view_refresh (view);
      shadow_list_check (&shadow);
      if (!asleep)
        {
          SbClientMatch meant = match;

          meant.text = match.text != NULL && g_str_equal (match.text, "  ") ? NULL : match.text;
          check (clients, view, &meant, column, descending);
          shadow_list_check (&shadow);
        }
    }
  shadow_list_clear (&shadow);
}

/* GTK makes rows for what it is told of, so it is told bit by bit; who needs all gets all. */
static void
test_bit_by_bit (void)
{
  g_autoptr (SbClientList) clients = sb_client_list_new ();
  g_autoptr (SbClientView) view = sb_client_view_new ();
  guint64 last_id = 0;
  guint n_told;

  join (clients, &last_id, 1000);
  sb_client_view_set_source (view, G_LIST_MODEL (clients));
  n_told = g_list_model_get_n_items (G_LIST_MODEL (view));
  g_assert_cmpuint (n_told, >, 0);
  g_assert_cmpuint (n_told, <, 100);
  g_assert_cmpuint (sb_client_view_count (view), ==, 1000);
  while (g_list_model_get_n_items (G_LIST_MODEL (view)) < 1000)
    g_assert_true (g_main_context_iteration (NULL, TRUE));

  leave (clients, 1000);
  while (sb_client_list_count (clients) > 0)
    leave (clients, 1000);
  join (clients, &last_id, 1000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), <, 1000);
  sb_client_view_finish (view);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), ==, 1000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-view/property", test_property);
  g_test_add_func ("/client-view/bit-by-bit", test_bit_by_bit);
  return g_test_run ();
}
