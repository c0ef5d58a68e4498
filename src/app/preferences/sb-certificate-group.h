/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_CERTIFICATE_GROUP (sb_certificate_group_get_type ())
G_DECLARE_FINAL_TYPE (SbCertificateGroup, sb_certificate_group, SB, CERTIFICATE_GROUP, AdwPreferencesGroup)

void sb_certificate_group_set_engine (SbCertificateGroup *self, SbEngine *engine);

G_END_DECLS
