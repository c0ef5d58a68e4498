/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-audit-page.h"

struct _SbAuditPage
{
  SbPage parent_instance;
};

G_DEFINE_FINAL_TYPE (SbAuditPage, sb_audit_page, SB_TYPE_PAGE)

static void
sb_audit_page_class_init (SbAuditPageClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), SB_RESOURCE_PATH "sb-audit-page.ui");
}

static void
sb_audit_page_init (SbAuditPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
