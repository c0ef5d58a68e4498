/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-sent-messages.h"

struct _SbSentMessages
{
  GPtrArray *texts; /* (element-type utf8), oldest first */
  guint position;   /* of the one that was gone to; their number: none */
};

SbSentMessages *
sb_sent_messages_new (void)
{
  SbSentMessages *self = g_new0 (SbSentMessages, 1);

  self->texts = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
sb_sent_messages_free (SbSentMessages *self)
{
  g_ptr_array_unref (self->texts);
  g_free (self);
}

void
sb_sent_messages_add (SbSentMessages *self,
                      const char     *text,
                      gsize           length)
{
  g_autofree char *copy = g_strndup (text, length);

  g_return_if_fail (self != NULL);

  /* The same once more is no other. */
  if (self->texts->len == 0 || !g_str_equal (g_ptr_array_index (self->texts, self->texts->len - 1), copy))
    g_ptr_array_add (self->texts, g_steal_pointer (&copy));
  if (self->texts->len > SB_SENT_MESSAGES_MAX)
    g_ptr_array_remove_index (self->texts, 0);
  self->position = self->texts->len;
}

const char *
sb_sent_messages_go (SbSentMessages *self,
                     const char     *current,
                     int             step)
{
  guint n;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (step == 1 || step == -1, NULL);

  n = self->texts->len;
  if (*current == '\0')
    self->position = n;
  else if (self->position >= n || !g_str_equal (g_ptr_array_index (self->texts, self->position), current))
    return NULL;
  if ((step < 0 && self->position == 0) || (step > 0 && self->position == n))
    return NULL;
  self->position = (guint) ((int) self->position + step);
  return self->position == n ? "" : g_ptr_array_index (self->texts, self->position);
}
