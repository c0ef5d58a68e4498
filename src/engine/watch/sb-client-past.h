/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_CLIENT_PAST_RATES 60    /* seconds of them */
#define SB_CLIENT_PAST_SAMPLES 7

/* A counter as it was. */
typedef struct
{
  gint64 time; /* monotonic, µs */
  guint64 count;
} SbSample;

/**
 * SbClientPast:
 *
 * What the numbers of one client were over the last minute, from which come its rate and its recent rejections. Most clients of ten thousand
 * say little and are never rejected, so what only the others need is not there before. A plain value inside its row; main thread.
 */
typedef struct
{
  /*< private >*/
  SbSample samples[SB_CLIENT_PAST_SAMPLES]; /* messages in and out; newest first */
  guint n_samples;
  guint n_rates;              /* that were ever put in */
  float *rates;               /* a ring of what the rate was, one for each second; NULL: always 0 */
  SbSample *rejected_samples; /* newest first; NULL: none was rejected yet */
  guint n_rejected_samples;
  gint64 rejected_sampled_at;
} SbClientPast;

/* @now: monotonic time, µs. What was rejected by then counts as rejected just now. */
void    sb_client_past_init         (SbClientPast *self, gint64 now);
void    sb_client_past_clear        (SbClientPast *self);
/* The counters as they are @now. Returns the rate, messages a second. */
double  sb_client_past_add          (SbClientPast *self, gint64 now, guint64 messages);
/* The same for rejected messages. Returns how many of them were so in the last 60 to 65 s. */
guint64 sb_client_past_add_rejected (SbClientPast *self, gint64 now, guint64 rejected);
/* @rates: room for SB_CLIENT_PAST_RATES; oldest first. Returns how many there are. */
guint   sb_client_past_get_rates    (const SbClientPast *self, double *rates);

G_END_DECLS
