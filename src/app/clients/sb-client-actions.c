/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-actions.h"
#include "clients/sb-client-commands.h"

static void
show_traffic (SbPage    *page,
              GPtrArray *clients)
{
  g_autofree char *filter =
      g_strdup_printf ("client:%" G_GUINT64_FORMAT, sb_client_get_id (g_ptr_array_index (clients, 0)));

  sb_page_go_to (page, "traffic", filter);
}

static void
show_token (SbPage    *page,
            GPtrArray *clients)
{
  gint64 id = sb_client_get_peer (g_ptr_array_index (clients, 0))->token_id;
  g_autofree char *filter = g_strdup_printf ("token:%" G_GINT64_FORMAT, id);

  sb_page_go_to (page, "tokens", filter);
}

static gboolean
has_token (SbPage    *page,
           GPtrArray *clients)
{
  gint64 id = sb_client_get_peer (g_ptr_array_index (clients, 0))->token_id;

  return sb_token_list_find (sb_engine_get_tokens (sb_page_get_engine (page)), id) != NULL;
}

static const struct
{
  const char *name;
  void (*run) (SbPage *page, GPtrArray *clients);
  gboolean (*can) (SbPage *page, GPtrArray *clients); /* NULL: always */
  gboolean left; /* for those that left, too */
  gboolean one;  /* for one alone */
} actions[] = {
  { "client.send", sb_client_commands_send, NULL, FALSE, FALSE },
  { "client.show-traffic", show_traffic, NULL, TRUE, TRUE },
  { "client.show-token", show_token, has_token, TRUE, TRUE },
  { "client.disconnect", sb_client_commands_disconnect, NULL, FALSE, FALSE },
  { "client.block", sb_client_commands_block, NULL, TRUE, FALSE },
  { "client.revoke", sb_client_commands_revoke, sb_client_commands_can_revoke, TRUE, FALSE },
};

/* Of @clients those who are still here. */
static GPtrArray *
dup_here (GPtrArray *clients)
{
  GPtrArray *here = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < clients->len; i++)
    if (sb_client_get_left_at (g_ptr_array_index (clients, i)) == 0)
      g_ptr_array_add (here, g_object_ref (g_ptr_array_index (clients, i)));
  return here;
}

static gboolean
has_whom (guint      i,
          GPtrArray *clients)
{
  return actions[i].one ? clients->len == 1 : clients->len > 0;
}

void
sb_client_actions_install (GtkWidgetClass             *page_class,
                           GtkWidgetActionActivateFunc run)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (page_class, actions[i].name, NULL, run);
}

void
sb_client_actions_update (SbPage    *page,
                          GPtrArray *clients)
{
  g_autoptr (GPtrArray) here = dup_here (clients);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      GPtrArray *whom = actions[i].left ? clients : here;

      gtk_widget_action_set_enabled (GTK_WIDGET (page), actions[i].name,
                                     has_whom (i, whom) && (actions[i].can == NULL || actions[i].can (page, whom)));
    }
}

void
sb_client_actions_run (SbPage     *page,
                       const char *name,
                       GPtrArray  *clients)
{
  g_autoptr (GPtrArray) here = dup_here (clients);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, name) && has_whom (i, actions[i].left ? clients : here))
      actions[i].run (page, actions[i].left ? clients : here);
}
