/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SECRET_PAGE (sb_secret_page_get_type ())
G_DECLARE_FINAL_TYPE (SbSecretPage, sb_secret_page, SB, SECRET_PAGE, AdwNavigationPage)

void sb_secret_page_push (AdwDialog *dialog, AdwNavigationView *view, SbEngine *engine, const SbToken *token, char *secret);

G_END_DECLS
