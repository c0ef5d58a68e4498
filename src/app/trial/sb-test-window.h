/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include "trial/sb-test-client.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TEST_WINDOW (sb_test_window_get_type ())
G_DECLARE_FINAL_TYPE (SbTestWindow, sb_test_window, SB, TEST_WINDOW, AdwWindow)

GtkWindow    *sb_test_window_new        (GtkApplication *application, SbEngine *engine);
SbTestClient *sb_test_window_get_client (SbTestWindow *self);

G_END_DECLS
