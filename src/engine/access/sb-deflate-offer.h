/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbDeflateOffer:
 *
 * What a client and we agreed on for permessage-deflate (RFC 7692). A plain value; any thread.
 *
 * Neither side takes its window over from one message to the next, whatever the client offered: a server may always
 * say so (§7.1.1.1, §7.1.1.2). For what we send it is what lets one compressed frame go to everyone, for what we
 * receive it is what keeps an idle client from costing 40 KiB. How far back a client looks within a message is its
 * own affair, for we read with the largest window there is; so client_max_window_bits is understood, and never asked
 * for.
 */
typedef struct
{
  guint8 window_bits;       /* 8 to 15: how far back what we send may point, as a power of two */
  gboolean window_was_asked; /* the answer has to repeat it */
} SbDeflateOffer;

typedef enum
{
  SB_DEFLATE_OFFER_NONE,      /* nothing there that we could take */
  SB_DEFLATE_OFFER_TAKEN,
  SB_DEFLATE_OFFER_MALFORMED, /* not what RFC 6455 §9.1 calls a list of extensions; the handshake has to be refused */
} SbDeflateOffered;

/* @header (nullable): Sec-WebSocket-Extensions, several of them joined by commas. Fills @offer with the first offer
 * that can be taken: the extension's name, and behind it known parameters only, each once, with a value where one
 * belongs and with one that is allowed (RFC 7692 §7.1). What comes behind it must be well-formed all the same. */
SbDeflateOffered sb_deflate_offer_choose (const char *header, SbDeflateOffer *offer);
/* Returns: (transfer full): the answer's Sec-WebSocket-Extensions */
char            *sb_deflate_offer_answer (const SbDeflateOffer *self);

G_END_DECLS
