/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_SCHEMA_PAGE (sb_schema_page_get_type ())
G_DECLARE_FINAL_TYPE (SbSchemaPage, sb_schema_page, SB, SCHEMA_PAGE, AdwNavigationPage)

/* @document: (nullable): NULL: a new one. */
AdwNavigationPage *sb_schema_page_new       (SbEngine *engine, const SbSchemaDocument *document);
/* Whether there is something that is not saved. */
gboolean           sb_schema_page_is_dirty  (SbSchemaPage *self);
/* "Used by 2 rules" */
char              *sb_schema_page_dup_users (guint n_rules);

G_END_DECLS
