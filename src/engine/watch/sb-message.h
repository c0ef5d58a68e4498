/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-hub.h"

G_BEGIN_DECLS

/**
 * SbMessage:
 *
 * What the admin says, and to whom: what a template keeps and a schedule sends. Constant, atomically reference counted: it goes between
 * the main thread and the store's.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;

  /*< public, constant >*/
  SbTarget *target;  /* NULL: for nobody in particular */
  char *target_text; /* of sb_target_to_text(); "" without a target */
  gboolean binary;
  GBytes *payload;
} SbMessage;

SbMessage *sb_message_new   (const SbTarget *target, gboolean binary, GBytes *payload);
SbMessage *sb_message_ref   (SbMessage *self);
void       sb_message_unref (SbMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMessage, sb_message_unref)

G_END_DECLS
