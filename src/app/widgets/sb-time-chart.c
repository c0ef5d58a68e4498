/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-time-chart.h"
#include "widgets/sb-chart.h"
#include "widgets/sb-format.h"
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define SPACING 12     /* between the plot and the numbers beside it */
#define TICK_SPACING 6 /* between the plot and the times below it */
#define TICK_GAP 12    /* at least, between two times */
#define DOT_RADIUS 4
#define TEXT_ALPHA 0.55f
#define PLOT_HEIGHT 96 /* at least */

/**
 * SbTimeChart:
 *
 * A chart with its axes: the times below, which are counted back from now for minutes and read from the clock for hours
 * and days, and the numbers at the right. The pointer, or the arrow keys, read a single point:
 * sb_time_chart_get_reading().
 */
struct _SbTimeChart
{
  GtkWidget parent_instance;

  SbChart *chart;
  double *values;
  guint n_values;
  guint capacity;
  gint64 newest; /* real time, µs */
  gint64 step;   /* µs from one value to the next */
  int cursor;    /* values back from the newest; -1: none */
  gboolean hovering;
};

G_DEFINE_FINAL_TYPE (SbTimeChart, sb_time_chart, GTK_TYPE_WIDGET)

enum
{
  READING_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- the times below --- */

typedef struct
{
  gint64 back; /* µs before the newest */
  char *label;
} Tick;

static void
tick_clear (gpointer data)
{
  g_free (((Tick *) data)->label);
}

static void
add_tick (GArray *ticks,
          gint64  back,
          char   *label /* transfer full */)
{
  Tick tick = { back, label };

  g_array_append_val (ticks, tick);
}

static char *
format_back (gint64 back)
{
  if (back == 0)
    /* Translators: the right end of a chart's time axis */
    return g_strdup (C_("time axis", "now"));
  if (back < G_TIME_SPAN_MINUTE)
    return g_strdup_printf (_("%d s ago"), (int) (back / G_TIME_SPAN_SECOND));
  return g_strdup_printf (_("%d min ago"), (int) (back / G_TIME_SPAN_MINUTE));
}

/* The local midnights, or each sixth hour, of a chart of days. */
static void
add_clock_ticks (SbTimeChart *self,
                 GArray      *ticks,
                 gint64       range)
{
  gboolean days = range > 2 * G_TIME_SPAN_DAY;
  g_autoptr (GDateTime) newest = g_date_time_new_from_unix_local_usec (self->newest);
  g_autoptr (GDateTime) time = NULL;

  time = g_date_time_new_local (g_date_time_get_year (newest), g_date_time_get_month (newest),
                                g_date_time_get_day_of_month (newest),
                                days ? 0 : g_date_time_get_hour (newest) / 6 * 6, 0, 0);
  while (time != NULL && self->newest - g_date_time_to_unix_usec (time) <= range)
    {
      GDateTime *before;

      add_tick (ticks, self->newest - g_date_time_to_unix_usec (time),
                /* xgettext:no-c-format
                   Translators: a day on a chart's time axis, as in "Mon 23"; see strftime(3) */
                g_date_time_format (time, days ? C_("time axis", "%a %-d") : "%H:%M"));
      before = days ? g_date_time_add_days (time, -1) : g_date_time_add_hours (time, -6);
      g_date_time_unref (time);
      time = before;
    }
}

/* Newest first: where there is no room, the older ones are left out. */
static GArray *
make_ticks (SbTimeChart *self)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (Tick));
  gint64 range = self->step * (self->capacity - 1);

  g_array_set_clear_func (ticks, tick_clear);
  add_tick (ticks, 0, format_back (0));
  if (range > G_TIME_SPAN_HOUR)
    add_clock_ticks (self, ticks, range);
  else if (range > G_TIME_SPAN_MINUTE)
    for (int i = 1; i <= 3; i++)
      add_tick (ticks, range * i / 3, format_back (range * i / 3));
  else
    for (int i = 1; i <= 2; i++)
      add_tick (ticks, range * i / 2, format_back (range * i / 2));
  return ticks;
}

/* --- where things are --- */

static void
measure_text (SbTimeChart *self,
              const char  *text,
              int         *width,
              int         *height)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);

  pango_layout_get_pixel_size (layout, width, height);
}

/* The widest number that may stand there, so that the plot does not move as they change. */
static int
get_numbers_width (SbTimeChart *self)
{
  int width;

  measure_text (self, "888.8\u202fk", &width, NULL);
  return width;
}

static int
get_text_height (SbTimeChart *self)
{
  int height;

  measure_text (self, "0", NULL, &height);
  return height;
}

static int
get_plot_width (SbTimeChart *self)
{
  return MAX (gtk_widget_get_width (GTK_WIDGET (self)) - get_numbers_width (self) - SPACING, 1);
}

