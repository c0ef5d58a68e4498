/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-gate.h"
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
/* Counts it, and tells the main thread. @address: the client's. */
void sb_http_refusal_tell     (SbLane *lane, SoupServerMessage *message, const char *address, const SbVerdict *verdict);

G_END_DECLS
