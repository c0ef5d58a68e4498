/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-gate.h"
#include "net/sb-caller.h"
#include "net/sb-lane.h"
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A refused handshake: what its client gets, the refusals of docs/protocol.md, and what the main thread hears of it. For the listener's
 * lane. */

extern const SbVerdict sb_http_refusal_malformed;
extern const SbVerdict sb_http_refusal_too_large;

/* Status, headers and body. */
void sb_http_refusal_answer   (SoupServerMessage *message, const SbVerdict *verdict);
/* Only the body, for an answer whose status is libsoup's. */
void sb_http_refusal_set_body (SoupServerMessage *message, const SbVerdict *verdict);
/* The same as one text, for a connection of which libsoup knows nothing. What does not go out is lost, for there is nobody to tell. */
void sb_http_refusal_write    (const SbCaller *caller, const SbVerdict *verdict);
/* Counts it, and tells the main thread. @address: the client's; @origin (nullable), @path: as the client says. */
void sb_http_refusal_tell     (SbLane *lane, const SbVerdict *verdict, const char *address, const char *origin, const char *path);

G_END_DECLS
