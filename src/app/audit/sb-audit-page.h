/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_AUDIT_PAGE (sb_audit_page_get_type ())
G_DECLARE_FINAL_TYPE (SbAuditPage, sb_audit_page, SB, AUDIT_PAGE, SbPage)

G_END_DECLS
