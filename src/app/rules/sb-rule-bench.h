/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_RULE_BENCH (sb_rule_bench_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleBench, sb_rule_bench, SB, RULE_BENCH, GtkBox)

void sb_rule_bench_set_engine   (SbRuleBench *self, SbEngine *engine); /* once */
/* By what messages are tried; NULL: by nothing, for the rule is not right. */
void sb_rule_bench_set_draft    (SbRuleBench *self, SbRule *draft);
/* A message of the traffic log; one that is not there any more changes nothing. */
void sb_rule_bench_show_message (SbRuleBench *self, guint64 serial);

G_END_DECLS
