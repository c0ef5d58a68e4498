/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-page.h"
#include "widgets/sb-chart.h"
#include "widgets/sb-stat-tile.h"

/**
 * SbStatTile:
 *
 * One number that matters, large, with the line of its last minute. A toggle: pressed, the chart shows the same at
 * length.
 */
struct _SbStatTile
{
  GtkToggleButton parent_instance;

  char *title;
  char *unit;
  GtkLabel *value_label;
  SbChart *chart;
};

G_DEFINE_FINAL_TYPE (SbStatTile, sb_stat_tile, GTK_TYPE_TOGGLE_BUTTON)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_UNIT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
sb_stat_tile_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  SbStatTile *self = SB_STAT_TILE (object);

  if (prop_id == PROP_TITLE)
    g_value_set_string (value, self->title);
  else if (prop_id == PROP_UNIT)
    g_value_set_string (value, self->unit);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_stat_tile_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  SbStatTile *self = SB_STAT_TILE (object);

  if (prop_id == PROP_TITLE)
    self->title = g_value_dup_string (value);
  else if (prop_id == PROP_UNIT && g_set_str (&self->unit, g_value_get_string (value)))
    g_object_notify_by_pspec (object, pspec);
  else if (prop_id != PROP_UNIT)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_stat_tile_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_STAT_TILE);

  G_OBJECT_CLASS (sb_stat_tile_parent_class)->dispose (object);
}

static void
sb_stat_tile_finalize (GObject *object)
{
  SbStatTile *self = SB_STAT_TILE (object);

  g_free (self->title);
  g_free (self->unit);

  G_OBJECT_CLASS (sb_stat_tile_parent_class)->finalize (object);
}

static void
sb_stat_tile_class_init (SbStatTileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_stat_tile_get_property;
  object_class->set_property = sb_stat_tile_set_property;
  object_class->dispose = sb_stat_tile_dispose;
  object_class->finalize = sb_stat_tile_finalize;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL,
                                                G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_UNIT] = g_param_spec_string ("unit", NULL, NULL, NULL,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (SB_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-stat-tile.ui");
  gtk_widget_class_bind_template_child (widget_class, SbStatTile, value_label);
  gtk_widget_class_bind_template_child (widget_class, SbStatTile, chart);
}

static void
sb_stat_tile_init (SbStatTile *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_stat_tile_set_value:
 * @value: the number, ready for display
 */
void
sb_stat_tile_set_value (SbStatTile *self,
                        const char *value)
{
  g_autofree char *text = NULL;

  g_return_if_fail (SB_IS_STAT_TILE (self));

  if (g_strcmp0 (gtk_label_get_label (self->value_label), value) == 0)
    return;
  gtk_label_set_label (self->value_label, value);
  text = g_strdup_printf ("%s: %s %s", self->title, value, self->unit);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/**
 * sb_stat_tile_get_value:
 *
 * Returns: what sb_stat_tile_set_value() was given; "" before
 */
const char *
sb_stat_tile_get_value (SbStatTile *self)
{
  g_return_val_if_fail (SB_IS_STAT_TILE (self), NULL);

  return gtk_label_get_label (self->value_label);
}

/**
 * sb_stat_tile_set_series:
 * @values: (array length=n): oldest first
 *
 * The line spans the tile, however many there are: it has no axis, and shows a shape rather than times.
 */
void
sb_stat_tile_set_series (SbStatTile   *self,
                         const double *values,
                         guint         n)
{
  g_return_if_fail (SB_IS_STAT_TILE (self));

  sb_chart_set_values (self->chart, values, n, MAX (n, 2));
}
