/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a process has used so far. A plain value. */
typedef struct
{
  double cpu;      /* s, user and system, of all its threads */
  guint64 memory;  /* bytes resident */
} BenchUsage;

/* @pid 0: zeros. Exits with a message when the process is gone. */
void   bench_usage_read  (BenchUsage *self, int pid);
/* Nanoseconds of a clock that never jumps. */
gint64 bench_now         (void);
/* As many open files as the system lets us have. */
void   bench_raise_files (void);

G_END_DECLS
