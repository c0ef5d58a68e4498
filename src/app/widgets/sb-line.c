/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-line.h"

/**
 * SbLine:
 *
 * A line of text as large as it is told, whatever stands in it: what GtkInscription is, for tables that have thousands. That
 * one makes a Pango layout as it is made, before it is in the window, so that its style is worked out twice, and by itself;
 * and each asks for the measures of its font. Here nothing is laid out before it is drawn, and all lines of the same
 * classes are as high and their characters as wide as the first of them that was measured.
 *
 * Property: "text" (string, to be read).
 */
struct _SbLine
{
  GtkWidget parent_instance;

  struct _Measures *measures;
  guint min_chars;
  guint nat_chars;
  float xalign;
  PangoEllipsizeMode ellipsize;
  char *text;
  PangoLayout *layout; /* once it was drawn */
};

/* Of the font of some classes, in pixels. */
typedef struct _Measures
{
  guint serial; /* 0: not known */
  double char_width;
  int height;
  gboolean tabular;
} Measures;

G_DEFINE_FINAL_TYPE (SbLine, sb_line, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static GHashTable *all_measures; /* classes → Measures, owned */
static guint font_serial = 1;    /* of the fonts that are set */

static void
font_changed_cb (void)
{
  font_serial++;
}

static void
watch_fonts (void)
{
  static const char *const names[] = { "notify::gtk-font-name", "notify::gtk-xft-dpi", "notify::gtk-xft-hinting",
                                       "notify::gtk-hint-font-metrics", "notify::gtk-theme-name" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect (gtk_settings_get_default (), names[i], G_CALLBACK (font_changed_cb), NULL);
}

static Measures *
get_measures (const char *classes)
{
  Measures *measures;

  if (all_measures == NULL)
    {
      all_measures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      watch_fonts ();
    }
  measures = g_hash_table_lookup (all_measures, classes);
  if (measures == NULL)
    {
      measures = g_new0 (Measures, 1);
      g_hash_table_insert (all_measures, g_strdup (classes), measures);
    }
  return measures;
}

static void
look_at_font (SbLine *self)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
  int width = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                   pango_font_metrics_get_approximate_digit_width (metrics));
  int height = pango_font_metrics_get_ascent (metrics) + pango_font_metrics_get_descent (metrics);

  self->measures->char_width = pango_units_to_double (width);
  self->measures->height = PANGO_PIXELS_CEIL (height);
  self->measures->serial = font_serial;
  pango_font_metrics_unref (metrics);
}

static void
sb_line_measure (GtkWidget      *widget,
                 GtkOrientation  orientation,
                 int             for_size,
                 int            *minimum,
                 int            *natural,
                 int            *minimum_baseline,
                 int            *natural_baseline)
{
  SbLine *self = SB_LINE (widget);

  if (self->measures->serial != font_serial)
    look_at_font (self);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = self->measures->height;
      return;
    }
  *minimum = (int) (self->min_chars * self->measures->char_width + 0.999);
  *natural = MAX (*minimum, (int) (self->nat_chars * self->measures->char_width + 0.999));
}

static PangoLayout *
get_layout (SbLine *self)
{
  if (self->layout == NULL)
    {
      self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), self->text);
      pango_layout_set_single_paragraph_mode (self->layout, TRUE);
      pango_layout_set_ellipsize (self->layout, self->ellipsize);
      if (self->measures->tabular)
        {
          g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

          pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
          pango_layout_set_attributes (self->layout, attributes);
        }
    }
  return self->layout;
}

static void
sb_line_snapshot (GtkWidget   *widget,
                  GtkSnapshot *snapshot)
{
  SbLine *self = SB_LINE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  float xalign = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? 1 - self->xalign : self->xalign;
  PangoLayout *layout;
  PangoRectangle extents;
  GdkRGBA color;

  if (self->text == NULL || *self->text == '\0' || width <= 0)
    return;
  layout = get_layout (self);
  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_get_pixel_extents (layout, NULL, &extents);
  gtk_widget_get_color (widget, &color);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) ((int) (xalign * (float) (width - extents.width)) - extents.x),
                                                          (float) ((height - extents.height) / 2)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
