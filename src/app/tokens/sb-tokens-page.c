/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-tokens-page.h"

struct _SbTokensPage
{
  SbPage parent_instance;
};

G_DEFINE_FINAL_TYPE (SbTokensPage, sb_tokens_page, SB_TYPE_PAGE)

static void
sb_tokens_page_class_init (SbTokensPageClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), SB_RESOURCE_PATH "sb-tokens-page.ui");
}

static void
sb_tokens_page_init (SbTokensPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
