/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-filter-bar.h"
#include "sb-page.h"
#include <string.h>

/**
 * SbFilterBar:
 *
 * What narrows a list: a search, and a choice. Where there is little room the search is folded behind a button and the
 * choice is a drop-down, with what the page has to tell ("20 connected") beside it; elsewhere that is the page's subtitle.
 */
struct _SbFilterBar
{
  GtkBox parent_instance;

  char *placeholder;
  gboolean narrow;
  char *facts;
  AdwWindowTitle *window_title; /* where the facts stand while there is room */
  GPtrArray *names; /* of the choices, in order */
  guint chosen;
  char *needle;     /* what is searched for, casefolded; NULL: nothing */

  GtkBox *line;
  GtkSearchEntry *entry;
  GtkToggleButton *search_button;
  AdwToggleGroup *toggles;
  GtkDropDown *drop_down;
  GtkStringList *labels;
};

G_DEFINE_FINAL_TYPE (SbFilterBar, sb_filter_bar, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_PLACEHOLDER,
  PROP_NARROW,
  PROP_FACTS,
  PROP_WINDOW_TITLE,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
update_needle (SbFilterBar *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
}

static void
changed_cb (SbFilterBar *self)
{
  g_autofree char *before = g_steal_pointer (&self->needle);

  update_needle (self);
  if (g_strcmp0 (before, self->needle) != 0)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* Between the buttons of a narrow header bar there is room for the title alone. */
static void
place_facts (SbFilterBar *self)
{
  if (self->window_title != NULL)
    adw_window_title_set_subtitle (self->window_title, self->narrow || self->facts == NULL ? "" : self->facts);
}

/* Folded, the entry has a line of its own while it is open; what is searched for is never hidden. */
static void
place_entry (SbFilterBar *self)
{
  GtkWidget *entry = GTK_WIDGET (self->entry);
  GtkBox *home = self->narrow ? GTK_BOX (self) : self->line;

  if (gtk_widget_get_parent (entry) != GTK_WIDGET (home))
    {
      g_object_ref (entry);
      gtk_box_remove (self->narrow ? self->line : GTK_BOX (self), entry);
      if (self->narrow)
        gtk_box_append (home, entry);
      else
        gtk_box_prepend (home, entry);
      g_object_unref (entry);
      gtk_toggle_button_set_active (self->search_button, self->narrow && self->needle != NULL);
    }
  gtk_widget_set_visible (entry, !self->narrow || gtk_toggle_button_get_active (self->search_button));
}

static void
search_toggled_cb (SbFilterBar *self)
{
  gboolean open = gtk_toggle_button_get_active (self->search_button);

  if (!open && self->narrow)
    sb_filter_bar_set_text (self, "");
  place_entry (self);
  if (open && self->narrow)
    gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

static void
stop_search_cb (SbFilterBar *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_toggle_button_set_active (self->search_button, FALSE);
}

/* The toggles and the drop-down show the same choice; whichever is used leads the other. */
static void
choose (SbFilterBar *self,
        guint        position)
{
  if (position >= self->names->len || position == self->chosen)
    return;

  self->chosen = position;
  adw_toggle_group_set_active (self->toggles, position);
  gtk_drop_down_set_selected (self->drop_down, position);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
toggled_cb (SbFilterBar *self)
{
  choose (self, adw_toggle_group_get_active (self->toggles));
}

static void
selected_cb (SbFilterBar *self)
{
  choose (self, gtk_drop_down_get_selected (self->drop_down));
}

static void
sb_filter_bar_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbFilterBar *self = SB_FILTER_BAR (object);

  switch (prop_id)
    {
    case PROP_PLACEHOLDER:
      g_value_set_string (value, self->placeholder);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_FACTS:
      g_value_set_string (value, self->facts);
      break;
    case PROP_WINDOW_TITLE:
      g_value_set_object (value, self->window_title);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_filter_bar_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  SbFilterBar *self = SB_FILTER_BAR (object);

  switch (prop_id)
    {
    case PROP_PLACEHOLDER:
      if (g_set_str (&self->placeholder, g_value_get_string (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_NARROW:
      if (self->narrow != g_value_get_boolean (value))
        {
          self->narrow = g_value_get_boolean (value);
          place_entry (self);
          place_facts (self);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_FACTS:
      sb_filter_bar_set_facts (self, g_value_get_string (value));
      break;
    case PROP_WINDOW_TITLE:
      g_set_object (&self->window_title, g_value_get_object (value));
      place_facts (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_filter_bar_dispose (GObject *object)
{
  SbFilterBar *self = SB_FILTER_BAR (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_FILTER_BAR);
  g_clear_object (&self->window_title);

  G_OBJECT_CLASS (sb_filter_bar_parent_class)->dispose (object);
}

static void
sb_filter_bar_finalize (GObject *object)
{
  SbFilterBar *self = SB_FILTER_BAR (object);

  g_free (self->placeholder);
  g_free (self->needle);
  g_free (self->facts);
  g_ptr_array_unref (self->names);

  G_OBJECT_CLASS (sb_filter_bar_parent_class)->finalize (object);
}

static void
sb_filter_bar_class_init (SbFilterBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_filter_bar_get_property;
  object_class->set_property = sb_filter_bar_set_property;
  object_class->dispose = sb_filter_bar_dispose;
  object_class->finalize = sb_filter_bar_finalize;

  properties[PROP_PLACEHOLDER] = g_param_spec_string ("placeholder", NULL, NULL, NULL,
                                                      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_FACTS] = g_param_spec_string ("facts", NULL, NULL, NULL,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_WINDOW_TITLE] = g_param_spec_object ("window-title", NULL, NULL, ADW_TYPE_WINDOW_TITLE,
                                                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbFilterBar::changed:
   *
   * Something else is to be shown: sb_filter_bar_matches() or sb_filter_bar_get_choice() gives another answer than before.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-filter-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFilterBar, line);
  gtk_widget_class_bind_template_child (widget_class, SbFilterBar, entry);
  gtk_widget_class_bind_template_child (widget_class, SbFilterBar, search_button);
  gtk_widget_class_bind_template_child (widget_class, SbFilterBar, toggles);
  gtk_widget_class_bind_template_child (widget_class, SbFilterBar, drop_down);
  gtk_widget_class_bind_template_child (widget_class, SbFilterBar, labels);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
}

static void
sb_filter_bar_init (SbFilterBar *self)
{
  self->names = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

SbFilterBar *
sb_filter_bar_new (void)
{
  return g_object_new (SB_TYPE_FILTER_BAR, NULL);
}

void
sb_filter_bar_add_choice (SbFilterBar *self,
                          const char  *name,
                          const char  *label)
{
  AdwToggle *toggle;

  g_return_if_fail (SB_IS_FILTER_BAR (self));
  g_return_if_fail (name != NULL && label != NULL);

  g_ptr_array_add (self->names, g_strdup (name));
  gtk_string_list_append (self->labels, label);
  toggle = adw_toggle_new ();
  adw_toggle_set_name (toggle, name);
  adw_toggle_set_label (toggle, label);
  adw_toggle_group_add (self->toggles, toggle);
  adw_toggle_group_set_active (self->toggles, self->chosen);
}

const char *
sb_filter_bar_get_choice (SbFilterBar *self)
{
  g_return_val_if_fail (SB_IS_FILTER_BAR (self), NULL);

  return self->chosen < self->names->len ? g_ptr_array_index (self->names, self->chosen) : NULL;
}

void
sb_filter_bar_set_choice (SbFilterBar *self,
                          const char  *name)
{
  g_return_if_fail (SB_IS_FILTER_BAR (self));
  g_return_if_fail (name != NULL);

  for (guint i = 0; i < self->names->len; i++)
    if (g_str_equal (g_ptr_array_index (self->names, i), name))
      choose (self, i);
}

const char *
sb_filter_bar_get_text (SbFilterBar *self)
{
  g_return_val_if_fail (SB_IS_FILTER_BAR (self), NULL);

  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/* Acts at once, without the short wait for more keys. */
void
sb_filter_bar_set_text (SbFilterBar *self,
                        const char  *text)
{
  g_return_if_fail (SB_IS_FILTER_BAR (self));
  g_return_if_fail (text != NULL);

  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  changed_cb (self);
  if (self->narrow && self->needle != NULL)
    gtk_toggle_button_set_active (self->search_button, TRUE);
}

/**
 * sb_filter_bar_set_facts:
 * @facts: (nullable): what the page has to tell, as in "20 connected"
 *
 * Shown as the subtitle of the property "window-title", or in the bar while it is narrow.
 */
void
sb_filter_bar_set_facts (SbFilterBar *self,
                         const char  *facts)
{
  g_return_if_fail (SB_IS_FILTER_BAR (self));

  if (!g_set_str (&self->facts, facts))
    return;
  place_facts (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FACTS]);
}

gboolean
sb_filter_bar_get_narrow (SbFilterBar *self)
{
  g_return_val_if_fail (SB_IS_FILTER_BAR (self), FALSE);

  return self->narrow;
}

gboolean
sb_filter_bar_is_searching (SbFilterBar *self)
{
  g_return_val_if_fail (SB_IS_FILTER_BAR (self), FALSE);

  return self->needle != NULL;
}

gboolean
sb_filter_bar_matches (SbFilterBar *self,
                       const char  *text)
{
  g_autofree char *folded = NULL;

  g_return_val_if_fail (SB_IS_FILTER_BAR (self), FALSE);

  if (self->needle == NULL)
    return TRUE;
  if (text == NULL)
    return FALSE;

  folded = g_utf8_casefold (text, -1);
  return strstr (folded, self->needle) != NULL;
}

void
sb_filter_bar_focus_search (SbFilterBar *self)
{
  g_return_if_fail (SB_IS_FILTER_BAR (self));

  gtk_toggle_button_set_active (self->search_button, self->narrow);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

void
sb_filter_bar_reset (SbFilterBar *self)
{
  g_return_if_fail (SB_IS_FILTER_BAR (self));

  sb_filter_bar_set_text (self, "");
  choose (self, 0);
}
