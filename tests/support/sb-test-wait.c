/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-wait.h"

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
begin (SbTestWait *self, guint deadline)
{
  self->deadline = g_get_monotonic_time () + deadline * G_GINT64_CONSTANT (1000);
  self->tick = g_timeout_source_new (1);
  g_source_set_callback (self->tick, tick_cb, NULL, NULL);
  g_source_attach (self->tick, NULL);
}

void
sb_test_wait_begin (SbTestWait *self)
{
  begin (self, SB_TEST_DEADLINE);
}

void
sb_test_wait_iterate (SbTestWait *self,
                      const char *expression,
                      const char *domain,
                      const char *file,
                      int         line,
                      const char *function)
{
  if (g_get_monotonic_time () > self->deadline)
    {
      g_autofree char *message = g_strdup_printf ("waited in vain for %s", expression);

      g_assertion_message (domain, file, line, function, message);
    }
  g_main_context_iteration (NULL, TRUE);
}

void
sb_test_wait_end (SbTestWait *self)
{
  g_source_destroy (self->tick);
  g_clear_pointer (&self->tick, g_source_unref);
}

gboolean
sb_test_wait_until (gboolean (*condition) (gpointer user_data), gpointer user_data, guint deadline)
{
  SbTestWait wait;
  gboolean met;

  begin (&wait, deadline);
  while (!(met = condition (user_data)) && g_get_monotonic_time () <= wait.deadline)
    g_main_context_iteration (NULL, TRUE);
  sb_test_wait_end (&wait);
  return met;
}

void
sb_test_iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
