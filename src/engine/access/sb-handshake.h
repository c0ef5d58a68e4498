/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-gate.h"
#include <glib.h>

G_BEGIN_DECLS

/* What a handshake says, read strictly. Private to the gate. */

typedef enum
{
  SB_HANDSHAKE_VALID,
  SB_HANDSHAKE_MALFORMED,
  SB_HANDSHAKE_NO_UPGRADE,   /* an ordinary request */
  SB_HANDSHAKE_OTHER_VERSION,
} SbHandshakeState;

/* RFC 6455 §4.2.1 */
SbHandshakeState sb_handshake_check            (const SbHandshake *self);
gboolean         sb_handshake_offers_signalbox (const SbHandshake *self);

/* The token presented: where several places may hold one, the first in which something is found decides. Returns
 * FALSE when nothing is. @secret (the caller clears it with sb_token_secret_free()) is NULL when what was found is
 * malformed. */
gboolean         sb_handshake_find_token       (const SbHandshake *self, gboolean in_url, char **secret);
/* Returns: (transfer full) (nullable): what the client calls itself, fit to be shown */
char            *sb_handshake_get_name         (const SbHandshake *self);

G_END_DECLS
