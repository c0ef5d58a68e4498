/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trial/sb-talk-line.h"
#include <adwaita.h>

G_BEGIN_DECLS

AdwDialog *sb_talk_dialog_new (SbTalkLine *line);

G_END_DECLS
