/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-message.h"

/**
 * sb_message_new:
 * @target: (nullable): copied
 * @payload: a reference is taken
 *
 * Returns: (transfer full): the message, with one reference
 */
SbMessage *
sb_message_new (const SbTarget *target, gboolean binary, GBytes *payload)
{
  SbMessage *self;

  g_return_val_if_fail (payload != NULL, NULL);

  self = g_new0 (SbMessage, 1);
  sb_ref_count_init (&self->ref_count);
  self->target = target != NULL ? sb_target_copy (target) : NULL;
  self->target_text = target != NULL ? sb_target_to_text (target) : g_strdup ("");
  self->binary = !!binary;
  self->payload = g_bytes_ref (payload);

  return self;
}

SbMessage *
sb_message_ref (SbMessage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_message_unref (SbMessage *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  sb_target_free (self->target);
  g_free (self->target_text);
  g_bytes_unref (self->payload);
  g_free (self);
}
