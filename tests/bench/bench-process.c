/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench-process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static G_NORETURN void
gone (int pid, int error)
{
  g_printerr ("process %d is gone: %s\n", pid, g_strerror (error));
  exit (1);
}

/* The CPU time by the process's own clock, which counts ns, where /proc/PID/stat has ticks of 10 ms. */
void
bench_usage_read (BenchUsage *self, int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid);
  g_autofree char *statm = NULL;
  struct timespec cpu;
  clockid_t clock;
  unsigned long resident = 0;
  int error;

  memset (self, 0, sizeof *self);
  if (pid == 0)
    return;
  error = clock_getcpuclockid (pid, &clock);
  if (error != 0)
    gone (pid, error);
  if (clock_gettime (clock, &cpu) != 0)
    gone (pid, errno);
  self->cpu = cpu.tv_sec + cpu.tv_nsec / 1e9;
  if (!g_file_get_contents (path, &statm, NULL, NULL) || sscanf (statm, "%*u %lu", &resident) != 1)
    gone (pid, ESRCH);
  self->memory = (guint64) resident * sysconf (_SC_PAGESIZE);
}

gint64
bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

void
bench_raise_files (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}
