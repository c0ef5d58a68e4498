/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-format.h"

SbFormatCheck
sb_schema_format_find (const char *name, const char **words)
{
  return NULL;
}