sb_line_css_changed (GtkWidget         *widget,
                     GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sb_line_parent_class)->css_changed (widget, change);

  g_clear_object (&SB_LINE (widget)->layout);
}

static void
sb_line_system_setting_changed (GtkWidget        *widget,
                                GtkSystemSetting  setting)
{
  GTK_WIDGET_CLASS (sb_line_parent_class)->system_setting_changed (widget, setting);

  g_clear_object (&SB_LINE (widget)->layout);
}

static void
sb_line_direction_changed (GtkWidget        *widget,
                           GtkTextDirection  before)
{
  g_clear_object (&SB_LINE (widget)->layout);

  GTK_WIDGET_CLASS (sb_line_parent_class)->direction_changed (widget, before);
}

static void
sb_line_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  if (prop_id == PROP_TEXT)
    g_value_set_string (value, SB_LINE (object)->text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_line_finalize (GObject *object)
{
  SbLine *self = SB_LINE (object);

  g_clear_object (&self->layout);
  g_free (self->text);

  G_OBJECT_CLASS (sb_line_parent_class)->finalize (object);
}

static void
sb_line_class_init (SbLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->get_property = sb_line_get_property;
  G_OBJECT_CLASS (klass)->finalize = sb_line_finalize;
  widget_class->measure = sb_line_measure;
  widget_class->snapshot = sb_line_snapshot;
  widget_class->css_changed = sb_line_css_changed;
  widget_class->system_setting_changed = sb_line_system_setting_changed;
  widget_class->direction_changed = sb_line_direction_changed;

  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
sb_line_init (SbLine *self)
{
  self->ellipsize = PANGO_ELLIPSIZE_END;
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

/**
 * sb_line_new:
 * @classes: style classes, by spaces; those that may come and go must not change the font. "num": figures are equally wide
 * @min_chars: the least width, in characters
 * @nat_chars: the width that it would like to have
 */
GtkWidget *
sb_line_new (const char *classes,
             guint       min_chars,
             guint       nat_chars)
{
  SbLine *self = g_object_new (SB_TYPE_LINE, NULL);

  self->measures = get_measures (classes);
  self->min_chars = min_chars;
  self->nat_chars = nat_chars;
  if (*classes != '\0')
    {
      g_auto (GStrv) names = g_strsplit (classes, " ", -1);

      self->measures->tabular = g_strv_contains ((const char *const *) names, "num");
      gtk_widget_set_css_classes (GTK_WIDGET (self), (const char **) names);
    }
  return GTK_WIDGET (self);
}

void
sb_line_set_xalign (SbLine *self,
                    float   xalign)
{
  g_return_if_fail (SB_IS_LINE (self));

  self->xalign = xalign;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_line_set_ellipsize (SbLine            *self,
                       PangoEllipsizeMode mode)
{
  g_return_if_fail (SB_IS_LINE (self));

  self->ellipsize = mode;
  g_clear_object (&self->layout);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_line_set_nat_chars (SbLine *self,
                       guint   nat_chars)
{
  g_return_if_fail (SB_IS_LINE (self));

  if (self->nat_chars == nat_chars)
    return;
  self->nat_chars = nat_chars;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Most stay the same from one look to the next, and need not be drawn anew. */
void
sb_line_set_text (SbLine     *self,
                  const char *text)
{
  g_return_if_fail (SB_IS_LINE (self));

  if (!g_set_str (&self->text, text))
    return;
  if (self->layout != NULL)
    pango_layout_set_text (self->layout, text != NULL ? text : "", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : "", -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

const char *
sb_line_get_text (SbLine *self)
{
  g_return_val_if_fail (SB_IS_LINE (self), NULL);

  return self->text;
}
