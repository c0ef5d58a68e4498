/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * SbSchemaRegistry:
 *
 * Documents by absolute URI, that the "$ref" of a schema may name. Reads no network and no file: what is not here does
 * not exist.
 * Belongs to one thread at a time.
 */
typedef struct _SbSchemaRegistry SbSchemaRegistry;

SbSchemaRegistry *sb_schema_registry_new   (void);
SbSchemaRegistry *sb_schema_registry_ref   (SbSchemaRegistry *self);
void              sb_schema_registry_unref (SbSchemaRegistry *self);
/* Puts @document under @uri, or in the place of what is there. The document is not copied and must not change any more.
 * Errors: SB_SCHEMA_ERROR_URI when @uri is not absolute, or has a fragment. */
gboolean          sb_schema_registry_add   (SbSchemaRegistry *self, const char *uri, JsonNode *document,
                                            GError **error);
/* @uri as the key it is known by (RFC 3986 §6.2.2 as far as GLib goes). NULL: @error, as above. */
char             *sb_schema_registry_normalize (const char *uri, GError **error);
/* FALSE: it was not there. */
gboolean          sb_schema_registry_remove (SbSchemaRegistry *self, const char *uri);
/* The document that is known by @uri, also one that is built in; NULL: there is none. @uri is normalized and has no
 * fragment. */
JsonNode         *sb_schema_registry_lookup (SbSchemaRegistry *self, const char *uri);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSchemaRegistry, sb_schema_registry_unref)

G_END_DECLS
