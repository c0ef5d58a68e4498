/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-overview-page.h"
#include "sb-activity-card.h"
#include "sb-attention-group.h"
#include "sb-connect-group.h"
#include "sb-server-commands.h"
#include "widgets/sb-format.h"
#include "widgets/sb-stat-tile.h"
#include <glib/gi18n.h>

#define SPARKLINE_SECONDS 60

/**
 * SbOverviewPage:
 *
 * Whether all is well, at a glance: four numbers, what was sent over time, what needs attention, and how to connect.
 */
struct _SbOverviewPage
{
  SbPage parent_instance;

  AdwStatusPage *welcome;
  GtkWidget *start_button;
  GtkWidget *started_image;
  GtkWidget *issue_button;
  GtkWidget *numbers;
  GtkBox *tiles;
  SbStatTile *clients_tile;
  SbStatTile *received_tile;
  SbStatTile *sent_tile;
  SbStatTile *rejected_tile;
  SbActivityCard *activity;
  SbAttentionGroup *attention;
  SbConnectGroup *connect;
};

G_DEFINE_FINAL_TYPE (SbOverviewPage, sb_overview_page, SB_TYPE_PAGE)

static void
update_tile (SbStatTile *tile,
             SbMeter    *meter,
             SbMeasure   measure,
             char       *value /* transfer full */)
{
  double series[SPARKLINE_SECONDS];
  guint n = sb_meter_get_series (meter, measure, series, SPARKLINE_SECONDS);
  g_autofree char *owned = value;

  sb_stat_tile_set_value (tile, owned);
  sb_stat_tile_set_series (tile, series, n);
}

static void
update_tiles (SbOverviewPage *self)
{
  SbEngine *engine = sb_page_get_engine (SB_PAGE (self));
  SbMeter *meter = sb_engine_get_meter (engine);

  update_tile (self->clients_tile, meter, SB_MEASURE_CLIENTS,
               sb_format_number (sb_client_list_count (sb_engine_get_clients (engine))));
  update_tile (self->received_tile, meter, SB_MEASURE_MESSAGES_IN,
               sb_format_compact (sb_meter_get_current (meter, SB_MEASURE_MESSAGES_IN)));
  update_tile (self->sent_tile, meter, SB_MEASURE_MESSAGES_OUT,
               sb_format_compact (sb_meter_get_current (meter, SB_MEASURE_MESSAGES_OUT)));
  update_tile (self->rejected_tile, meter, SB_MEASURE_REJECTED,
               sb_format_compact (sb_meter_get_sum (meter, SB_MEASURE_REJECTED, 60)));
}

static void
update (SbOverviewPage *self)
{
  SbEngine *engine = sb_page_get_engine (SB_PAGE (self));
  gboolean any_tokens = g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (engine))) > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->welcome), !any_tokens);
  gtk_widget_set_visible (self->numbers, any_tokens);
  sb_page_set_says_stopped (SB_PAGE (self), !any_tokens);
  update_tiles (self);
  sb_activity_card_update (self->activity);
}

static void
sampled_cb (SbOverviewPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  /* A page that is not chosen has no root. The dot in the sidebar is seen all the same. */
  if (root == NULL || (gtk_widget_get_mapped (GTK_WIDGET (root)) && !gtk_window_is_suspended (GTK_WINDOW (root))))
    {
      sb_attention_group_update (self->attention);
      sb_page_set_attention (SB_PAGE (self), gtk_widget_get_visible (GTK_WIDGET (self->attention)));
    }
  if (sb_page_is_seen (SB_PAGE (self)))
    update (self);
}

static void
tokens_changed_cb (SbOverviewPage *self)
{
  if (sb_page_is_seen (SB_PAGE (self)))
    update (self);
}

static void
state_changed_cb (SbOverviewPage *self)
{
  gboolean running = sb_server_is_running (sb_page_get_engine (SB_PAGE (self)));

  gtk_widget_set_visible (self->start_button, !running);
  gtk_widget_set_visible (self->started_image, running);
  /* The step that comes next. */
  if (running)
    gtk_widget_add_css_class (self->issue_button, "suggested-action");
  else
    gtk_widget_remove_css_class (self->issue_button, "suggested-action");
}

static void
show_code_cb (SbOverviewPage *self)
{
  sb_connect_group_show_code (self->connect);
}

static void
sb_overview_page_map (GtkWidget *widget)
{
  update (SB_OVERVIEW_PAGE (widget));

  GTK_WIDGET_CLASS (sb_overview_page_parent_class)->map (widget);
}

static void
sb_overview_page_constructed (GObject *object)
{
  SbOverviewPage *self = SB_OVERVIEW_PAGE (object);
  SbEngine *engine = sb_page_get_engine (SB_PAGE (self));

  G_OBJECT_CLASS (sb_overview_page_parent_class)->constructed (object);

  sb_activity_card_set_engine (self->activity, engine);
  sb_connect_group_set_engine (self->connect, engine);
  sb_attention_group_set_engine (self->attention, engine);
  g_signal_connect_object (sb_engine_get_meter (engine), "sampled", G_CALLBACK (sampled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_tokens (engine), "items-changed", G_CALLBACK (tokens_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (state_changed_cb), self, G_CONNECT_SWAPPED);
  state_changed_cb (self);
  update (self);
}

static void
sb_overview_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_OVERVIEW_PAGE);

  G_OBJECT_CLASS (sb_overview_page_parent_class)->dispose (object);
}

static void
sb_overview_page_class_init (SbOverviewPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = sb_overview_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = sb_overview_page_dispose;
  widget_class->map = sb_overview_page_map;

  g_type_ensure (SB_TYPE_ACTIVITY_CARD);
  g_type_ensure (SB_TYPE_ATTENTION_GROUP);
  g_type_ensure (SB_TYPE_CONNECT_GROUP);
  g_type_ensure (SB_TYPE_STAT_TILE);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-overview-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, welcome);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, start_button);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, started_image);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, issue_button);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, numbers);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, tiles);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, clients_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, received_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, sent_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, rejected_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, activity);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, attention);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, connect);
  gtk_widget_class_bind_template_callback (widget_class, show_code_cb);
}

static void
sb_overview_page_init (SbOverviewPage *self)
{
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GPropertyAction) measure = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  /* One choice for the tiles and for the menu of the chart. */
  measure = g_property_action_new ("measure", self->activity, "measure");
  g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (measure));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "overview", G_ACTION_GROUP (actions));
}
