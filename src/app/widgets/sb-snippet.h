/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Programs in a few lines that connect to the hub, as a person would paste them. */
typedef enum
{
  SB_SNIPPET_BROWSER,
  SB_SNIPPET_NODE,
  SB_SNIPPET_PYTHON,
  SB_SNIPPET_CURL,
  SB_SNIPPET_WEBSOCAT,
  SB_SNIPPET_ARDUINO,
  SB_N_SNIPPETS,
} SbSnippet;

const char *sb_snippet_get_title    (SbSnippet snippet); /* translated: "Browser" */
const char *sb_snippet_get_needs    (SbSnippet snippet); /* translated: what has to be installed */
const char *sb_snippet_get_language (SbSnippet snippet); /* of GtkSourceView: "js" */
char       *sb_snippet_make         (SbSnippet snippet, const char *uri, const char *secret);

G_END_DECLS
