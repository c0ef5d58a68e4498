/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* docs/limits.md */
#define SB_RULE_MAX_RULES 1000
#define SB_RULE_MAX_SCHEMA (256 * 1024)       /* bytes of one schema, or of one stored document */
#define SB_RULE_MAX_SCHEMAS (16 * 1024 * 1024) /* bytes of all of them together */
#define SB_RULE_MAX_SIZE (64 * 1024 * 1024)
#define SB_RULE_MAX_RATE 1000000

typedef enum
{
  SB_RULE_ERROR_CHANNEL, /* not a pattern of channels, or one that has a rule already */
  SB_RULE_ERROR_KIND,    /* neither text nor binary may be said */
  SB_RULE_ERROR_LIMIT,   /* a number out of range, or more rules or schemas than can be kept */
  SB_RULE_ERROR_SCHEMA,  /* the schema: too big, not JSON, or not a schema. See sb_rule_error_get_place() */
  SB_RULE_ERROR_URI,     /* of a stored schema document */
  SB_RULE_ERROR_IN_USE,  /* a rule needs the document */
} SbRuleError;

/**
 * SbRulePlace:
 *
 * Where in the text of a schema the fault is.
 */
typedef struct
{
  char *pointer; /* RFC 6901; NULL where there is none */
  gsize offset;  /* bytes; G_MAXSIZE where there is no place */
  gsize length;  /* bytes; 0: a point */
  guint line;    /* from 1; 0 where there is no place */
  guint column;  /* from 1, in characters */
} SbRulePlace;

/* SB_RULE_ERROR carries a place: it survives g_error_copy() and goes with the error. */
typedef SbRulePlace SbRuleErrorPrivate;
#define SB_RULE_ERROR (sb_rule_error_quark ())
GQuark             sb_rule_error_quark     (void);
/* NULL for other errors, and for faults that are not in a schema. Transfer none. */
const SbRulePlace *sb_rule_error_get_place (const GError *error);

/* What becomes of a message that fails. */
typedef enum
{
  SB_RULE_REPLY,      /* its sender is told */
  SB_RULE_DROP,       /* nobody is told; it is logged and counted */
  SB_RULE_DISCONNECT, /* its sender is told, and closed */
} SbRuleFailure;
const char *sb_rule_failure_to_id   (SbRuleFailure failure); /* "reply", "drop", "disconnect" */
gboolean    sb_rule_failure_from_id (const char *id, SbRuleFailure *failure);

/**
 * SbRuleSpec:
 *
 * What an admin chooses: what may be said on the channels of a pattern. A plain value. The limits tighten the server's: of the two the
 * smaller one counts.
 */
typedef struct
{
  char *pattern;             /* see sb-channel.h; of the rules that match a channel only the most specific one counts */
  gboolean enabled;          /* a rule that is not is as good as none: a less specific one may count instead */
  gboolean allow_text;
  gboolean allow_binary;
  guint max_size;            /* bytes; 0: no limit of its own */
  guint max_depth;           /* arrays and objects within each other; 0: no limit of its own */
  guint messages_per_second; /* of each client; 0: no limit of its own */
  char *schema;              /* JSON Schema 2020-12 as text, for text messages; NULL: none */
  gboolean assert_format;    /* "format" is checked instead of only noted */
  SbRuleFailure on_failure;
} SbRuleSpec;

SbRuleSpec *sb_rule_spec_new     (const char *pattern); /* enabled, allows everything, replies */
SbRuleSpec *sb_rule_spec_copy    (const SbRuleSpec *self);
void        sb_rule_spec_free    (SbRuleSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRuleSpec, sb_rule_spec_free)
/* All but the schema: pattern and numbers. A schema of nothing but spaces becomes none. */
gboolean    sb_rule_spec_check   (SbRuleSpec *self, GError **error);
/* The schema, ready for use; NULL without an error where there is none. Any thread; takes some ms for a big one. */
SbSchema   *sb_rule_spec_compile (const SbRuleSpec *self, SbSchemaRegistry *registry, GError **error);

/* The text of a schema as a document; SB_RULE_ERROR_SCHEMA, with its place, where it is too big or not JSON. */
JsonNode   *sb_rule_read_schema  (const char *text, GError **error);
/* The same, checked to be a schema that can be used under @uri (nullable). */
SbSchema   *sb_rule_compile_schema (const char *text, const char *uri, SbSchemaRegistry *registry, SbSchemaFlags flags, GError **error);

G_END_DECLS
