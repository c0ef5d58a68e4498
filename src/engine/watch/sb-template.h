/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-message.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* Characters of a name. */
#define SB_TEMPLATE_MAX_NAME 64

#define SB_TYPE_TEMPLATE (sb_template_get_type ())
G_DECLARE_FINAL_TYPE (SbTemplate, sb_template, SB, TEMPLATE, GObject)

/**
 * SbTemplate:
 *
 * A message that is kept under a name, to be said again. Constant: a change makes another one in its place. Any thread. Readable
 * property for expressions: "name" (string).
 */
SbTemplate *sb_template_new            (gint64 id, const char *name, gint64 changed_at, SbMessage *message);
gint64      sb_template_get_id         (SbTemplate *self); /* the database's */
const char *sb_template_get_name       (SbTemplate *self);
gint64      sb_template_get_changed_at (SbTemplate *self); /* real time, µs */
SbMessage  *sb_template_get_message    (SbTemplate *self); /* transfer none */

G_END_DECLS
