/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include <math.h>
#include <string.h>

/* The colours of data/style.css: each rule that gives text a colour, or a ground, can be read on everything that it may lie on. */

/* WCAG 2.2, success criterion 1.4.3: text, unless it is large. */
#define LEAST_CONTRAST 4.5

typedef struct
{
  const char *name;
  const char *ground, *text; /* as in a style sheet */
  double chosen;             /* how much of the text's colour lies over it: rows that are selected */
} Surface;

static const Surface surfaces[] = {
  { "the window", "var(--window-bg-color)", "var(--window-fg-color)", 0 },
  { "a view", "var(--view-bg-color)", "var(--view-fg-color)", 0 },
  { "a selected row", "var(--view-bg-color)", "var(--view-fg-color)", .1 },
  { "a card", "var(--card-bg-color)", "var(--card-fg-color)", 0 },
  { "the sidebar", "var(--sidebar-bg-color)", "var(--sidebar-fg-color)", 0 },
  { "a dialog", "var(--dialog-bg-color)", "var(--dialog-fg-color)", 0 },
  { "a popover", "var(--popover-bg-color)", "var(--popover-fg-color)", 0 },
};

/* No text is ever on these: a dot stands beside the word that says the same. */
static const char *const without_text[] = { ".dot", ".dot.on", ".dot.warn", ".dot.bad", ".dot.attention" };

typedef struct
{
  GtkWidget *label;
  GtkCssProvider *provider;
} Probe;

/* What the style makes of @expression, a colour of a style sheet. */
static GdkRGBA
resolve (Probe      *probe,
         const char *expression)
{
  g_autofree char *sheet = g_strdup_printf (".probe { color: %s; }", expression);
  GdkRGBA color;

  gtk_css_provider_load_from_string (probe->provider, sheet);
  gtk_widget_get_color (probe->label, &color);
  return color;
}

static GdkRGBA
over (const GdkRGBA *above,
      const GdkRGBA *below)
{
  float alpha = above->alpha;

  return (GdkRGBA){ above->red * alpha + below->red * (1 - alpha), above->green * alpha + below->green * (1 - alpha),
                    above->blue * alpha + below->blue * (1 - alpha), 1 };
}

static double
linear (double value)
{
  return value <= .04045 ? value / 12.92 : pow ((value + .055) / 1.055, 2.4);
}

/* WCAG 2.2, "relative luminance". */
static double
luminance (const GdkRGBA *color)
{
  return .2126 * linear (color->red) + .7152 * linear (color->green) + .0722 * linear (color->blue);
}

static double
contrast (const GdkRGBA *one,
          const GdkRGBA *other)
{
  double a = luminance (one), b = luminance (other);

  return (MAX (a, b) + .05) / (MIN (a, b) + .05);
}

/* The value of @property among the declarations of @body; NULL: there is none. */
static char *
dup_value (const char *body,
           const char *property)
{
  g_auto (GStrv) declarations = g_strsplit (body, ";", -1);

  for (char **one = declarations; *one != NULL; one++)
    {
      char *colon = strchr (*one, ':');

      if (colon == NULL)
        continue;
      *colon = '\0';
      if (g_str_equal (g_strstrip (*one), property))
        return g_strdup (g_strstrip (colon + 1));
    }
  return NULL;
}

static char *
with_text (const char *expression,
           const char *text)
{
  GString *result = g_string_new (expression);

  g_string_replace (result, "currentColor", text, 0);
  return g_string_free_and_steal (result);
}

/* Returns how many times the rule cannot be read. */
static guint
check_rule (Probe      *probe,
            const char *style,
            const char *selector,
            const char *color,
            const char *background)
{
  guint n_faults = 0;

  for (guint i = 0; i < G_N_ELEMENTS (surfaces); i++)
    {
      const Surface *surface = &surfaces[i];
      g_autofree char *text = with_text (color != NULL ? color : surface->text, surface->text);
      GdkRGBA window = resolve (probe, "var(--window-bg-color)");
      GdkRGBA ground = resolve (probe, surface->ground);
      GdkRGBA ink = resolve (probe, surface->text);
      double found;

      ground = over (&ground, &window);
      ink.alpha *= surface->chosen;
      ground = over (&ink, &ground);
      if (background != NULL)
        {
          g_autofree char *expression = with_text (background, text);
          GdkRGBA own = resolve (probe, expression);

          ground = over (&own, &ground);
        }
      ink = resolve (probe, text);
      ink = over (&ink, &ground);
      found = contrast (&ink, &ground);
      g_test_message ("%s: %s on %s: %.2f", style, selector, surface->name, found);
      if (found < LEAST_CONTRAST)
        {
          g_printerr ("%s: %s on %s has a contrast of %.2f only\n", style, selector, surface->name, found);
          n_faults++;
        }
    }
  return n_faults;
}

