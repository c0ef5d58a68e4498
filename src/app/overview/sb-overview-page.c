/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-overview-page.h"

struct _SbOverviewPage
{
  SbPage parent_instance;
};

G_DEFINE_FINAL_TYPE (SbOverviewPage, sb_overview_page, SB_TYPE_PAGE)

static void
sb_overview_page_class_init (SbOverviewPageClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), SB_RESOURCE_PATH "sb-overview-page.ui");
}

static void
sb_overview_page_init (SbOverviewPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
