/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-clients-page.h"

struct _SbClientsPage
{
  SbPage parent_instance;
};

G_DEFINE_FINAL_TYPE (SbClientsPage, sb_clients_page, SB_TYPE_PAGE)

static void
sb_clients_page_class_init (SbClientsPageClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), SB_RESOURCE_PATH "sb-clients-page.ui");
}

static void
sb_clients_page_init (SbClientsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
