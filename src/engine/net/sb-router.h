/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-frame.h"
#include "net/sb-receipt.h"
#include "net/sb-retained.h"
#include "rules/sb-rule-table.h"

G_BEGIN_DECLS

typedef struct _SbSession SbSession;

/* The sessions of one channel on one lane. */
typedef struct
{
  char *channel;
  GPtrArray *sessions; /* (element-type SbSession) */
  SbRule *rule;        /* that counts here; NULL: none. Looked up once, so a message costs no look-up */
} SbRoom;

/* How a frame fared. */
typedef struct
{
  guint reached;
  guint dropped;
} SbReach;

/**
 * SbRouter:
 *
 * Channel → sessions, of one lane: fans one shared frame out. A plain value inside its lane.
 */
typedef struct
{
  /*< private >*/
  GHashTable *rooms; /* (element-type utf8 SbRoom) */
  SbRuleTable *rules; /* NULL: none */
  SbRetainedTable *retained; /* NULL: nothing */
} SbRouter;

void    sb_router_init   (SbRouter *self);
void    sb_router_clear  (SbRouter *self);
void    sb_router_join   (SbRouter *self, SbSession *session, const char *channel);
void    sb_router_leave  (SbRouter *self, SbSession *session);
/* From the next message on those count. @table NULL: none. */
void    sb_router_set_rules (SbRouter *self, SbRuleTable *table);
/* Who joins from now on gets what is kept in @table. */
void    sb_router_set_retained (SbRouter *self, SbRetainedTable *table);
/* What who joins @channel now gets first; NULL: nothing. Transfer none. */
SbRetained *sb_router_find_retained (SbRouter *self, const char *channel);
/* To everyone on @channel but @sender (nullable). */
SbReach sb_router_relay  (SbRouter *self, const char *channel, SbSession *sender, SbFrame *frame);

G_END_DECLS
