/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_CONNECT_SNIPPETS (sb_connect_snippets_get_type ())
G_DECLARE_FINAL_TYPE (SbConnectSnippets, sb_connect_snippets, SB, CONNECT_SNIPPETS, AdwPreferencesGroup)

GtkWidget *sb_connect_snippets_new        (const char *uri, const char *secret);
AdwDialog *sb_connect_snippets_dialog_new (const char *uri);

G_END_DECLS
