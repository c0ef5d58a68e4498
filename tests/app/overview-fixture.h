/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the Overview page share. */

#include "app-test.h"
#include "overview/sb-overview-page.h"

static inline GtkWidget *
overview (AppTest *test)
{
  return GTK_WIDGET (sb_window_get_page (test->window, "overview"));
}

static inline const char *
shown_page (AppTest *test)
{
  AdwNavigationSplitView *view = ADW_NAVIGATION_SPLIT_VIEW (app_test_get (GTK_WIDGET (test->window),
                                                                          ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));

  return adw_navigation_page_get_tag (adw_navigation_split_view_get_content (view));
}

static inline char *
issue (AppTest    *test,
       const char *label,
       gint64      expires_in,
       gboolean    may_publish)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);

  spec->expires_at = expires_in > 0 ? g_get_real_time () + expires_in : 0;
  spec->may_publish = may_publish;
  return app_test_issue (test, spec, NULL);
}
