/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-chart.h"
#include <adwaita.h>
#include <math.h>

#define LINE_WIDTH 2.0
#define FILL_ALPHA 0.13f
#define GRID_ALPHA 0.08f
#define N_GRID_STEPS 4
/* A screen reader that follows a chart must have time to speak. */
#define SUMMARY_INTERVAL (10 * G_TIME_SPAN_SECOND)

/**
 * SbChart:
 *
 * A line over time with the newest value at the right, in the accent colour over a light fill. Small and bare as a
 * sparkline; with #SbChart:grid for what #SbTimeChart puts axes to, when the ceiling is a round number. To a screen
 * reader it is an image with a summary in words.
 */
struct _SbChart
{
  GtkWidget parent_instance;

  double *values;
  guint n_values;
  guint capacity;
  double ceiling;
  gboolean grid;

  GskPath *line; /* made from the values for the size of the last snapshot; NULL: to be made */
  GskPath *area;
  int path_width;
  int path_height;

  gint64 summarised_at; /* monotonic time */
};

G_DEFINE_FINAL_TYPE (SbChart, sb_chart, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_GRID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The least of 1, 2, 4, 6, 8 × 10ⁿ that is not below @value: its half can be read as well. */
static double
round_up (double value)
{
  static const double steps[] = { 1, 2, 4, 6, 8, 10 };
  double power;

  if (value <= 4)
    return 4;
  power = pow (10, floor (log10 (value)));
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (value <= steps[i] * power)
      return steps[i] * power;
  return 10 * power;
}

static void
update_ceiling (SbChart *self)
{
  double maximum = 0;

  for (guint i = 0; i < self->n_values; i++)
    if (!isnan (self->values[i]))
      maximum = MAX (maximum, self->values[i]);
  self->ceiling = self->grid ? round_up (maximum) : MAX (maximum * 1.15, 1);
}

static void
drop_paths (SbChart *self)
{
  g_clear_pointer (&self->line, gsk_path_unref);
  g_clear_pointer (&self->area, gsk_path_unref);
}

/* Values @first to @last, with no gap between them. */
static void
add_run (SbChart        *self,
         GskPathBuilder *line,
         GskPathBuilder *area,
         guint           first,
         guint           last,
         double          start,
         double          step,
         int             height)
{
  double top = LINE_WIDTH / 2, bottom = height - LINE_WIDTH / 2;

  gsk_path_builder_move_to (area, start + first * step, height);
  for (guint i = first; i <= last; i++)
    {
      double x = start + i * step;
      double y = bottom - self->values[i] / self->ceiling * (bottom - top);

      if (i == first)
        gsk_path_builder_move_to (line, x, y);
      else
        gsk_path_builder_line_to (line, x, y);
      gsk_path_builder_line_to (area, x, y);
      /* Alone between gaps it would be a line without length. */
      if (first == last)
        gsk_path_builder_line_to (line, MAX (x - LINE_WIDTH, 0), y);
    }
  gsk_path_builder_line_to (area, start + last * step, height);
  gsk_path_builder_close (area);
}

static void
make_paths (SbChart *self,
            int      width,
            int      height)
{
  GskPathBuilder *line = gsk_path_builder_new ();
  GskPathBuilder *area = gsk_path_builder_new ();
  double step = (double) width / (self->capacity - 1);
  double start = width - (self->n_values - 1) * step;
  guint first = 0;

  for (guint i = 0; i <= self->n_values; i++)
    if (i == self->n_values || isnan (self->values[i]))
      {
        if (i > first)
          add_run (self, line, area, first, i - 1, start, step, height);
        first = i + 1;
      }

  drop_paths (self);
  self->line = gsk_path_builder_free_to_path (line);
  self->area = gsk_path_builder_free_to_path (area);
  self->path_width = width;
  self->path_height = height;
}

static void
sb_chart_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  SbChart *self = SB_CHART (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  g_autoptr (GskStroke) stroke = NULL;
  GdkRGBA colour;

  if (self->grid)
    {
      gtk_widget_get_color (widget, &colour);
      colour.alpha = GRID_ALPHA;
      for (int i = 0; i <= N_GRID_STEPS; i++)
        gtk_snapshot_append_color (snapshot, &colour,
                                   &GRAPHENE_RECT_INIT (0, roundf ((height - 1) * (float) i / N_GRID_STEPS), width, 1));
    }

  if (self->n_values < 2 || width <= 0 || height <= 0)
    return;
  if (self->line == NULL || self->path_width != width || self->path_height != height)
    make_paths (self, width, height);

  colour = *accent;
  colour.alpha = FILL_ALPHA;
  gtk_snapshot_append_fill (snapshot, self->area, GSK_FILL_RULE_WINDING, &colour);

  stroke = gsk_stroke_new (LINE_WIDTH);
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gtk_snapshot_append_stroke (snapshot, self->line, stroke, accent);
}

static void
sb_chart_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  if (prop_id == PROP_GRID)
    g_value_set_boolean (value, SB_CHART (object)->grid);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_chart_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  SbChart *self = SB_CHART (object);

  if (prop_id == PROP_GRID)
    self->grid = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_chart_finalize (GObject *object)
{
  SbChart *self = SB_CHART (object);

  drop_paths (self);
  g_free (self->values);

  G_OBJECT_CLASS (sb_chart_parent_class)->finalize (object);
}

static void
sb_chart_class_init (SbChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_chart_get_property;
  object_class->set_property = sb_chart_set_property;
  object_class->finalize = sb_chart_finalize;
  widget_class->snapshot = sb_chart_snapshot;

  /**
   * SbChart:grid:
   *
   * Horizontal lines, and a round number as ceiling.
   */
  properties[PROP_GRID] = g_param_spec_boolean ("grid", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_chart_init (SbChart *self)
{
  self->capacity = 2;
  self->ceiling = 1;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::accent-color-rgba",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
sb_chart_new (void)
{
  return g_object_new (SB_TYPE_CHART, NULL);
}

/**
 * sb_chart_set_values:
 * @values: (array length=n): oldest first, none below zero; NAN where nothing is known: a gap in the line
 * @n: how many, at most @capacity
 * @capacity: how many the whole width stands for, at least 2
 */
void
sb_chart_set_values (SbChart      *self,
                     const double *values,
                     guint         n,
                     guint         capacity)
{
  g_return_if_fail (SB_IS_CHART (self));
  g_return_if_fail (capacity >= 2 && n <= capacity);

  self->values = g_renew (double, self->values, capacity);
  if (n > 0)
    memcpy (self->values, values, n * sizeof (double));
  self->n_values = n;
  self->capacity = capacity;
  update_ceiling (self);
  drop_paths (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * sb_chart_get_ceiling:
 *
 * Returns: the value at the upper edge
 */
double
sb_chart_get_ceiling (SbChart *self)
{
  g_return_val_if_fail (SB_IS_CHART (self), 0);

  return self->ceiling;
}

/**
 * sb_chart_is_time_to_speak:
 *
 * Returns: whether a screen reader had time enough since the last time this was true
 */
gboolean
sb_chart_is_time_to_speak (SbChart *self)
{
  gint64 now = g_get_monotonic_time ();

  g_return_val_if_fail (SB_IS_CHART (self), FALSE);

  if (self->summarised_at != 0 && now - self->summarised_at < SUMMARY_INTERVAL)
    return FALSE;
  self->summarised_at = now;
  return TRUE;
}

/**
 * sb_chart_set_summary:
 * @summary: what the chart shows, in words, translated
 *
 * For screen readers. May be called with every change of the values: it is passed on at most every ten seconds.
 */
void
sb_chart_set_summary (SbChart    *self,
                      const char *summary)
{
  g_return_if_fail (SB_IS_CHART (self));
  g_return_if_fail (summary != NULL);

  if (sb_chart_is_time_to_speak (self))
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, summary, -1);
}
