/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_SENT_MESSAGES_MAX 50

/**
 * SbSentMessages:
 *
 * What was sent, to be called back by the arrow keys as a shell does it. Main thread.
 */
typedef struct _SbSentMessages SbSentMessages;

SbSentMessages *sb_sent_messages_new  (void);
void            sb_sent_messages_free (SbSentMessages *self);
/* It is the newest from now on, and the next that is gone to when one goes back. */
void            sb_sent_messages_add  (SbSentMessages *self, const char *text, gsize length);
/* The one before (@step -1) or after (1) the one that @current is; "" after the newest. NULL: there is no other, or @current is something else that
 * must not be lost. Valid until the next call of add. */
const char     *sb_sent_messages_go   (SbSentMessages *self, const char *current, int step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSentMessages, sb_sent_messages_free)

G_END_DECLS
