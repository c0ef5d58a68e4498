/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-activity-card.h"
#include "sb-app-settings.h"
#include "sb-page.h"
#include "widgets/sb-announce.h"
#include "widgets/sb-format.h"
#include "widgets/sb-time-chart.h"
#include <glib/gi18n.h>
#include <math.h>

#define MINUTE 60
#define MAX_POINTS 400

/**
 * SbActivityCard:
 *
 * The chart of the overview: one measure over one range, both chosen in the card. The last quarter of an hour is the
 * meter's; hours and days are read from disk, once a minute.
 */
struct _SbActivityCard
{
  GtkBox parent_instance;

  SbEngine *engine;
  char *measure; /* an id of measures[] */
  char *range;   /* seconds, as text */

  GArray *spans;      /* (element-type SbSpan) what was read last; NULL: nothing yet */
  guint spans_step;   /* seconds of each */
  gint64 spans_until; /* real time, µs */
  gboolean loading;
  char *failure;
  gboolean changed; /* the chart shows something else now: a screen reader is told at once */

  GtkMenuButton *measure_button;
  SbTimeChart *chart;
  GtkLabel *reading_label;
};

G_DEFINE_FINAL_TYPE (SbActivityCard, sb_activity_card, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_MEASURE,
  PROP_RANGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

typedef enum
{
  UNIT_LEVEL,  /* so many at a time */
  UNIT_RATE,   /* so many per second */
  UNIT_BYTES,  /* the same, bytes */
  UNIT_EVENTS, /* rare: counted rather than divided by seconds */
} Unit;

static const struct
{
  const char *id;
  SbMeasure measure;
  Unit unit;
  const char *title;
} measures[] = {
  { "sent", SB_MEASURE_MESSAGES_OUT, UNIT_RATE, N_("Messages Sent per Second") },
  { "received", SB_MEASURE_MESSAGES_IN, UNIT_RATE, N_("Messages Received per Second") },
  { "clients", SB_MEASURE_CLIENTS, UNIT_LEVEL, N_("Clients Connected") },
  { "bytes-received", SB_MEASURE_BYTES_IN, UNIT_BYTES, N_("Bytes Received per Second") },
  { "bytes-sent", SB_MEASURE_BYTES_OUT, UNIT_BYTES, N_("Bytes Sent per Second") },
  { "rejected", SB_MEASURE_REJECTED, UNIT_EVENTS, N_("Rejected Messages") },
  { "refused", SB_MEASURE_REFUSED, UNIT_EVENTS, N_("Refused Sign-Ins") },
  { "dropped", SB_MEASURE_DROPPED, UNIT_EVENTS, N_("Dropped Messages") },
};

/* @step: seconds of one point. Those of the short ranges divide what the meter gives. */
static const struct
{
  const char *id;
  guint seconds;
  guint step;
  const char *words;
} ranges[] = {
  { "60", 60, 1, N_("last minute") },
  { "900", 900, 5, N_("last 15 minutes") },
  { "86400", 86400, 300, N_("last 24 hours") },
  { "604800", 604800, 1800, N_("last 7 days") },
};

G_STATIC_ASSERT (604800 / 1800 + 1 <= MAX_POINTS);

static guint
find_measure (SbActivityCard *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    if (g_strcmp0 (measures[i].id, self->measure) == 0)
      return i;
  return 0;
}

static guint
find_range (SbActivityCard *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (g_strcmp0 (ranges[i].id, self->range) == 0)
      return i;
  return 0;
}

/* --- the values --- */

typedef struct
{
  double values[MAX_POINTS];
  guint n;
  guint capacity;
  gint64 newest;
} Points;

/* Means of @step samples each, the groups counted from the first sample there ever was, so that they don't change as
 * time goes on; the last may be of fewer. */
static void
fill_from_meter (SbActivityCard *self,
                 SbMeasure       measure,
                 guint           seconds,
                 guint           step,
                 Points         *points)
{
  SbMeter *meter = sb_engine_get_meter (self->engine);
  double samples[SB_METER_MAX_SAMPLES];
  guint n = sb_meter_get_series (meter, measure, samples, seconds), n_group = 0;
  guint64 first = sb_meter_get_n_taken (meter) - n;
  double sum = 0;

  points->capacity = seconds / step + 1;
  points->newest = g_get_real_time ();
  for (guint i = 0; i < n; i++)
    {
      sum += samples[i];
      n_group++;
      if ((first + i + 1) % step == 0 || i + 1 == n)
        {
          points->values[points->n++] = sum / n_group;
          sum = 0;
          n_group = 0;
        }
    }
}

/* A point for each step; gaps where nothing was measured. */
static void
fill_from_spans (SbActivityCard *self,
                 SbMeasure       measure,
                 guint           seconds,
                 guint           step,
                 Points         *points)
{
  gint64 length = (gint64) step * G_USEC_PER_SEC;
  gint64 newest = self->spans_until - self->spans_until % length;

  points->capacity = seconds / step + 1;
  points->n = points->capacity;
  points->newest = newest;
  for (guint i = 0; i < points->n; i++)
    points->values[i] = NAN;
  for (guint i = 0; i < self->spans->len; i++)
    {
      const SbSpan *span = &g_array_index (self->spans, SbSpan, i);
      gint64 back = (newest - span->time) / length;

      if (back >= 0 && back < points->n)
        points->values[points->n - 1 - back] = sb_span_get (span, measure);
    }
}

static void
fill (SbActivityCard *self,
      Points         *points)
{
  guint measure = find_measure (self), range = find_range (self);

  points->n = 0;
  if (ranges[range].step < MINUTE)
    fill_from_meter (self, measures[measure].measure, ranges[range].seconds, ranges[range].step, points);
  else if (self->spans != NULL && self->spans_step == ranges[range].step)
    fill_from_spans (self, measures[measure].measure, ranges[range].seconds, ranges[range].step, points);
  else
    {
      points->capacity = 2;
      points->newest = g_get_real_time ();
    }
  if (measures[measure].unit == UNIT_EVENTS)
    for (guint i = 0; i < points->n; i++)
      points->values[i] *= ranges[range].step;
}

/* --- the words --- */

static char *
format_value (guint  measure,
              double value)
{
  g_autofree char *number = sb_format_compact (value);
  gulong n = sb_format_plural (value);

  switch (measures[measure].unit)
    {
    case UNIT_LEVEL:
      return g_strdup_printf (ngettext ("%s client", "%s clients", n), number);
    case UNIT_RATE:
      return g_strdup_printf (ngettext ("%s message per second", "%s messages per second", n), number);
    case UNIT_BYTES:
      /* Translators: a number of bytes, perhaps with its own prefix: "12.9 k" */
      return g_strdup_printf (strchr (number, ' ') == NULL && value < 999.5 ? _("%s B/s") : _("%sB/s"), number);
    case UNIT_EVENTS:
    default:
      return g_steal_pointer (&number);
    }
}

static char *
make_summary (guint         measure,
              guint         range,
              const Points *points)
{
  double maximum = 0, sum = 0, newest = NAN;
  guint n = 0;
  g_autofree char *now_text = NULL;
  g_autofree char *mean_text = NULL;
  g_autofree char *maximum_text = NULL;

  for (guint i = 0; i < points->n; i++)
    if (!isnan (points->values[i]))
      {
        maximum = MAX (maximum, points->values[i]);
        sum += points->values[i];
        newest = points->values[i];
        n++;
      }
  if (n == 0)
    return g_strdup (_("Nothing was measured in this time"));
  maximum_text = sb_format_compact (maximum);
  if (measures[measure].unit == UNIT_EVENTS)
    {
      g_autofree char *sum_text = sb_format_compact (sum);
      g_autofree char *step_text = sb_format_elapsed (ranges[range].step * G_TIME_SPAN_SECOND);

      /* Translators: how often something happened: in all, and at most within so long, as in "5 min" */
      return g_strdup_printf (_("%s in all, at most %s in %s"), sum_text, maximum_text, step_text);
    }
  mean_text = sb_format_compact (sum / n);
  now_text = sb_format_compact (newest);
  /* Translators: each %s is a number with its unit, as in "12 messages per second" */
  return g_strdup_printf (_("Now %s, on average %s, at most %s"), now_text, mean_text, maximum_text);
}

static char *
make_reading (guint  measure,
              guint  range,
              gint64 time,
              double value)
{
  g_autofree char *when = ranges[range].seconds > G_TIME_SPAN_DAY / G_TIME_SPAN_SECOND
                              ? sb_format_date_time (time)
                              : sb_format_clock (time, FALSE);
  g_autofree char *what = isnan (value) ? g_strdup (_("The server did not run")) : format_value (measure, value);

  return g_strdup_printf ("%s · %s", when, what);
}

/* The point that is read, or else all in a sentence. */
static void
show_words (SbActivityCard *self,
            const char     *summary)
{
  guint measure = find_measure (self), range = find_range (self);
  gint64 time;
  double value;
  g_autofree char *reading = NULL;

  if (sb_time_chart_get_reading (self->chart, &time, &value))
    reading = make_reading (measure, range, time, value);
  gtk_label_set_label (self->reading_label,
                       reading != NULL ? reading : self->failure != NULL ? self->failure : summary);
}

static void
show (SbActivityCard *self)
{
  guint measure = find_measure (self), range = find_range (self);
  Points points;
  g_autofree char *summary = NULL;
  g_autofree char *spoken = NULL;

  fill (self, &points);
  sb_time_chart_set_values (self->chart, points.values, points.n, points.capacity, points.newest,
                            (gint64) ranges[range].seconds * G_USEC_PER_SEC /
                                (points.capacity > 2 ? points.capacity - 1 : 1));
  summary = make_summary (measure, range, &points);
  spoken = g_strdup_printf ("%s, %s: %s", _(measures[measure].title), _(ranges[range].words), summary);
  sb_time_chart_set_summary (self->chart, spoken, self->changed);
  self->changed = FALSE;
  show_words (self, summary);
}

static void
reading_changed_cb (SbActivityCard *self)
{
  Points points;
  g_autofree char *summary = NULL;

  if (self->engine == NULL)
    return;
  fill (self, &points);
  summary = make_summary (find_measure (self), find_range (self), &points);
  show_words (self, summary);
  if (sb_time_chart_get_reading (self->chart, NULL, NULL) && gtk_widget_has_focus (GTK_WIDGET (self->chart)))
    sb_announce (self->chart, gtk_label_get_label (self->reading_label));
}

/* --- hours and days --- */

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbActivityCard) self = user_data;
  g_autoptr (GError) error = NULL;
  GArray *spans = sb_engine_load_history_finish (SB_ENGINE (source), result, &error);

  self->loading = FALSE;
  if (self->engine == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return;
  g_clear_pointer (&self->failure, g_free);
  if (spans != NULL)
    {
      g_clear_pointer (&self->spans, g_array_unref);
      self->spans = spans;
    }
  else
    self->failure = g_strdup (error->message);
  /* Another range may have been chosen meanwhile. */
  sb_activity_card_update (self);
}

