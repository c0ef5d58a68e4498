/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-keys.h"

#include "rules/sb-json-text.h"
#include "rules/sb-siphash.h"
#include <string.h>

/* Up to here comparing hashes one by one is quicker than the table. */
#define FEW 16
/* What is kept from one text to the next. */
#define KEPT_CAPACITY 1024
#define FIRST_CAPACITY 32

/* The same for the same key, however it is written. */
static guint64
hash_escaped (const guint64 seed[2], const char *text, gsize length)
{
  const char *end = text + length;
  SbSipHash sip;

  sb_sip_init (&sip, seed);
  while (text < end)
    {
      char bytes[4];
      guint n = sb_json_unescape_next (&text, bytes);

      for (guint i = 0; i < n; i++)
        sb_sip_add_byte (&sip, bytes[i]);
    }

  return sb_sip_finish (&sip);
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
  memset (self, 0, sizeof *self);
  sb_sip_seed (self->seed);
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
  key->hash = escaped ? hash_escaped (self->seed, text, length) : sb_sip_hash (self->seed, text, length);
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
