/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

AdwDialog *sb_about_dialog_new   (SbEngine *engine);
char      *sb_about_make_details (SbEngine *engine);

G_END_DECLS
