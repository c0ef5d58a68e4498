/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/random.h>

G_BEGIN_DECLS

/* SipHash-1-3 (Aumasson, Bernstein 2012): a keyed hash made for tables of what strangers send, since who does not know
 * the key can't prepare texts that collide. Inline: most keys are short. */


typedef struct
{
  guint64 v0, v1, v2, v3;
  guint64 word;  /* bytes that do not make eight yet */
  gsize length;
} SbSipHash;

static inline guint64
sb_sip_rotate (guint64 x, guint n)
{
  return x << n | x >> (64 - n);
}

static inline void
sb_sip_round (SbSipHash *self)
{
  self->v0 += self->v1;
  self->v1 = sb_sip_rotate (self->v1, 13) ^ self->v0;
  self->v0 = sb_sip_rotate (self->v0, 32);
  self->v2 += self->v3;
  self->v3 = sb_sip_rotate (self->v3, 16) ^ self->v2;
  self->v0 += self->v3;
  self->v3 = sb_sip_rotate (self->v3, 21) ^ self->v0;
  self->v2 += self->v1;
  self->v1 = sb_sip_rotate (self->v1, 17) ^ self->v2;
  self->v2 = sb_sip_rotate (self->v2, 32);
}

static inline void
sb_sip_init (SbSipHash *self, const guint64 seed[2])
{
  self->v0 = seed[0] ^ G_GUINT64_CONSTANT (0x736f6d6570736575);
  self->v1 = seed[1] ^ G_GUINT64_CONSTANT (0x646f72616e646f6d);
  self->v2 = seed[0] ^ G_GUINT64_CONSTANT (0x6c7967656e657261);
  self->v3 = seed[1] ^ G_GUINT64_CONSTANT (0x7465646279746573);
  self->word = 0;
  self->length = 0;
}

static inline void
sb_sip_add_word (SbSipHash *self, guint64 word)
{
  self->v3 ^= word;
  sb_sip_round (self);
  self->v0 ^= word;
}

static inline void
sb_sip_add_byte (SbSipHash *self, guint8 byte)
{
  self->word |= (guint64) byte << (self->length % 8 * 8);
  if (++self->length % 8 == 0)
    {
      sb_sip_add_word (self, self->word);
      self->word = 0;
    }
}

static inline guint64
sb_sip_finish (SbSipHash *self)
{
  sb_sip_add_word (self, self->word | (guint64) self->length << 56);
  self->v2 ^= 0xff;
  sb_sip_round (self);
  sb_sip_round (self);
  sb_sip_round (self);

  return self->v0 ^ self->v1 ^ self->v2 ^ self->v3;
}

static inline guint64
sb_sip_hash (const guint64 seed[2], const char *text, gsize length)
{
  const char *end = text + (length & ~(gsize) 7);
  SbSipHash sip;
  guint64 word;

  sb_sip_init (&sip, seed);
  for (; text < end; text += 8)
    {
      memcpy (&word, text, sizeof word);
      sb_sip_add_word (&sip, GUINT64_FROM_LE (word));
    }

  /* The last 0 to 7 bytes in two reads that may overlap, which is quicker than a loop: most keys are this short. */
  if (length & 4)
    {
      guint32 low, high;

      memcpy (&low, text, sizeof low);
      memcpy (&high, text + (length & 3), sizeof high);
      sip.word = GUINT32_FROM_LE (low) | (guint64) GUINT32_FROM_LE (high) << (length & 3) * 8;
    }
  else if (length & 3)
    {
      guint n = length & 3;

      sip.word = (guint8) text[0];
      sip.word |= (guint64) (guint8) text[n / 2] << n / 2 * 8;
      sip.word |= (guint64) (guint8) text[n - 1] << (n - 1) * 8;
    }
  sip.length = length;

  return sb_sip_finish (&sip);
}

/* A key nobody knows, from the kernel. */
static inline void
sb_sip_seed (guint64 seed[2])
{
  gssize n;

  do
    n = getrandom (seed, 2 * sizeof seed[0], 0);
  while (n < 0 && errno == EINTR);

  /* Reads of up to 256 bytes are never cut short (getrandom(2)). */
  if (n != 2 * sizeof seed[0])
    g_error ("The kernel gives no random bytes: %s", g_strerror (errno));
}

G_END_DECLS
