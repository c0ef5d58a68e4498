/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"

G_BEGIN_DECLS

/* An address that is shut out. A plain value on the heap. */
typedef struct
{
  char *address; /* as sb_address_normalize() writes it */
  gint64 until;  /* real time, µs; 0: until it is lifted */
  gint64 since;  /* real time, µs */
  char *actor;   /* who ordered it */

  /*< not stored >*/
  gint64 due;    /* elapsed time (sb-clock.h), for what was ordered in this run; 0: @until counts */
} SbBlock;

SbBlock   *sb_block_new  (const char *address, gint64 until, gint64 since, const char *actor);
void       sb_block_free (SbBlock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbBlock, sb_block_free)

/* Those that hold at @now (real time, µs), by address; the others are deleted. (element-type SbBlock) (transfer full) */
void       sb_block_store_load_async    (SbDatabase *db, gint64 now, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sb_block_store_load_finish   (SbDatabase *db, GAsyncResult *result, GError **error);
/* In place of the one of that address, if there is one. Copies @block. */
void       sb_block_store_put_async     (SbDatabase *db, const SbBlock *block, GAsyncReadyCallback callback, gpointer user_data);
/* No error where there is none. */
void       sb_block_store_remove_async  (SbDatabase *db, const char *address, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_block_store_finish        (SbDatabase *db, GAsyncResult *result, GError **error); /* of put and remove */

G_END_DECLS
