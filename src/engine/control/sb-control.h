/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SB_TYPE_CONTROL (sb_control_get_type ())
G_DECLARE_FINAL_TYPE (SbControl, sb_control, SB, CONTROL, GObject)

/**
 * SbControl:
 *
 * The control interface of docs/control.md: HTTP + JSON. Handles requests, whoever carries them: sb_control_listen() serves them on the
 * Unix socket DIR/control.sock (mode 0600, by libsoup), signalboxctl handles its own with no server running. Main thread.
 */
SbControl *sb_control_new           (SbEngine *engine);
gboolean   sb_control_listen        (SbControl *self, GError **error);
void       sb_control_close         (SbControl *self); /* removes the socket */
/* @method, @path ("/tokens/3/revoke"), @query (nullable), @body (nullable). */
void       sb_control_handle_async  (SbControl *self, const char *method, const char *path, GHashTable *query, GBytes *body, GAsyncReadyCallback callback, gpointer user_data);
/* Always gives an answer; errors are {"error": CODE, "message": TEXT} with their status. */
JsonNode  *sb_control_handle_finish (SbControl *self, GAsyncResult *result, guint *status);

G_END_DECLS
