/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_REQUEST_MAX_HEAD (16 * 1024) /* bytes of the first line and the headers */
#define SB_REQUEST_MAX_HEADERS 100      /* lines */

/**
 * SbHeadScan:
 *
 * How far the head of a request has come, whatever is in it. Begins with zeroes.
 */
typedef struct
{
  gsize length;     /* bytes so far */
  guint n_lines;    /* of it that are whole, and not empty */
  gboolean in_line; /* the one that comes has something in it */
  gboolean done;
  gboolean too_large;
} SbHeadScan;

/* Takes the next bytes; returns how many of them are part of a head that is not too large, or come behind it. */
gsize sb_head_scan_take (SbHeadScan *self, const guint8 *bytes, gsize n);

/**
 * SbRequestHead:
 *
 * The head of a WebSocket handshake, where it is as plain as practically every client writes it. It is no parser of HTTP and must not become
 * one: whatever is unusual in the least is not read here but left to libsoup, which so decides about everything that is malformed, and
 * about most of what is merely odd. What is read here, libsoup would read in the same way, only at ten times the cost; a fuzz target
 * compares the two.
 *
 * Strings are borrowed from the head; NULL where a header is absent. Any thread.
 */
typedef struct
{
  char *text; /* what the others point into */
  gsize length;

  const char *path;  /* raw, still percent-encoded, without the query */
  const char *query; /* raw, without "?"; NULL for none */
  const char *host;
  const char *upgrade;
  const char *connection;
  const char *key;
  const char *version;
  const char *protocols;
  const char *extensions;
  const char *origin;
  const char *authorization;
  const char *user_agent;
} SbRequestHead;

/* Reads what @bytes begin with. TRUE: it is a whole head, and a plain one: a GET of HTTP/1.1 for a path, with Host, Upgrade, Connection and the key
 * and version of RFC 6455 §4.1, each once, and no body. Free with sb_request_head_clear(). FALSE: it is for libsoup, or not all there. */
gboolean sb_request_head_read  (SbRequestHead *self, const guint8 *bytes, gsize length);
/* Also overwrites the text: a token is in it. */
void     sb_request_head_clear (SbRequestHead *self);

G_END_DECLS