static void
load_if_due (SbActivityCard *self)
{
  guint range = find_range (self);
  gint64 now = g_get_real_time ();

  if (ranges[range].step < MINUTE || self->loading)
    return;
  if (self->spans_step == ranges[range].step && now >= self->spans_until &&
      now - self->spans_until < MINUTE * G_TIME_SPAN_SECOND)
    return;
  if (self->spans_step != ranges[range].step)
    g_clear_pointer (&self->spans, g_array_unref);
  self->loading = TRUE;
  self->spans_step = ranges[range].step;
  self->spans_until = now;
  sb_engine_load_history_async (self->engine, now - ranges[range].seconds * G_TIME_SPAN_SECOND, ranges[range].step,
                                loaded_cb, g_object_ref (self));
}

/* --- the class --- */

static void
choice_changed (SbActivityCard *self)
{
  gtk_menu_button_set_label (self->measure_button, _(measures[find_measure (self)].title));
  self->changed = TRUE;
  g_clear_pointer (&self->failure, g_free);
  if (self->engine != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    sb_activity_card_update (self);
}

static void
sb_activity_card_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  SbActivityCard *self = SB_ACTIVITY_CARD (object);

  if (prop_id == PROP_MEASURE)
    g_value_set_string (value, self->measure);
  else if (prop_id == PROP_RANGE)
    g_value_set_string (value, self->range);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_activity_card_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  SbActivityCard *self = SB_ACTIVITY_CARD (object);
  const char *id = g_value_get_string (value);

  if (prop_id != PROP_MEASURE && prop_id != PROP_RANGE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (id != NULL && g_set_str (prop_id == PROP_MEASURE ? &self->measure : &self->range, id))
    {
      choice_changed (self);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
sb_activity_card_dispose (GObject *object)
{
  SbActivityCard *self = SB_ACTIVITY_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_ACTIVITY_CARD);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_activity_card_parent_class)->dispose (object);
}

static void
sb_activity_card_finalize (GObject *object)
{
  SbActivityCard *self = SB_ACTIVITY_CARD (object);

  g_clear_pointer (&self->spans, g_array_unref);
  g_free (self->measure);
  g_free (self->range);
  g_free (self->failure);

  G_OBJECT_CLASS (sb_activity_card_parent_class)->finalize (object);
}

static void
sb_activity_card_class_init (SbActivityCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_activity_card_get_property;
  object_class->set_property = sb_activity_card_set_property;
  object_class->dispose = sb_activity_card_dispose;
  object_class->finalize = sb_activity_card_finalize;

  /**
   * SbActivityCard:measure:
   *
   * What is shown: "clients", "received", "sent", "bytes-received", "bytes-sent", "rejected", "refused" or "dropped".
   */
  properties[PROP_MEASURE] = g_param_spec_string ("measure", NULL, NULL, "sent", flags);
  /**
   * SbActivityCard:range:
   *
   * How many seconds back: "60", "900", "86400" or "604800".
   */
  properties[PROP_RANGE] = g_param_spec_string ("range", NULL, NULL, "60", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-activity-card.ui");
  gtk_widget_class_bind_template_child (widget_class, SbActivityCard, measure_button);
  gtk_widget_class_bind_template_child (widget_class, SbActivityCard, chart);
  gtk_widget_class_bind_template_child (widget_class, SbActivityCard, reading_label);
  gtk_widget_class_bind_template_callback (widget_class, reading_changed_cb);
}

static void
sb_activity_card_init (SbActivityCard *self)
{
  self->measure = g_strdup ("sent");
  self->range = g_strdup ("60");
  g_type_ensure (SB_TYPE_TIME_CHART);
  gtk_widget_init_template (GTK_WIDGET (self));
  choice_changed (self);
}

/**
 * sb_activity_card_set_engine:
 * @engine: what is measured; set once
 */
void
sb_activity_card_set_engine (SbActivityCard *self,
                             SbEngine       *engine)
{
  GSettings *settings = sb_app_settings_get ();

  g_return_if_fail (SB_IS_ACTIVITY_CARD (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  if (settings != NULL)
    {
      g_settings_bind (settings, "chart-range", self, "range", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "chart-measure", self, "measure", G_SETTINGS_BIND_DEFAULT);
    }
}

/**
 * sb_activity_card_update:
 *
 * Shows what is known now. To be called once a second while the card is seen.
 */
void
sb_activity_card_update (SbActivityCard *self)
{
  g_return_if_fail (SB_IS_ACTIVITY_CARD (self));

  if (self->engine == NULL)
    return;
  load_if_due (self);
  show (self);
}
