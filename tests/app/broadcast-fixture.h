/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the Broadcast page and of its composer share. */

#include "access/sb-channel.h"
#include "app-test.h"
#include "broadcast/sb-broadcast-row.h"
#include "broadcast/sb-broadcast-words.h"
#include "broadcast/sb-composer.h"
#include "broadcast/sb-json-buffer.h"
#include "broadcast/sb-target-chooser.h"
#include <gtksourceview/gtksource.h>
#include <string.h>

static inline GtkWidget *
show_page (AppTest *test)
{
  sb_window_show_page (test->window, "broadcast", NULL);
  return GTK_WIDGET (sb_window_get_page (test->window, "broadcast"));
}

static inline SbJsonBuffer *
get_buffer (GtkWidget *page)
{
  return SB_JSON_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (page, GTK_SOURCE_TYPE_VIEW, NULL))));
}

static inline void
write_message (GtkWidget  *page,
               const char *text)
{
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (get_buffer (page)), text, -1);
}
