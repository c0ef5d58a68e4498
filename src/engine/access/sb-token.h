/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-ref-count.h"
#include <glib.h>

G_BEGIN_DECLS

#define SB_TOKEN_HASH_SIZE 32   /* SHA-256 */
#define SB_TOKEN_SECRET_SIZE 40 /* "sbx_" + 30 random base62 + 6 of CRC-32 */
#define SB_TOKEN_MAX_LABEL 64   /* characters */
#define SB_TOKEN_MAX_PATTERNS 32

#define SB_TOKEN_ERROR (sb_token_error_quark ())
typedef enum
{
  SB_TOKEN_ERROR_LABEL,    /* empty, too long, not UTF-8, control characters */
  SB_TOKEN_ERROR_CHANNELS, /* none, too many, or a bad pattern */
  SB_TOKEN_ERROR_EXPIRY,   /* in the past, or before not_before */
  SB_TOKEN_ERROR_LIMIT,    /* a number out of range */
} SbTokenError;
GQuark sb_token_error_quark (void);

/**
 * SbTokenSpec:
 *
 * What an admin chooses when a token is issued or edited. A plain value; all times are real time in µs, 0 for none.
 */
typedef struct
{
  char *label;
  char **channels;             /* patterns, NULL-terminated; see sb-channel.h */
  gboolean may_publish;
  gint64 not_before;
  gint64 expires_at;
  guint max_connections;       /* 0: no limit of its own */
  guint messages_per_second;   /* 0: the server's */
} SbTokenSpec;

SbTokenSpec *sb_token_spec_new   (const char *label); /* channels "**", may publish, never expires */
SbTokenSpec *sb_token_spec_copy  (const SbTokenSpec *self);
void         sb_token_spec_free  (SbTokenSpec *self);
/* Trims the label, removes duplicate patterns; says what is wrong in a sentence a person can act on.
 * @now: real time; pass 0 to leave expiry unchecked (an edit that keeps a past expiry). */
gboolean     sb_token_spec_check (SbTokenSpec *self, gint64 now, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTokenSpec, sb_token_spec_free)

typedef enum
{
  SB_TOKEN_ACTIVE,
  SB_TOKEN_NOT_YET_VALID,
  SB_TOKEN_EXPIRING, /* active, with at most a day to go (or a tenth of its life if that is shorter) */
  SB_TOKEN_EXPIRED,
  SB_TOKEN_REVOKED,
} SbTokenState;

/**
 * SbToken:
 *
 * A token and what it allows. Immutable and atomically reference counted: it is replaced, never edited, so any thread
 * may hold one. The secret itself is nowhere in it.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;
  /*< public, constant >*/
  gint64 id;                                 /* the database's, from 1 */
  SbTokenSpec spec;                          /* owned */
  guint8 hash[SB_TOKEN_HASH_SIZE];
  char *hint;                                /* "sbx_7Kq2…f3Zd": first 8 and last 4 characters */
  guint8 previous_hash[SB_TOKEN_HASH_SIZE];  /* before the last rotation */
  gint64 previous_until;                     /* the old secret is valid until then; 0: there is none */
  gint64 created_at;
  gint64 revoked_at;                         /* 0: not revoked */
} SbToken;

/* Takes copies of everything. */
SbToken      *sb_token_new         (gint64             id,
                                    const SbTokenSpec *spec,
                                    const guint8      *hash,
                                    const char        *hint,
                                    const guint8      *previous_hash, /* nullable */
                                    gint64             previous_until,
                                    gint64             created_at,
                                    gint64             revoked_at);
SbToken      *sb_token_ref         (SbToken *self);
void          sb_token_unref       (SbToken *self);
SbTokenState  sb_token_get_state   (const SbToken *self, gint64 now);
const char   *sb_token_state_to_id (SbTokenState state); /* "active", "not_yet_valid", "expiring", "expired", "revoked" */
gboolean      sb_token_allows      (const SbToken *self, const char *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbToken, sb_token_unref)

/* --- secrets: the only functions that ever see one --- */

char     *sb_token_secret_generate  (void); /* from getrandom(2); free with sb_token_secret_free() */
void      sb_token_secret_free      (char *secret); /* overwrites it first */
gboolean  sb_token_secret_is_well_formed (const char *text, gssize length); /* prefix, length, alphabet, CRC-32 */
void      sb_token_secret_hash      (const char *secret, gssize length, guint8 hash[SB_TOKEN_HASH_SIZE]);
char     *sb_token_secret_hint      (const char *secret);
gboolean  sb_token_hash_equal       (const guint8 *a, const guint8 *b); /* in constant time */

G_END_DECLS
