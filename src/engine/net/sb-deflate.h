/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-frame.h"
#include <glib.h>

G_BEGIN_DECLS

/* Bytes of a message that is worth compressing: shorter ones would save less than they cost, longer ones would keep
 * the lane, and all who are on it, busy for too long. */
#define SB_DEFLATE_MIN 256
#define SB_DEFLATE_MAX (1 << 20)
/* Messages that one lane unpacks at the same time: 40 MiB besides what comes of them. Only those count that take more
 * than one read to come in. */
#define SB_DEFLATE_MAX_INFLATERS 1024
#define SB_DEFLATE_INFLATER_SIZE (40 * 1024) /* zlib's window of 32 KiB and its tables */

typedef struct _SbInflater SbInflater;

/**
 * SbDeflate:
 *
 * What a lane needs to speak permessage-deflate (RFC 7692): one compressor, made when the first message is
 * compressed, and the decompressors of those messages that are just coming in. No client has one of either for longer
 * than a message, as windows are not taken over (see #SbDeflateOffer). A plain value inside the lane; its thread
 * only.
 */
typedef struct
{
  /*< private >*/
  struct z_stream_s *compressor; /* NULL: none was needed yet */
  guint8 *buffer;                /* for what comes out of it */
  SbInflater *idle;              /* the one that is kept for the next message; NULL: none */
  guint n_inflaters;             /* at work */
} SbDeflate;

void        sb_deflate_init           (SbDeflate *self);
/* All inflaters must have been given back. */
void        sb_deflate_clear          (SbDeflate *self);

/* The frame to send instead of @plain to a client that agreed to compression with @window_bits: the compressed one,
 * or @plain where that is as good or the window too small. Not a reference: lives as long as @plain. Any message is
 * compressed at most once in its life, whichever lanes ask for it: who comes second waits for the first. */
SbFrame    *sb_deflate_get_frame      (SbDeflate *self, SbFrame *plain, guint window_bits);

/* For one message; about 40 KiB. NULL: there are as many as there may be. */
SbInflater *sb_deflate_take_inflater  (SbDeflate *self);
void        sb_deflate_give_inflater  (SbDeflate *self, SbInflater *inflater);
/* How many messages are being decompressed now. */
guint       sb_deflate_get_n_inflaters (const SbDeflate *self);

typedef enum
{
  SB_INFLATED_OK,
  SB_INFLATED_DAMAGED, /* not DEFLATE (RFC 1951), or not ended where it should */
  SB_INFLATED_TOO_BIG, /* would come to more than @max; no more than that was kept */
} SbInflated;

/* Appends to @out what the next @length bytes of a message stand for, until @out holds @max bytes. @end: the message
 * ends with them. */
SbInflated  sb_inflater_push          (SbInflater *self, const guint8 *data, gsize length, gboolean end, gsize max,
                                       GByteArray *out);
/* How many bytes of the message were pushed. */
guint64     sb_inflater_get_length    (const SbInflater *self);

G_END_DECLS
