/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-request-head.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_REQUEST_STREAM (sb_request_stream_get_type ())
G_DECLARE_FINAL_TYPE (SbRequestStream, sb_request_stream, SB, REQUEST_STREAM, GIOStream)

/**
 * SbRequestStream:
 *
 * A connection that is about to ask for something, as it is handed to libsoup. Passes everything on, and remembers the
 * beginning of the first line, because libsoup shows a request's path only after `..` and `%2e%2e` have been resolved
 * in it: what is not the name of a channel must be refused, not taken for another one. And it bounds what comes before
 * the request is whole: of a head that is too large libsoup sees the beginning, and then its end. One thread.
 */
/* @heard (nullable): what was read of it already, and comes first. */
SbRequestStream *sb_request_stream_new        (GIOStream *base, GBytes *heard);
/* The connection itself, which is no longer closed with this one, nor to be had through it. (transfer full) */
GIOStream       *sb_request_stream_steal_base (SbRequestStream *self);
/* The path of the request that has been read, as the client wrote it and without the query; NULL: there is none, or
 * it was taken before. (transfer full) */
char            *sb_request_stream_take_path  (SbRequestStream *self);
/* Whether it was cut because of its size. */
gboolean         sb_request_stream_is_too_large (SbRequestStream *self);

G_END_DECLS
