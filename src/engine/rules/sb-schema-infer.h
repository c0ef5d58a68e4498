/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_SCHEMA_INFER_NO_FLAGS = 0,
  /* The least and most that were seen become limits; else they stand in a "$comment". */
  SB_SCHEMA_INFER_BOUNDS = 1 << 0,
} SbSchemaInferFlags;

/**
 * sb_schema_infer:
 * @samples: (element-type JsonNode): messages; one is enough, none make a schema that allows everything
 *
 * Makes a schema to be edited: one that all of @samples are valid against, and messages like them. What is in every
 * object is
 * required, other members stay allowed; a few texts that come again and again become an "enum", texts that all have
 * one format get it.
 * The order is that of the messages, so the same samples make the same text. Any thread.
 *
 * Returns: (transfer full): the schema's document
 */
JsonNode *sb_schema_infer (GPtrArray *samples, SbSchemaInferFlags flags);

G_END_DECLS
