/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rate.h"
#include <glib.h>

G_BEGIN_DECLS

/* Addresses as keys, and what is counted for them. */

/* An address of either family: IPv4 as the IPv6 address it is mapped to (RFC 4291 §2.5.5.2), however it was
 * written. */
typedef struct
{
  guint8 bytes[16];
} SbAddress;

/* A text that is no address (a socket that has none) becomes "::", and FALSE is returned. A zone ("%eth0") is left out. */
gboolean sb_address_parse       (SbAddress *self, const char *text);
/* The one spelling by which addresses are shown, stored and compared as text: IPv6 as RFC 5952 has it, without a zone, and what is mapped
 * from IPv4 as IPv4. NULL: not an address. (transfer full) */
char    *sb_address_normalize   (const char *text);
/* Who is at that address may use 2⁶⁴ others: of IPv6 only the /64 remains (RFC 6177), IPv4 stays whole. */
void     sb_address_to_site     (SbAddress *self);
guint    sb_address_hash        (gconstpointer self);
gboolean sb_address_equal       (gconstpointer a, gconstpointer b);

/**
 * SbAttempts:
 *
 * How often each site presented a token that was refused, as one token bucket a site that is full again after a
 * minute. Sites that were quiet for a minute are forgotten, and where more sites than can be remembered fail within
 * it, those that were quiet the longest.
 */
typedef struct
{
  guint limit;         /* a minute; 0: none */
  GHashTable *recent;  /* SbAddress → SbRate: those that failed since @turned_at */
  GHashTable *earlier; /* and those before */
  gint64 turned_at;
} SbAttempts;

#define SB_ATTEMPTS_MAX 8192 /* sites in each of the two */

void     sb_attempts_init      (SbAttempts *self, guint limit);
void     sb_attempts_clear     (SbAttempts *self);
void     sb_attempts_set_limit (SbAttempts *self, guint limit);
/* µs until @site may try again; 0: now */
gint64   sb_attempts_wait      (SbAttempts *self, const SbAddress *site, gint64 now);
/* @site has failed. */
void     sb_attempts_add       (SbAttempts *self, const SbAddress *site, gint64 now);
guint    sb_attempts_get_size  (const SbAttempts *self);

G_END_DECLS
