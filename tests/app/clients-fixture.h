/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the Clients page, of its panel and of what is done to clients share. */

#include "app-test.h"
#include "clients/sb-client-table.h"
#include "clients/sb-clients-page.h"
#include "widgets/sb-filter-bar.h"

static inline GtkWidget *
page (AppTest *test)
{
  sb_window_show_page (test->window, "clients", NULL);
  return app_test_get (GTK_WIDGET (test->window), SB_TYPE_CLIENTS_PAGE, NULL);
}

static inline SbFilterBar *
filter_bar (AppTest *test)
{
  return SB_FILTER_BAR (app_test_get (page (test), SB_TYPE_FILTER_BAR, NULL));
}

static inline SbClientTable *
table (AppTest *test)
{
  return SB_CLIENT_TABLE (app_test_get (page (test), SB_TYPE_CLIENT_TABLE, NULL));
}

static inline char *
issue (AppTest    *test,
       const char *label)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);

  return app_test_issue (test, spec, NULL);
}

static inline SoupWebsocketConnection *
connect_as (AppTest    *test,
            const char *label,
            const char *channel)
{
  char *secret = issue (test, label);
  SoupWebsocketConnection *connection = app_test_connect (test, channel, secret);

  sb_token_secret_free (secret);
  return connection;
}

static inline gboolean
says (AppTest    *test,
      const char *text)
{
  return app_test_shows (page (test), text);
}

static inline SbClient *
find_client (AppTest    *test,
             const char *title)
{
  GListModel *clients = G_LIST_MODEL (sb_engine_get_clients (test->engine));

  for (guint i = 0; i < g_list_model_get_n_items (clients); i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);

      if (g_str_equal (sb_client_get_title (client), title))
        return client;
    }
  g_error ("No client is called “%s”", title);
}
