/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-keys.h"

#include "rules/sb-json-text.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* Up to here comparing hashes one by one is quicker than the table. */
#define FEW 16
/* What is kept from one text to the next. */
#define KEPT_CAPACITY 1024
#define FIRST_CAPACITY 32

/* --- SipHash-1-3 (Aumasson, Bernstein 2012): a keyed hash made for exactly this --- */

typedef struct
{
  guint64 v0, v1, v2, v3;
  guint64 word;  /* bytes that do not make eight yet */
  gsize length;
} SipHash;

static inline guint64
rotate (guint64 x, guint n)
{
  return x << n | x >> (64 - n);
}

static inline void
sip_round (SipHash *self)
{
  self->v0 += self->v1;
  self->v1 = rotate (self->v1, 13) ^ self->v0;
  self->v0 = rotate (self->v0, 32);
  self->v2 += self->v3;
  self->v3 = rotate (self->v3, 16) ^ self->v2;
  self->v0 += self->v3;
  self->v3 = rotate (self->v3, 21) ^ self->v0;
  self->v2 += self->v1;
  self->v1 = rotate (self->v1, 17) ^ self->v2;
  self->v2 = rotate (self->v2, 32);
}

static inline void
sip_init (SipHash *self, const guint64 seed[2])
{
  self->v0 = seed[0] ^ G_GUINT64_CONSTANT (0x736f6d6570736575);
  self->v1 = seed[1] ^ G_GUINT64_CONSTANT (0x646f72616e646f6d);
  self->v2 = seed[0] ^ G_GUINT64_CONSTANT (0x6c7967656e657261);
  self->v3 = seed[1] ^ G_GUINT64_CONSTANT (0x7465646279746573);
  self->word = 0;
  self->length = 0;
}

static inline void
sip_add_word (SipHash *self, guint64 word)
{
  self->v3 ^= word;
  sip_round (self);
  self->v0 ^= word;
}

static inline void
sip_add_byte (SipHash *self, guint8 byte)
{
  self->word |= (guint64) byte << (self->length % 8 * 8);
  if (++self->length % 8 == 0)
    {
      sip_add_word (self, self->word);
      self->word = 0;
    }
}

static inline guint64
sip_finish (SipHash *self)
{
  sip_add_word (self, self->word | (guint64) self->length << 56);
  self->v2 ^= 0xff;
  sip_round (self);
  sip_round (self);
  sip_round (self);

  return self->v0 ^ self->v1 ^ self->v2 ^ self->v3;
}