static int
get_plot_height (SbTimeChart *self)
{
  return MAX (gtk_widget_get_height (GTK_WIDGET (self)) - get_text_height (self) - TICK_SPACING, 1);
}

static double
get_x (SbTimeChart *self,
       double       values_back)
{
  int width = get_plot_width (self);

  return width - values_back * width / (self->capacity - 1);
}

static void
sb_time_chart_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  SbTimeChart *self = SB_TIME_CHART (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = 120 + SPACING + get_numbers_width (self);
  else
    *minimum = *natural = PLOT_HEIGHT + TICK_SPACING + get_text_height (self);
}

static void
sb_time_chart_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  SbTimeChart *self = SB_TIME_CHART (widget);

  gtk_widget_allocate (GTK_WIDGET (self->chart), get_plot_width (self), get_plot_height (self), -1, NULL);
}

/* --- drawing --- */

static void
draw_text (SbTimeChart   *self,
           GtkSnapshot   *snapshot,
           const char    *text,
           float          x,
           float          y,
           const GdkRGBA *colour)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (roundf (x), roundf (y)));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
draw_numbers (SbTimeChart   *self,
              GtkSnapshot   *snapshot,
              const GdkRGBA *colour)
{
  int height = get_plot_height (self), text_height = get_text_height (self);
  float x = get_plot_width (self) + SPACING;
  double ceiling = sb_chart_get_ceiling (self->chart);

  for (int i = 0; i <= 2; i++)
    {
      g_autofree char *text = sb_format_compact (ceiling * (2 - i) / 2);

      draw_text (self, snapshot, text, x, height * i / 2.f - text_height / 2.f, colour);
    }
}

static void
draw_ticks (SbTimeChart   *self,
            GtkSnapshot   *snapshot,
            const GdkRGBA *colour)
{
  g_autoptr (GArray) ticks = make_ticks (self);
  int plot_width = get_plot_width (self);
  float y = get_plot_height (self) + TICK_SPACING;
  float free_until = G_MAXFLOAT;

  for (guint i = 0; i < ticks->len; i++)
    {
      const Tick *tick = &g_array_index (ticks, Tick, i);
      int width;
      float x;

      measure_text (self, tick->label, &width, NULL);
      x = (float) get_x (self, (double) tick->back / self->step) - width / 2.f;
      x = CLAMP (x, 0, MAX (plot_width - width, 0));
      if (x + width + TICK_GAP > free_until)
        continue;
      draw_text (self, snapshot, tick->label, x, y, colour);
      free_until = x;
    }
}

static void
draw_cursor (SbTimeChart   *self,
             GtkSnapshot   *snapshot,
             const GdkRGBA *colour)
{
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  int height = get_plot_height (self);
  float x = (float) get_x (self, self->cursor), y;
  double value;
  GskRoundedRect dot;

  gtk_snapshot_append_color (snapshot, colour, &GRAPHENE_RECT_INIT (roundf (x - 0.5f), 0, 1, height));
  if (!sb_time_chart_get_reading (self, NULL, &value) || isnan (value))
    return;
  y = (float) (height - value / sb_chart_get_ceiling (self->chart) * height);
  gsk_rounded_rect_init_from_rect (&dot, &GRAPHENE_RECT_INIT (x - DOT_RADIUS, y - DOT_RADIUS, 2 * DOT_RADIUS, 2 * DOT_RADIUS),
                                   DOT_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &dot);
  gtk_snapshot_append_color (snapshot, accent, &dot.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
sb_time_chart_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  SbTimeChart *self = SB_TIME_CHART (widget);
  GdkRGBA colour;

  GTK_WIDGET_CLASS (sb_time_chart_parent_class)->snapshot (widget, snapshot);

  gtk_widget_get_color (widget, &colour);
  if (!adw_style_manager_get_high_contrast (adw_style_manager_get_default ()))
    colour.alpha *= TEXT_ALPHA;
  draw_numbers (self, snapshot, &colour);
  if (self->step > 0)
    draw_ticks (self, snapshot, &colour);
  if (self->cursor >= 0)
    draw_cursor (self, snapshot, &colour);
}

/* --- reading a point --- */

static void
set_cursor (SbTimeChart *self,
            int          cursor)
{
  cursor = MIN (cursor, (int) self->n_values - 1);
  if (cursor == self->cursor)
    return;
  self->cursor = cursor;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[READING_CHANGED], 0);
}

static void
motion_cb (SbTimeChart *self,
           double       x,
           double       y)
{
  int width = get_plot_width (self);

  self->hovering = TRUE;
  if (self->n_values > 0)
    set_cursor (self, (int) MAX (round ((width - x) * (self->capacity - 1) / width), 0));
}

static void
leave_cb (SbTimeChart *self)
{
  self->hovering = FALSE;
  set_cursor (self, -1);
}

static void
focus_leave_cb (SbTimeChart *self)
{
  if (!self->hovering)
    set_cursor (self, -1);
}

