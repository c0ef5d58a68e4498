/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_SCHEMA_EDITOR (sb_schema_editor_get_type ())
G_DECLARE_FINAL_TYPE (SbSchemaEditor, sb_schema_editor, SB, SCHEMA_EDITOR, GtkBox)

/* Whose stored schemas can be referred to; once. */
void     sb_schema_editor_set_engine  (SbSchemaEditor *self, SbEngine *engine);
/* For a schema that belongs to no rule: none is suggested. */
void     sb_schema_editor_set_alone   (SbSchemaEditor *self);
char    *sb_schema_editor_dup_text    (SbSchemaEditor *self); /* NULL: nothing but blanks */
/* As what was there from the beginning. */
void     sb_schema_editor_load        (SbSchemaEditor *self, const char *text /* nullable */);
/* In place of what is there; can be undone. */
void     sb_schema_editor_replace     (SbSchemaEditor *self, const char *text);
/* What stored schemas are called for short: the last part of their address, "person.json". */
char    *sb_schema_editor_dup_name    (const char *uri);
/* What is in @file, in place of what is there; what is wrong with it is said below. */
void     sb_schema_editor_open        (SbSchemaEditor *self, GFile *file);
/* Whether it is empty or JSON: worth being looked at by the engine. */
gboolean sb_schema_editor_is_readable (SbSchemaEditor *self);
/* What the engine says of the text: underlined at its place, and in words. NULL: all is well. */
void     sb_schema_editor_set_fault   (SbSchemaEditor *self, const GError *error);
void     sb_schema_editor_go_to_fault (SbSchemaEditor *self);

G_END_DECLS
