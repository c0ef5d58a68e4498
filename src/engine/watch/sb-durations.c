/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-durations.h"

#define NS_PER_MS 1e6

void
sb_durations_add (SbDurations *self, gint64 duration)
{
  g_return_if_fail (self != NULL);

  sb_histogram_add (&self->interval, duration);
  sb_histogram_add (&self->whole, duration);
}

static char *
format_ms (gint64 duration)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (number, sizeof number, "%.2f", duration / NS_PER_MS));
}

char *
sb_durations_to_text (const SbDurations *self, gboolean whole)
{
  g_return_val_if_fail (self != NULL, NULL);

  const SbHistogram *histogram = whole ? &self->whole : &self->interval;
  g_autofree char *median = format_ms (sb_histogram_get (histogram, 0.5));
  g_autofree char *most = format_ms (sb_histogram_get (histogram, 0.99));
  g_autofree char *longest = format_ms (sb_histogram_get (histogram, 1));

  return g_strdup_printf ("%s%s: n %" G_GUINT64_FORMAT ", p50 %s ms, p99 %s ms, longest %s ms", self->what,
                          whole ? ", in all" : "", histogram->n, median, most, longest);
}

void
sb_durations_tell (SbDurations *self)
{
  g_autofree char *text = sb_durations_to_text (self, FALSE);

  g_printerr ("%s\n", text);
  sb_histogram_reset (&self->interval);
}

void
sb_durations_finish (SbDurations *self)
{
  g_autofree char *text = sb_durations_to_text (self, TRUE);

  g_printerr ("%s\n", text);
}
