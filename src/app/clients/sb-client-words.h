/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"

G_BEGIN_DECLS

/* A client in words. Main thread; translated; @now: real time, µs. */

const char *sb_client_words_pill_class (SbClient *client); /* NULL: all is well, nothing deserves a pill */
char *sb_client_words_state (SbClient *client);  /* "4 rejected", "Slow", "Idle"; "Connected" when all is well */
char *sb_client_words_second (SbClient *client); /* "192.168.1.30 · “esp32-00”": the second is what it calls itself */
char *sb_client_words_facts (SbClient *client,
                             gint64 now); /* "/sensors · 192.168.1.30 · 14 min": one line of a narrow list */
const char *sb_client_words_protocol   (SbClient *client);                /* "wss": with TLS; "ws": without */
char       *sb_client_words_connection (SbClient *client);                /* "Encrypted (wss) · compressed" */
char       *sb_client_words_encryption (SbClient *client);                /* "TLS 1.3 · TLS_AES_256_GCM_SHA384"; NULL for none */
char       *sb_client_words_since      (SbClient *client, gint64 now);
const char *sb_client_words_closed_by  (SbClosedBy by);                   /* "The client", "You", … */
char       *sb_client_words_ending     (SbClient *client);                /* "3003 disconnected by admin: too loud" */
char       *sb_client_words_summary    (guint n_clients, guint n_slow, guint n_rejected); /* NULL: nobody is there */
char       *sb_client_words_nobody     (char **uris);                     /* how somebody would come, in markup; NULL: there is no way */

G_END_DECLS
