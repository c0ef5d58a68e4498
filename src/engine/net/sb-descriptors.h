/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What of the program's descriptors connections may have. Any thread. */

#define SB_DESCRIPTORS_ROOM 8 /* so many below the reserved ones must be free for another connection */

/* The first that no connection may have. */
int      sb_descriptors_get_first_reserved (void);
/* Whether there is room for one more. @fd: any that is open; it is copied to find out. */
gboolean sb_descriptors_have_room          (int fd, int first_reserved);

G_END_DECLS
