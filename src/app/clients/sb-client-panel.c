/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-panel.h"
#include "clients/sb-client-lines.h"
#include "clients/sb-client-words.h"
#include "sb-page.h"
#include "widgets/sb-chart.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbClientPanel:
 *
 * Beside the table: everything known of one client, and what can be done with it; or what can be done with several. Its
 * buttons activate the actions "client.…" of the page it is in. When its client leaves, it stays and says how that came
 * about.
 */
struct _SbClientPanel
{
  AdwBin parent_instance;

  SbClient *client;
  GPtrArray *clients; /* several; NULL while one is shown */

  GtkWidget *one;
  GtkWidget *many;
  GtkLabel *many_title;
  AdwActionRow *many_messages_row;
  AdwActionRow *many_bytes_row;
  AdwActionRow *many_backlog_row;
  AdwActionRow *many_rejected_row;
  GtkLabel *title;
  GtkLabel *name;
  GtkLabel *pill;
  SbChart *chart;
  GtkLabel *quiet;
  SbClientLines *lines;
  AdwActionRow *ending_row;
  AdwActionRow *closed_by_row;
  AdwActionRow *token_row;
  AdwActionRow *address_row;
  AdwActionRow *channel_row;
  AdwActionRow *connected_row;
  AdwActionRow *messages_row;
  AdwActionRow *bytes_row;
  AdwActionRow *round_trip_row;
  AdwActionRow *backlog_row;
  AdwActionRow *rejected_row;
  AdwActionRow *connection_row;
  AdwActionRow *encryption_row;
  AdwActionRow *subprotocol_row;
  AdwActionRow *agent_row;
  AdwActionRow *origin_row;
};

G_DEFINE_FINAL_TYPE (SbClientPanel, sb_client_panel, ADW_TYPE_BIN)

static void
sb_client_panel_dispose (GObject *object)
{
  g_clear_object (&SB_CLIENT_PANEL (object)->client);
  g_clear_pointer (&SB_CLIENT_PANEL (object)->clients, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_CLIENT_PANEL);

  G_OBJECT_CLASS (sb_client_panel_parent_class)->dispose (object);
}

static void
sb_client_panel_class_init (SbClientPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_client_panel_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-client-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, one);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, many);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, many_title);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, title);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, name);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, pill);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, many_messages_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, many_bytes_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, many_backlog_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, many_rejected_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, chart);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, quiet);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, ending_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, closed_by_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, token_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, address_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, channel_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, connected_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, messages_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, bytes_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, round_trip_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, backlog_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, rejected_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, lines);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, connection_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, encryption_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, subprotocol_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, agent_row);
  gtk_widget_class_bind_template_child (widget_class, SbClientPanel, origin_row);
}