static char *
dup_sheet (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data ("/org/signalbox/Signalbox/style.css", G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  g_autoptr (GRegex) comment = g_regex_new ("/\\*.*?\\*/", G_REGEX_DOTALL, G_REGEX_MATCH_DEFAULT, NULL);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_regex_replace_literal (comment, text, -1, 0, "", G_REGEX_MATCH_DEFAULT, NULL);
}

static guint
check_sheet (Probe      *probe,
             const char *style,
             guint      *n_rules)
{
  g_autofree char *sheet = dup_sheet ();
  g_auto (GStrv) rules = g_strsplit (sheet, "}", -1);
  guint n_faults = 0;

  for (char **rule = rules; *rule != NULL; rule++)
    {
      char *brace = strchr (*rule, '{');
      g_autofree char *color = NULL;
      g_autofree char *background = NULL;

      if (brace == NULL)
        continue;
      *brace = '\0';
      g_strstrip (*rule);
      color = dup_value (brace + 1, "color");
      background = dup_value (brace + 1, "background");
      if (background == NULL)
        background = dup_value (brace + 1, "background-color");
      if (g_strcmp0 (background, "none") == 0)
        g_clear_pointer (&background, g_free);
      if ((color == NULL && background == NULL) || g_strv_contains (without_text, *rule))
        continue;
      n_faults += check_rule (probe, style, *rule, color, background);
      (*n_rules)++;
    }
  return n_faults;
}

static void
test_style_sheet (void)
{
  static const struct
  {
    AdwColorScheme scheme;
    const char *name;
  } styles[] = { { ADW_COLOR_SCHEME_FORCE_LIGHT, "light" }, { ADW_COLOR_SCHEME_FORCE_DARK, "dark" } };
  AdwStyleManager *manager = adw_style_manager_get_default ();
  GtkWidget *window = gtk_window_new ();
  Probe probe = { gtk_label_new ("x"), gtk_css_provider_new () };
  guint n_faults = 0;

  g_assert_cmpint (adw_style_manager_get_high_contrast (manager), ==,
                   g_strcmp0 (g_getenv ("ADW_DEBUG_HIGH_CONTRAST"), "1") == 0);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (probe.provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_USER + 1);
  gtk_widget_add_css_class (probe.label, "probe");
  gtk_window_set_child (GTK_WINDOW (window), probe.label);
  gtk_window_present (GTK_WINDOW (window));
  app_test_wait_until (gtk_widget_get_mapped (probe.label));

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      guint n_rules = 0;
      GdkRGBA ground;

      adw_style_manager_set_color_scheme (manager, styles[i].scheme);
      ground = resolve (&probe, "var(--window-bg-color)");
      g_assert_cmpint (luminance (&ground) < .2, ==, styles[i].scheme == ADW_COLOR_SCHEME_FORCE_DARK);
      n_faults += check_sheet (&probe, styles[i].name, &n_rules);
      /* Pills, keys, chips: otherwise the sheet was not understood. */
      g_assert_cmpuint (n_rules, >=, 6);
    }
  g_assert_cmpuint (n_faults, ==, 0);
  gtk_style_context_remove_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (probe.provider));
  g_object_unref (probe.provider);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What is computed is right: the figures of the definition. */
static void
test_contrast (void)
{
  const GdkRGBA black = { 0, 0, 0, 1 }, white = { 1, 1, 1, 1 }, gray = { .4666667f, .4666667f, .4666667f, 1 };

  g_assert_cmpfloat_with_epsilon (contrast (&black, &white), 21, .001);
  g_assert_cmpfloat_with_epsilon (contrast (&white, &white), 1, .001);
  g_assert_cmpfloat_with_epsilon (contrast (&gray, &white), 4.48, .01); /* #777 */
}

static void
add (void)
{
  g_test_add_func ("/contrast/computed", test_contrast);
  g_test_add_func ("/contrast/style-sheet", test_style_sheet);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
