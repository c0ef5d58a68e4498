/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"

G_BEGIN_DECLS

typedef enum
{
  SB_TRAFFIC_ALL,
  SB_TRAFFIC_FROM_CLIENTS,
  SB_TRAFFIC_BROADCASTS, /* all that an administrator sent */
  SB_TRAFFIC_REJECTED,
} SbTrafficKind;

/**
 * SbTrafficMatch:
 *
 * Which lines of the traffic log are shown: those that meet all that is asked for. A plain value that owns its texts.
 * It reads records where they lie, so that a hundred thousand of them are looked through while a key is going down.
 */
typedef struct
{
  SbTrafficKind kind;
  guint64 client_id; /* 0: of all */
  char *channel;     /* NULL: on all */
  gint64 rule_id;    /* 0: by all, and by none; else what this rule rejected */
  char *text; /* somewhere in the message, the client's names, its channel or the reason, whatever the case; NULL:
                 anything */
  char *folded;      /* @text, casefolded, where it is not ASCII */
} SbTrafficMatch;

void     sb_traffic_match_clear    (SbTrafficMatch *self); /* then everything matches */
void     sb_traffic_match_set_text (SbTrafficMatch *self, const char *text);
void     sb_traffic_match_copy     (const SbTrafficMatch *self, SbTrafficMatch *copy);
gboolean sb_traffic_match_equal    (const SbTrafficMatch *a, const SbTrafficMatch *b);
gboolean sb_traffic_match_is_all   (const SbTrafficMatch *self);
gboolean sb_traffic_match_record   (const SbTrafficMatch *self, const SbTrafficRecord *record);

G_END_DECLS
