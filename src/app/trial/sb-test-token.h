/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

#define SB_TYPE_TEST_TOKEN (sb_test_token_get_type ())
G_DECLARE_FINAL_TYPE (SbTestToken, sb_test_token, SB, TEST_TOKEN, GObject)

SbTestToken *sb_test_token_new          (SbEngine *engine);
/* Answers with a secret that lets a client in: the one there is, or where that is none any more, another. */
void         sb_test_token_get_async    (SbTestToken *self, GAsyncReadyCallback callback, gpointer user_data);
char        *sb_test_token_get_finish   (SbTestToken *self, GAsyncResult *result, GError **error); /* free with sb_token_secret_free() */
gint64       sb_test_token_get_id       (SbTestToken *self); /* 0: there is none */
/* Revokes and deletes it. What is on its way is so, too, when it is there. */
void         sb_test_token_discard      (SbTestToken *self);
/* Iterates the main context until all that are discarded are gone, at most 3 s. For who is about to close the engine. */
void         sb_test_token_settle       (void);

G_END_DECLS
