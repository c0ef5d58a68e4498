/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-traffic-page.h"

struct _SbTrafficPage
{
  SbPage parent_instance;
};

G_DEFINE_FINAL_TYPE (SbTrafficPage, sb_traffic_page, SB_TYPE_PAGE)

static void
sb_traffic_page_class_init (SbTrafficPageClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), SB_RESOURCE_PATH "sb-traffic-page.ui");
}

static void
sb_traffic_page_init (SbTrafficPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