static void
sb_client_panel_init (SbClientPanel *self)
{
  g_type_ensure (SB_TYPE_CHART);
  g_type_ensure (SB_TYPE_CLIENT_LINES);
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
show_child (SbClientPanel *self,
            GtkWidget     *child)
{
  gtk_stack_set_visible_child (GTK_STACK (adw_bin_get_child (ADW_BIN (self))), child);
}

/* A row without a value would be a question; it is not there. */
static void
show_value (AdwActionRow *row,
            char         *value /* taken */)
{
  gtk_widget_set_visible (GTK_WIDGET (row), value != NULL);
  if (g_strcmp0 (adw_action_row_get_subtitle (row), value) != 0)
    adw_action_row_set_subtitle (row, value != NULL ? value : "");
  g_free (value);
}

static void
show_ending (SbClientPanel *self,
             gint64         now)
{
  SbClient *client = self->client;
  gboolean left = sb_client_get_left_at (client) != 0;
  g_autofree char *ago = sb_format_ago (sb_client_get_left_at (client), now);

  show_value (self->ending_row, left ? sb_client_words_ending (client) : NULL);
  show_value (self->closed_by_row,
              left ? g_strdup_printf ("%s · %s", sb_client_words_closed_by (sb_client_get_closed_by (client)), ago)
                   : NULL);
}

static void
show_facts (SbClientPanel *self)
{
  const SbPeer *peer = sb_client_get_peer (self->client);
  g_autofree char *name = peer->name != NULL ? g_strdup_printf (_("calls itself “%s”, unverified"), peer->name) : NULL;

  gtk_label_set_text (self->title, sb_client_get_title (self->client));
  gtk_label_set_text (self->name, name != NULL ? name : "");
  gtk_widget_set_visible (GTK_WIDGET (self->name), name != NULL);
  show_value (self->token_row, g_strdup_printf ("%s\n%s", sb_client_get_title (self->client), peer->token_hint));
  show_value (self->address_row,
              g_strdup_printf (strchr (peer->address, ':') != NULL ? "[%s]:%u" : "%s:%u", peer->address, peer->port));
  show_value (self->connection_row, sb_client_words_connection (self->client));
  show_value (self->encryption_row, sb_client_words_encryption (self->client));
  show_value (self->subprotocol_row, g_strdup (peer->subprotocol));
  show_value (self->channel_row, g_strdup (peer->channel));
  show_value (self->agent_row, g_strdup (peer->user_agent));
  show_value (self->origin_row, g_strdup (peer->origin));
}

static void
show_pill (SbClientPanel *self)
{
  static const char *const classes[] = { "ok", "warn", "bad" };
  const char *style = sb_client_words_pill_class (self->client);
  gboolean left = sb_client_get_left_at (self->client) != 0;
  g_autofree char *state = sb_client_words_state (self->client);

  gtk_label_set_text (self->pill, state);
  gtk_widget_set_visible (GTK_WIDGET (self->pill), style != NULL || left);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->pill), classes[i]);
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->pill), style);
}

static void
show_numbers (SbClientPanel *self,
              guint64        max_backlog)
{
  SbClient *client = self->client;
  gint64 now = g_get_real_time ();
  gint64 joined_at = sb_client_get_peer (client)->joined_at;
  gboolean left = sb_client_get_left_at (client) != 0;
  g_autofree char *messages_in = sb_format_number (sb_client_get_messages_in (client));
  g_autofree char *messages_out = sb_format_number (sb_client_get_messages_out (client));
  g_autofree char *bytes_in = sb_format_size (sb_client_get_bytes_in (client));
  g_autofree char *bytes_out = sb_format_size (sb_client_get_bytes_out (client));
  g_autofree char *backlog = sb_format_size (sb_client_get_backlog (client));
  g_autofree char *limit = sb_format_size (max_backlog);
  g_autofree char *rejected = sb_format_number (sb_client_get_rejected (client));
  g_autofree char *since = left ? sb_client_words_since (client, now) : sb_format_ago (joined_at, now);
  g_autofree char *date = sb_format_date_time (joined_at);

  show_ending (self, now);
  show_value (self->connected_row,
              /* Translators: a duration and the time it began, as in "for 5 min · since 12:04" */
              left ? g_strdup_printf (_("for %s · since %s"), since, date) : g_strdup_printf ("%s\n%s", since, date));
  show_value (self->messages_row, g_strdup_printf (_("%s in · %s out"), messages_in, messages_out));
  show_value (self->bytes_row, g_strdup_printf (_("%s in · %s out"), bytes_in, bytes_out));
  show_value (self->round_trip_row,
              sb_client_get_round_trip (client) < 0 ? NULL : sb_format_round_trip (sb_client_get_round_trip (client)));
  show_value (self->backlog_row, left              ? NULL
                                 /* Translators: two sizes: what waits, and the limit */
                                 : max_backlog > 0 ? g_strdup_printf (_("%s of %s"), backlog, limit)
                                                   : g_strdup (backlog));
  show_value (self->rejected_row, sb_client_get_rejected (client) > 0 ? g_steal_pointer (&rejected) : NULL);
}

