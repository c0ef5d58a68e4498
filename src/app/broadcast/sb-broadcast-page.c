/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-broadcast-page.h"

struct _SbBroadcastPage
{
  SbPage parent_instance;
};

G_DEFINE_FINAL_TYPE (SbBroadcastPage, sb_broadcast_page, SB_TYPE_PAGE)

static void
sb_broadcast_page_class_init (SbBroadcastPageClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), SB_RESOURCE_PATH "sb-broadcast-page.ui");
}

static void
sb_broadcast_page_init (SbBroadcastPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
