/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON values as JSON Schema sees them: 1 and 1.0 are the same number, and an integer. Private to sb-schema. */

/* The kinds of values, as bits. A number that is an integer has both bits. */
typedef enum
{
  SB_KIND_NULL = 1 << 0,
  SB_KIND_BOOLEAN = 1 << 1,
  SB_KIND_STRING = 1 << 2,
  SB_KIND_NUMBER = 1 << 3,
  SB_KIND_INTEGER = 1 << 4,
  SB_KIND_ARRAY = 1 << 5,
  SB_KIND_OBJECT = 1 << 6,
  SB_KIND_ANY = 0x7f,
} SbKind;

/* A number exactly as json-glib holds it. */
typedef struct
{
  gboolean is_int; /* @i holds it, else @d */
  gint64 i;
  double d;
} SbNumber;

/* |value| = digits × 10^exponent */
typedef struct
{
  guint64 digits;
  int exponent;
} SbDecimal;

/* Work that may still be done. What costs time takes from it, and stops when nothing is left. */
typedef struct
{
  gint64 left;
} SbBudget;

static inline gboolean
sb_budget_take (SbBudget *self, gint64 steps)
{
  self->left -= steps;
  return self->left >= 0;
}

SbKind    sb_value_get_kind    (JsonNode *value);
SbNumber  sb_value_get_number  (JsonNode *value);
/* Whether it has no fraction (and is finite). */
gboolean  sb_number_is_integer (SbNumber self);
/* Less than 0, 0, or more than 0. Exact, also where a double can't tell neighbouring integers apart. */
int       sb_number_compare    (SbNumber a, SbNumber b);
/* The decimal number with the fewest digits that is read as @self; that is what stood in the text unless it had more
 * than 15 significant digits. */
SbDecimal sb_number_to_decimal (SbNumber self);
/* Whether @self is a whole number of times @divisor, which isn't 0, both taken as the decimal numbers they were written
 * as. */
gboolean  sb_decimal_is_multiple (SbDecimal self, SbDecimal divisor);
/* Equal as JSON Schema wants it (Core §4.2.2): numbers by their value, objects whatever the order of their members.
 * Takes from @budget, and is FALSE when that is used up. */
gboolean  sb_value_equal       (JsonNode *a, JsonNode *b, SbBudget *budget);
/* A keyed hash that is the same for values that are equal. Takes from @budget; of no meaning once that is used up. */
guint64   sb_value_hash        (JsonNode *value, SbBudget *budget);
/* The same for the text of a string or a key, @length bytes. */
guint64   sb_text_hash         (const char *text, gsize length);
/* The seed is drawn by whoever comes first; compiling a schema does it. */
void      sb_value_hash_init   (void);

G_END_DECLS