/* The line of the last minute; a word where it would be flat. */
static void
show_rates (SbClientPanel *self)
{
  SbClient *client = self->client;
  double rates[SB_CLIENT_N_RATES];
  guint n = sb_client_get_rates (client, rates);
  gboolean here = sb_client_get_left_at (client) == 0, flat = TRUE;
  g_autofree char *rate = sb_format_compact (sb_client_get_rate (client));
  g_autofree char *summary = g_strdup_printf (_("Messages per second over the last minute, now %s"), rate);

  for (guint i = 0; i < n && flat; i++)
    flat = rates[i] == 0;
  gtk_widget_set_visible (GTK_WIDGET (self->chart), here && !flat);
  gtk_widget_set_visible (GTK_WIDGET (self->quiet), here && flat);
  gtk_label_set_text (self->quiet, sb_client_get_messages_in (client) + sb_client_get_messages_out (client) > 0
                                       ? _("No messages in the last minute")
                                       : _("No messages yet"));
  sb_chart_set_values (self->chart, rates, n, SB_CLIENT_N_RATES);
  sb_chart_set_summary (self->chart, summary);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->chart), summary);
}

static void
show_sums (SbClientPanel *self)
{
  guint64 n_in = 0, n_out = 0, in = 0, out = 0, waiting = 0, n_rejected = 0;
  g_autofree char *messages_in = NULL;
  g_autofree char *messages_out = NULL;
  g_autofree char *bytes_in = NULL;
  g_autofree char *bytes_out = NULL;

  for (guint i = 0; i < self->clients->len; i++)
    {
      SbClient *client = g_ptr_array_index (self->clients, i);

      n_in += sb_client_get_messages_in (client);
      n_out += sb_client_get_messages_out (client);
      in += sb_client_get_bytes_in (client);
      out += sb_client_get_bytes_out (client);
      waiting += sb_client_get_left_at (client) == 0 ? sb_client_get_backlog (client) : 0;
      n_rejected += sb_client_get_rejected (client);
    }
  messages_in = sb_format_number (n_in);
  messages_out = sb_format_number (n_out);
  bytes_in = sb_format_size (in);
  bytes_out = sb_format_size (out);
  show_value (self->many_messages_row, g_strdup_printf (_("%s in · %s out"), messages_in, messages_out));
  show_value (self->many_bytes_row, g_strdup_printf (_("%s in · %s out"), bytes_in, bytes_out));
  show_value (self->many_backlog_row, sb_format_size (waiting));
  show_value (self->many_rejected_row, sb_format_number (n_rejected));
}

/**
 * sb_client_panel_set_client:
 * @client: the one to show
 * @log: where its messages are
 * @max_backlog: bytes that may wait for it
 */
void
sb_client_panel_set_client (SbClientPanel *self,
                            SbClient      *client,
                            SbTrafficLog  *log,
                            guint64        max_backlog)
{
  g_return_if_fail (SB_IS_CLIENT_PANEL (self));
  g_return_if_fail (SB_IS_CLIENT (client));

  show_child (self, self->one);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
  if (g_set_object (&self->client, client))
    {
      gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->one)), 0);
      show_facts (self);
      sb_client_lines_set_client (self->lines, log, client);
    }
  sb_client_panel_refresh (self, max_backlog);
}

/* NULL: it shows several, or nobody was shown yet. */
SbClient *
sb_client_panel_get_client (SbClientPanel *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_PANEL (self), NULL);

  return self->client;
}

/**
 * sb_client_panel_set_many:
 * @clients: (element-type SbClient): those that are selected, more than one
 */
void
sb_client_panel_set_many (SbClientPanel *self,
                          GPtrArray     *clients)
{
  g_autofree char *number = NULL;
  g_autofree char *title = NULL;

  g_return_if_fail (SB_IS_CLIENT_PANEL (self));

  number = sb_format_number (clients->len);
  title = g_strdup_printf (ngettext ("%s client", "%s clients", clients->len), number);
  gtk_label_set_text (self->many_title, title);
  show_child (self, self->many);
  g_clear_object (&self->client);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
  self->clients = g_ptr_array_ref (clients);
  show_sums (self);
}

/**
 * sb_client_panel_refresh:
 *
 * Writes the numbers anew.
 */
void
sb_client_panel_refresh (SbClientPanel *self,
                         guint64        max_backlog)
{
  g_return_if_fail (SB_IS_CLIENT_PANEL (self));

  if (self->clients != NULL)
    show_sums (self);
  if (self->client == NULL)
    return;
  show_pill (self);
  show_numbers (self, max_backlog);
  sb_client_lines_refresh (self->lines);
  show_rates (self);
}
