/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GSocketAddress *sb_control_socket_address_new (const char *data_dir, int *dir_fd, GError **error);

G_END_DECLS
