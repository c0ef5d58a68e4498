/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-overview-page.h"
#include "sb-app-settings.h"
#include "sb-attention-group.h"
#include "sb-connect-group.h"
#include "widgets/sb-chart.h"
#include "widgets/sb-format.h"
#include "widgets/sb-stat-tile.h"
#include <glib/gi18n.h>

#define SPARKLINE_SECONDS 60
#define MAX_SECONDS 900 /* as much as the meter keeps */
#define N_POINTS 180    /* of the long range: five seconds each */

/**
 * SbOverviewPage:
 *
 * Whether all is well, at a glance: four numbers, what was sent over time, what needs attention, and how to connect.
 */
struct _SbOverviewPage
{
  SbPage parent_instance;

  guint n_sampled; /* how often the meter sampled, so that the points of the chart stay the same seconds */

  AdwStatusPage *welcome;
  GtkWidget *numbers;
  GtkBox *tiles;
  SbStatTile *clients_tile;
  SbStatTile *received_tile;
  SbStatTile *sent_tile;
  SbStatTile *rejected_tile;
  AdwToggleGroup *range;
  SbChart *chart;
  GtkLabel *ceiling_label;
  GtkLabel *half_label;
  GtkLabel *start_label;
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
  sb_stat_tile_set_series (tile, series, n, SPARKLINE_SECONDS);
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

/* Means of @step values each, the groups counted from the beginning of time so that they don't change as time goes
 * on; the last may be of fewer. Returns how many. In place. */
static guint
average (double *values,
         guint   n,
         guint   step,
         guint   first_index)
{
  guint n_points = 0, n_group = 0;
  double sum = 0;

  for (guint i = 0; i < n; i++)
    {
      sum += values[i];
      n_group++;
      if ((first_index + i + 1) % step == 0 || i + 1 == n)
        {
          values[n_points++] = sum / n_group;
          sum = 0;
          n_group = 0;
        }
    }
  return n_points;
}

static void
update_axis (SbOverviewPage *self)
{
  double ceiling = sb_chart_get_ceiling (self->chart);
  g_autofree char *all = sb_format_compact (ceiling);
  g_autofree char *half = sb_format_compact (ceiling / 2);

  gtk_label_set_label (self->ceiling_label, all);
  gtk_label_set_label (self->half_label, half);
}

static void
summarise_chart (SbOverviewPage *self,
                 const double   *values,
                 guint           n,
                 guint           seconds)
{
  double maximum = 0, sum = 0;
  g_autofree char *now_text = NULL;
  g_autofree char *mean_text = NULL;
  g_autofree char *maximum_text = NULL;
  g_autofree char *summary = NULL;

  for (guint i = 0; i < n; i++)
    {
      maximum = MAX (maximum, values[i]);
      sum += values[i];
    }
  now_text = sb_format_compact (n > 0 ? values[n - 1] : 0);
  mean_text = sb_format_compact (n > 0 ? sum / n : 0);
  maximum_text = sb_format_compact (maximum);
  summary = g_strdup_printf (seconds == 60
                                 ? _("Messages sent per second, last minute: now %s, on average %s, at most %s")
                                 : _("Messages sent per second, last 15 minutes: now %s, on average %s, at most %s"),
                             now_text, mean_text, maximum_text);
  sb_chart_set_summary (self->chart, summary);
}

static void
update_chart (SbOverviewPage *self)
{
  SbMeter *meter = sb_engine_get_meter (sb_page_get_engine (SB_PAGE (self)));
  guint seconds = g_strcmp0 (adw_toggle_group_get_active_name (self->range), "60") == 0 ? 60 : MAX_SECONDS;
  guint capacity = seconds == 60 ? 60 : N_POINTS + 1;
  double values[MAX_SECONDS];
  guint n = sb_meter_get_series (meter, SB_MEASURE_MESSAGES_OUT, values, seconds);

  summarise_chart (self, values, n, seconds);
  if (seconds != 60)
    n = average (values, n, MAX_SECONDS / N_POINTS, self->n_sampled + MAX_SECONDS - n);
  sb_chart_set_values (self->chart, values, n, capacity);
  update_axis (self);
  gtk_label_set_label (self->start_label, seconds == 60 ? _("1 minute ago") : _("15 minutes ago"));
}

/* The first toggle is chosen while the template is made, before there is an engine. */
static void
range_changed_cb (SbOverviewPage *self)
{
  if (sb_page_get_engine (SB_PAGE (self)) != NULL)
    update_chart (self);
}

static void
update (SbOverviewPage *self)
{
  SbEngine *engine = sb_page_get_engine (SB_PAGE (self));
  gboolean any_tokens = g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (engine))) > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->welcome), !any_tokens);
  gtk_widget_set_visible (self->numbers, any_tokens);
  update_tiles (self);
  update_chart (self);
}

static void
sampled_cb (SbOverviewPage *self)
{
  self->n_sampled++;
  sb_attention_group_update (self->attention);
  sb_page_set_attention (SB_PAGE (self), gtk_widget_get_visible (GTK_WIDGET (self->attention)));
  /* Nobody sees the rest while another page is open. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
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

  if (sb_app_settings_get () != NULL)
    g_settings_bind (sb_app_settings_get (), "chart-range", self->range, "active-name", G_SETTINGS_BIND_DEFAULT);
  sb_connect_group_set_engine (self->connect, engine);
  sb_attention_group_set_engine (self->attention, engine);
  g_signal_connect_object (sb_engine_get_meter (engine), "sampled", G_CALLBACK (sampled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_tokens (engine), "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
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

  g_type_ensure (SB_TYPE_ATTENTION_GROUP);
  g_type_ensure (SB_TYPE_CHART);
  g_type_ensure (SB_TYPE_CONNECT_GROUP);
  g_type_ensure (SB_TYPE_STAT_TILE);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-overview-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, welcome);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, numbers);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, tiles);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, clients_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, received_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, sent_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, rejected_tile);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, range);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, chart);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, ceiling_label);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, half_label);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, start_label);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, attention);
  gtk_widget_class_bind_template_child (widget_class, SbOverviewPage, connect);
  gtk_widget_class_bind_template_callback (widget_class, range_changed_cb);
}

static void
sb_overview_page_init (SbOverviewPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
