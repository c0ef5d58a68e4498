/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the Tokens page and its dialogs share. */

#include "app-test.h"
#include "sb-token-import.h"
#include "tokens/sb-token-import-dialog.h"
#include "tokens/sb-secret-page.h"
#include "tokens/sb-token-cell.h"
#include "tokens/sb-token-details.h"
#include "tokens/sb-token-table.h"
#include "widgets/sb-filter-bar.h"
#include <string.h>

static inline GtkWidget *
show_page (AppTest *test)
{
  sb_window_show_page (test->window, "tokens", NULL);
  return GTK_WIDGET (sb_window_get_page (test->window, "tokens"));
}

static inline SbTokenItem *
find_item (AppTest *test,
           gint64   id)
{
  return sb_token_list_find (sb_engine_get_tokens (test->engine), id);
}

/* A token of that label; its secret for whoever wants to connect with it. */
static inline gint64
issue (AppTest    *test,
       const char *label,
       const char *channels,
       char      **secret)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
  g_autoptr (SbToken) token = NULL;
  char *given;

  g_strfreev (spec->channels);
  spec->channels = g_strsplit (channels, ",", -1);
  given = app_test_issue (test, spec, &token);
  if (secret != NULL)
    *secret = given;
  else
    sb_token_secret_free (given);
  app_test_wait_until (find_item (test, token->id) != NULL);
  return token->id;
}

static inline GtkWidget *
open_dialog (AppTest    *test,
             GtkWidget  *page,
             const char *action)
{
  g_assert_true (gtk_widget_activate_action (page, action, NULL));
  app_test_wait_until (app_test_dialog (test) != NULL && gtk_widget_get_mapped (GTK_WIDGET (app_test_dialog (test))));
  return GTK_WIDGET (app_test_dialog (test));
}

/* The visible label below @root whose text begins with @prefix. */
static inline GtkLabel *
find_label (GtkWidget  *root,
            const char *prefix)
{
  GtkLabel *found = NULL;

  if (!gtk_widget_get_visible (root))
    return NULL;
  if (GTK_IS_LABEL (root) && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (root)), prefix))
    return GTK_LABEL (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_label (child, prefix);
  return found;
}

static inline void
wait_until_closed (AppTest *test)
{
  app_test_wait_until (app_test_dialog (test) == NULL);
}

static inline void
select_token (AppTest *test,
              gint64   id)
{
  g_autofree char *filter = g_strdup_printf ("token:%" G_GINT64_FORMAT, id);
  GtkWidget *page = GTK_WIDGET (sb_window_get_page (test->window, "tokens"));
  SbTokenTable *table = SB_TOKEN_TABLE (app_test_get (page, SB_TYPE_TOKEN_TABLE, NULL));

  sb_window_show_page (test->window, "tokens", filter);
  g_assert_true (sb_token_table_get_selected (table) == find_item (test, id));
}

static inline SbTokenState
get_state (AppTest *test,
           gint64   id)
{
  return sb_token_item_get_state (find_item (test, id));
}
