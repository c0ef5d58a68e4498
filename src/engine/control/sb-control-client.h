/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The other end of the control interface, for programs that ask. Blocks until the answer is there. Any thread. */
JsonNode *sb_control_client_call (const char *data_dir, const char *method, const char *path, JsonNode *body, guint *status, GError **error);

/* The same for an answer that is no JSON object, or has no end: what there is of it so far can be read from the stream, which waits for more. */
GInputStream *sb_control_client_open (const char *data_dir, const char *path, guint *status, GError **error);

G_END_DECLS
