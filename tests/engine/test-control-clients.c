/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control-fixture.h"

static void
test_clients (Fixture *self, gconstpointer data)
{
  static const struct { const char *query; guint n; gboolean more; } cases[] = {
    { "", 3, FALSE }, { "?channel=/a", 2, FALSE }, { "?channel=**", 3, FALSE }, { "?token=1", 3, FALSE }, { "?token=2", 0, FALSE },
    { "?limit=2", 2, TRUE }, { "?limit=3", 3, FALSE }, { "?after=1&limit=1", 1, TRUE }, { "?after=3", 0, FALSE },
  };
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) first = NULL, second = NULL, third = NULL;
  g_autoptr (JsonObject) shown = NULL;

  issue (self, "{\"label\":\"kiosk\"}", &secret);
  first = engine_connect (self->engine.engine, "/a?name=left%20screen", secret);
  second = engine_connect (self->engine.engine, "/a", secret);
  third = engine_connect (self->engine.engine, "/b", secret);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/clients", cases[i].query, NULL);
      g_autoptr (JsonObject) answer = call (self, "GET", path, NULL, 200);

      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "clients")), ==, cases[i].n);
      g_assert_cmpint (json_object_get_boolean_member (answer, "more"), ==, cases[i].more);
      g_assert_cmpint (get_int (answer, "connected"), ==, 3);
    }

  shown = call (self, "GET", "/clients/1", NULL, 200);
  g_assert_cmpstr (get_string (shown, "name"), ==, "left screen");
  g_assert_cmpstr (get_string (shown, "token_label"), ==, "kiosk");
  g_assert_cmpint (get_int (shown, "token"), ==, 1);
  g_assert_cmpstr (get_string (shown, "channel"), ==, "/a");
  g_assert_cmpstr (get_string (shown, "address"), ==, "127.0.0.1");
  g_assert_cmpint (get_int (shown, "port"), ==, sb_test_client_get_port (first));
  g_assert_cmpstr (get_string (shown, "state"), ==, "ok");
}

static void
test_disconnect_and_send (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (JsonObject) sent = NULL, closed = NULL;

  issue (self, "{\"label\":\"x\"}", &secret);
  client = engine_connect (self->engine.engine, "/a", secret);
  sent = call (self, "POST", "/clients/1/send", "{\"message\":\"{ \\\"a\\\" : 1.0 }\"}", 201);
  sb_test_client_expect_text (client, "{ \"a\" : 1.0 }");
  g_assert_cmpint (get_int (sent, "sent"), ==, 1);
  g_assert_cmpstr (get_string (sent, "target"), ==, "client 1");

  closed = call (self, "POST", "/clients/1/disconnect", "{\"reason\":\"enough\"}", 200);
  g_assert_cmpint (get_int (closed, "closed"), ==, 1);
  sb_test_client_expect_close (client, 3003, "disconnected by admin: enough");
}

static void
test_blocks (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) blocked = call (self, "POST", "/blocks", "{\"address\":\"2001:DB8:0::1\",\"duration\":3600}", 201);
  g_autoptr (JsonObject) for_good = call (self, "POST", "/blocks", "{\"address\":\"10.0.0.1\"}", 201);
  g_autoptr (JsonObject) list = call (self, "GET", "/blocks", NULL, 200);
  g_autoptr (JsonObject) unblocked = NULL;
  JsonArray *blocks = json_object_get_array_member (list, "blocks");

  /* Written as addresses are written (RFC 5952). */
  g_assert_cmpstr (get_string (blocked, "address"), ==, "2001:db8::1");
  g_assert_nonnull (get_string (blocked, "until"));
  g_assert_true (json_object_get_null_member (for_good, "until"));
  g_assert_cmpuint (json_array_get_length (blocks), ==, 2);
  g_assert_cmpstr (get_string (json_array_get_object_element (blocks, 0), "address"), ==, "10.0.0.1");

  unblocked = call (self, "DELETE", "/blocks/2001:db8::1", NULL, 200);
  g_assert_true (json_object_get_boolean_member (unblocked, "unblocked"));
}

/* Page by page all of them are shown, whatever the order in which the lanes have told of them. */
static void
test_pages_of_clients (Fixture *self, gconstpointer data)
{
  static const guint64 ids[] = { 2, 4, 1, 7, 3, 6, 5 };
  SbClientList *list = sb_engine_get_clients (self->engine.engine);
  gint64 after = 0;
  gboolean more = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (SbPeer) peer = sb_peer_new ();

      peer->id = ids[i];
      peer->address = g_strdup ("127.0.0.1");
      peer->channel = g_strdup ("/");
      peer->token_label = g_strdup ("x");
      peer->token_hint = g_strdup ("sbx_");
      sb_client_list_join (list, peer);
    }
  while (more)
    {
      g_autofree char *path = g_strdup_printf ("/clients?limit=2&after=%" G_GINT64_FORMAT, after);
      g_autoptr (JsonObject) page = call (self, "GET", path, NULL, 200);
      JsonArray *clients = json_object_get_array_member (page, "clients");

      for (guint i = 0; i < json_array_get_length (clients); i++)
        g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (clients, i), "id"), ==, ++after);
      more = json_object_get_boolean_member (page, "more");
      g_assert_cmpuint (json_array_get_length (clients), ==, more ? 2 : 1);
    }
  g_assert_cmpint (after, ==, G_N_ELEMENTS (ids));
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    sb_client_list_leave (list, ids[i], 1, 1000, NULL, SB_CLOSED_BY_CLIENT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/control-clients/" path, Fixture, NULL, set_up, function, tear_down)
#define ADD_STARTED(path, function) g_test_add ("/control-clients/" path, Fixture, NULL, set_up_started, function, tear_down)
  ADD_STARTED ("clients", test_clients);
  ADD ("pages-of-clients", test_pages_of_clients);
  ADD_STARTED ("disconnect-and-send", test_disconnect_and_send);
  ADD_STARTED ("blocks", test_blocks);

  return g_test_run ();
}