static guint64
hash_plain (const guint64 seed[2], const char *text, gsize length)
{
  const char *end = text + (length & ~(gsize) 7);
  SipHash sip;
  guint64 word;

  sip_init (&sip, seed);
  for (; text < end; text += 8)
    {
      memcpy (&word, text, sizeof word);
      sip_add_word (&sip, GUINT64_FROM_LE (word));
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

  return sip_finish (&sip);
}

/* The same for the same key, however it is written. */
static guint64
hash_escaped (const guint64 seed[2], const char *text, gsize length)
{
  const char *end = text + length;
  SipHash sip;

  sip_init (&sip, seed);
  while (text < end)
    {
      char bytes[4];
      guint n = sb_json_unescape_next (&text, bytes);

      for (guint i = 0; i < n; i++)
        sip_add_byte (&sip, bytes[i]);
    }

  return sip_finish (&sip);
}

static gboolean
keys_equal (const SbJsonKey *a, const SbJsonKey *b)
{
  const char *p = a->text, *p_end = a->text + a->length;
  const char *q = b->text, *q_end = b->text + b->length;

  if (!a->escaped && !b->escaped)
    return a->length == b->length && memcmp (p, q, a->length) == 0;

  /* Both are valid UTF-8 once unescaped, so characters can be compared one by one. */
  while (p < p_end && q < q_end)
    {
      char x[4], y[4];
      guint n = sb_json_unescape_next (&p, x);

      if (n != sb_json_unescape_next (&q, y) || memcmp (x, y, n) != 0)
        return FALSE;
    }

  return p == p_end && q == q_end;
}

/* --- the table --- */

static void
table_insert (SbJsonKeys *self, guint place)
{
  guint mask = self->n_slots - 1;
  guint slot = self->keys[place].hash & mask;

  while (self->slots[slot] != 0)
    slot = (slot + 1) & mask;

  self->slots[slot] = place + 1;
  self->keys[place].in_table = TRUE;
  self->n_in_table++;
}

/* Only ever for the key that was inserted last. */
static void
table_remove (SbJsonKeys *self, guint place)
{
  guint mask = self->n_slots - 1;
  guint slot = self->keys[place].hash & mask;

  while (self->slots[slot] != place + 1)
    slot = (slot + 1) & mask;

  self->slots[slot] = 0;
  self->n_in_table--;
}

/* Makes room so that with @n keys more the table is still half empty. Keys go in again in the order of the stack. */
static void
table_reserve (SbJsonKeys *self, guint n)
{
  guint wanted = (self->n_in_table + n) * 2;

  if (wanted <= self->n_slots)
    return;

  self->n_slots = MAX (self->n_slots, 64);
  while (self->n_slots < wanted)
    self->n_slots *= 2;
  g_free (self->slots);
  self->slots = g_new0 (guint32, self->n_slots);
  self->n_in_table = 0;

  for (guint place = 0; place < self->n_keys; place++)
    {
      if (self->keys[place].in_table)
        table_insert (self, place);
    }
}

static gboolean
table_has (const SbJsonKeys *self, guint object, const SbJsonKey *key)
{
  guint mask = self->n_slots - 1;

  for (guint slot = key->hash & mask; self->slots[slot] != 0; slot = (slot + 1) & mask)
    {
      guint place = self->slots[slot] - 1;

      if (self->keys[place].hash == key->hash && place >= object && keys_equal (&self->keys[place], key))
        return TRUE;
    }

  return FALSE;
}

/* --- the stack --- */

void
sb_json_keys_init (SbJsonKeys *self)
{
  gssize n;

  memset (self, 0, sizeof *self);
  do
    n = getrandom (self->seed, sizeof self->seed, 0);
  while (n < 0 && errno == EINTR);

  /* Reads of up to 256 bytes are never cut short (getrandom(2)). */
  if (n != sizeof self->seed)
    g_error ("The kernel gives no random bytes: %s", g_strerror (errno));
}

void
sb_json_keys_clear (SbJsonKeys *self)
{
  g_clear_pointer (&self->keys, g_free);
  g_clear_pointer (&self->slots, g_free);
}

static G_GNUC_NO_INLINE void
grow (SbJsonKeys *self)
{
  self->capacity = self->capacity == 0 ? FIRST_CAPACITY : self->capacity * 2;
  self->keys = g_renew (SbJsonKey, self->keys, self->capacity);
}

gboolean
sb_json_keys_push (SbJsonKeys *self, guint object, const char *text, gsize length, gboolean escaped)
{
  guint n = self->n_keys - object;
  gboolean is_new = TRUE;
  SbJsonKey *key;

  if (self->n_keys == self->capacity)
    grow (self);

  key = &self->keys[self->n_keys];
  key->text = text;
  key->length = length;
  key->escaped = escaped;
  key->in_table = FALSE;
  key->hash = escaped ? hash_escaped (self->seed, text, length) : hash_plain (self->seed, text, length);
  /* Objects that are open at the same time often have the same keys; this spreads them in the table. */
  key->hash ^= object * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  if (n < FEW)
    {
      for (const SbJsonKey *other = self->keys + object; other < key && is_new; other++)
        is_new = other->hash != key->hash || !keys_equal (other, key);
      self->n_keys++;
      return is_new;
    }

  if (n == FEW)
    {
      table_reserve (self, FEW + 1);
      for (guint place = object; place < self->n_keys; place++)
        table_insert (self, place);
    }
  else
    table_reserve (self, 1);

  is_new = !table_has (self, object, key);
  table_insert (self, self->n_keys++);

  return is_new;
}

void
sb_json_keys_pop (SbJsonKeys *self, guint object)
{
  if (self->n_keys - object > FEW)
    {
      for (guint place = self->n_keys; place > object; place--)
        table_remove (self, place - 1);
    }

  self->n_keys = object;
}

void
sb_json_keys_reset (SbJsonKeys *self)
{
  self->n_keys = 0;

  if (self->capacity > KEPT_CAPACITY)
    {
      g_clear_pointer (&self->keys, g_free);
      self->capacity = 0;
    }

  if (self->n_slots > 2 * KEPT_CAPACITY)
    {
      g_clear_pointer (&self->slots, g_free);
      self->n_slots = 0;
    }
  else if (self->n_in_table > 0)
    memset (self->slots, 0, self->n_slots * sizeof *self->slots);
  self->n_in_table = 0;
}