static gboolean
key_cb (SbTimeChart    *self,
        guint           key,
        guint           code,
        GdkModifierType modifiers)
{
  if ((modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) != 0 || self->n_values == 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      set_cursor (self, self->cursor + 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      set_cursor (self, MAX (self->cursor - 1, 0));
      return GDK_EVENT_STOP;
    case GDK_KEY_Home:
      set_cursor (self, G_MAXINT);
      return GDK_EVENT_STOP;
    case GDK_KEY_End:
      set_cursor (self, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      if (self->cursor < 0)
        return GDK_EVENT_PROPAGATE;
      set_cursor (self, -1);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* --- the class --- */

static void
sb_time_chart_dispose (GObject *object)
{
  SbTimeChart *self = SB_TIME_CHART (object);

  g_clear_pointer ((GtkWidget **) &self->chart, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_time_chart_parent_class)->dispose (object);
}

static void
sb_time_chart_finalize (GObject *object)
{
  g_free (SB_TIME_CHART (object)->values);

  G_OBJECT_CLASS (sb_time_chart_parent_class)->finalize (object);
}

static void
sb_time_chart_class_init (SbTimeChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_time_chart_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_time_chart_finalize;
  widget_class->measure = sb_time_chart_measure;
  widget_class->size_allocate = sb_time_chart_size_allocate;
  widget_class->snapshot = sb_time_chart_snapshot;

  /**
   * SbTimeChart::reading-changed:
   *
   * Another point is read, or none any more. Not emitted when only the values moved on.
   */
  signals[READING_CHANGED] = g_signal_new ("reading-changed", SB_TYPE_TIME_CHART, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "timechart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_time_chart_init (SbTimeChart *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->capacity = 2;
  self->cursor = -1;
  self->chart = g_object_new (SB_TYPE_CHART, "grid", TRUE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_parent (GTK_WIDGET (self->chart), widget);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _("The left and right arrow keys read single points"), -1);

  g_signal_connect_object (motion, "enter", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, key);
  g_signal_connect_object (focus, "leave", G_CALLBACK (focus_leave_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, focus);
}

/**
 * sb_time_chart_set_values:
 * @values: (array length=n): oldest first, none below zero; NAN for a gap
 * @n: how many, at most @capacity
 * @capacity: how many the whole width stands for, at least 2
 * @newest: real time of the last value, µs
 * @step: µs from one value to the next
 */
void
sb_time_chart_set_values (SbTimeChart  *self,
                          const double *values,
                          guint         n,
                          guint         capacity,
                          gint64        newest,
                          gint64        step)
{
  g_return_if_fail (SB_IS_TIME_CHART (self));
  g_return_if_fail (capacity >= 2 && n <= capacity);
  g_return_if_fail (step > 0);

  self->values = g_renew (double, self->values, capacity);
  if (n > 0)
    memcpy (self->values, values, n * sizeof (double));
  self->n_values = n;
  self->capacity = capacity;
  self->newest = newest;
  self->step = step;
  sb_chart_set_values (self->chart, values, n, capacity);
  /* A cursor beyond what there is now goes to the oldest. */
  if (self->cursor >= 0)
    set_cursor (self, self->cursor);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * sb_time_chart_get_reading:
 * @time: (out) (optional): of the point that is read: real time, µs
 * @value: (out) (optional): its value; NAN for a gap
 *
 * Returns: whether a point is read
 */
gboolean
sb_time_chart_get_reading (SbTimeChart *self,
                           gint64      *time,
                           double      *value)
{
  g_return_val_if_fail (SB_IS_TIME_CHART (self), FALSE);

  if (self->cursor < 0 || self->n_values == 0)
    return FALSE;
  if (time != NULL)
    *time = self->newest - self->cursor * self->step;
  if (value != NULL)
    *value = self->values[(int) self->n_values - 1 - self->cursor];
  return TRUE;
}

/**
 * sb_time_chart_set_summary:
 * @summary: what the chart shows, in words, translated
 *
 * @at_once: the chart shows something else than before
 *
 * For screen readers, at a human pace: what comes within ten seconds after another is left out, but @at_once.
 */
void
sb_time_chart_set_summary (SbTimeChart *self,
                           const char  *summary,
                           gboolean     at_once)
{
  g_return_if_fail (SB_IS_TIME_CHART (self));

  if (sb_chart_is_time_to_speak (self->chart) || at_once)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, summary, -1);
}

/**
 * sb_time_chart_dup_ticks:
 *
 * Returns: (transfer full): the times below the chart, oldest first, with commas between
 */
char *
sb_time_chart_dup_ticks (SbTimeChart *self)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GArray) ticks = NULL;

  g_return_val_if_fail (SB_IS_TIME_CHART (self), NULL);

  ticks = make_ticks (self);
  for (guint i = ticks->len; i > 0; i--)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", g_array_index (ticks, Tick, i - 1).label);
  return g_string_free (text, FALSE);
}
