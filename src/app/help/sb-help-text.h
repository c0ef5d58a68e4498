/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the help is written in: the part of Markdown that docs/tasks.md uses. */
typedef enum
{
  SB_HELP_PARAGRAPH,
  SB_HELP_STEP, /* of a numbered list */
  SB_HELP_ITEM, /* of a list without numbers */
  SB_HELP_CODE,
} SbHelpKind;

typedef struct
{
  SbHelpKind kind;
  char *number; /* of a step, "1."; otherwise NULL */
  char *text;   /* Pango markup; plain for SB_HELP_CODE */
} SbHelpBlock;

typedef struct
{
  char *title;       /* plain */
  GPtrArray *blocks; /* of SbHelpBlock */
} SbHelpTopic;

char      *sb_help_text_load   (const char *const *languages);
GPtrArray *sb_help_text_read   (const char *markdown);
char      *sb_help_text_markup (const char *line);

G_END_DECLS
