/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-announce.h"

/**
 * sb_announce:
 * @widget: (type GtkWidget): where it happened
 * @text: what happened, translated
 *
 * Lets a screen reader say @text when it has finished what it is saying. Use this instead of gtk_accessible_announce():
 * the context that GTK 4.18 makes for GTK_A11Y=test, in our own tests, has no such function and would crash.
 */
void
sb_announce (gpointer    widget,
             const char *text)
{
  g_return_if_fail (GTK_IS_ACCESSIBLE (widget));

  if (g_strcmp0 (g_getenv ("GTK_A11Y"), "test") != 0)
    gtk_accessible_announce (GTK_ACCESSIBLE (widget), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}
