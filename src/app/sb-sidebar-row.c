/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-sidebar-row.h"
#include <glib/gi18n.h>

/**
 * SbSidebarRow:
 *
 * The way to one page in the sidebar: icon, title, a dot where the page wants attention, and its count. Made by the
 * window, which owns both row and page.
 */
struct _SbSidebarRow
{
  GtkListBoxRow parent_instance;

  SbPage *page;
  GtkImage *icon;
  GtkWidget *count;
};

G_DEFINE_FINAL_TYPE (SbSidebarRow, sb_sidebar_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  PROP_0,
  PROP_PAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The dot and the bare number mean nothing to a screen reader: it is told in words. */
static void
update_description_cb (SbSidebarRow *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *title = adw_navigation_page_get_title (ADW_NAVIGATION_PAGE (self->page));
  const char *count = sb_page_get_count (self->page);

  gtk_widget_set_visible (self->count, count != NULL && *count != '\0');
  if (count != NULL && *count != '\0')
    g_string_append (text, count);
  if (sb_page_get_attention (self->page))
    {
      if (text->len > 0)
        g_string_append (text, ", ");
      g_string_append (text, _("needs attention"));
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str,
                                  -1);
}

/* For whoever presses no keys: a list's row has no action of its own that assistive technologies could find. */
static void
open_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  g_signal_emit_by_name (widget, "activate");
}

static void
sb_sidebar_row_constructed (GObject *object)
{
  SbSidebarRow *self = SB_SIDEBAR_ROW (object);

  G_OBJECT_CLASS (sb_sidebar_row_parent_class)->constructed (object);

  g_signal_connect_object (self->page, "notify::count", G_CALLBACK (update_description_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->page, "notify::attention", G_CALLBACK (update_description_cb), self,
                           G_CONNECT_SWAPPED);
  update_description_cb (self);
}

static void
sb_sidebar_row_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbSidebarRow *self = SB_SIDEBAR_ROW (object);

  if (prop_id == PROP_PAGE)
    g_value_set_object (value, self->page);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_sidebar_row_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  SbSidebarRow *self = SB_SIDEBAR_ROW (object);

  if (prop_id == PROP_PAGE)
    self->page = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_sidebar_row_dispose (GObject *object)
{
  SbSidebarRow *self = SB_SIDEBAR_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SIDEBAR_ROW);
  g_clear_object (&self->page);

  G_OBJECT_CLASS (sb_sidebar_row_parent_class)->dispose (object);
}

static void
sb_sidebar_row_class_init (SbSidebarRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sb_sidebar_row_constructed;
  object_class->get_property = sb_sidebar_row_get_property;
  object_class->set_property = sb_sidebar_row_set_property;
  object_class->dispose = sb_sidebar_row_dispose;

  properties[PROP_PAGE] = g_param_spec_object ("page", NULL, NULL, SB_TYPE_PAGE,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-sidebar-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSidebarRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbSidebarRow, count);
  gtk_widget_class_install_action (widget_class, "page.open", NULL, open_action_cb);
}

static void
sb_sidebar_row_init (SbSidebarRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_sidebar_row_new:
 * @page: where the row leads
 * @icon_name: a symbolic icon
 */
GtkWidget *
sb_sidebar_row_new (SbPage     *page,
                    const char *icon_name)
{
  SbSidebarRow *self;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);

  self = g_object_new (SB_TYPE_SIDEBAR_ROW, "page", page, NULL);
  gtk_image_set_from_icon_name (self->icon, icon_name);
  return GTK_WIDGET (self);
}

/**
 * sb_sidebar_row_get_page:
 *
 * Returns: (transfer none): where the row leads
 */
SbPage *
sb_sidebar_row_get_page (SbSidebarRow *self)
{
  g_return_val_if_fail (SB_IS_SIDEBAR_ROW (self), NULL);

  return self->page;
}
