/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine.h"

G_DEFINE_QUARK (sb-engine-error-quark, sb_engine_error)
