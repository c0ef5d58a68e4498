// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <gio/gio.h>
#include <sanitizer/lsan_interface.h>
#include <string.h>

/* Preloaded into the window that ./check --sanitize tests: what the libraries it is made of lose, and nothing of its own. By
 * tests/lsan.supp they could be told only from whole stacks, for which the sanitizer has to read unwind tables at each allocation, so
 * that the window takes ten times as long; and some not even so, where all that a stack names is GLib.
 *
 * Each function is found here in place of the library's when another library calls it. Nothing but who calls, and what it got, is
 * looked at: the same lost by Signalbox is a leak. */

#define REAL(function) \
  static typeof (&(function)) real; \
  if (real == NULL) \
    *(void **) &real = dlsym (RTLD_NEXT, #function)

/* Says that OBJECT, and what is reached from it, is not lost if code of LIBRARY is at CALLER. */
static void
forgive (gconstpointer object, gpointer caller, const char *library)
{
  Dl_info place;

  if (object != NULL && dladdr (caller, &place) != 0 && strstr (place.dli_fname, library) != NULL)
    __lsan_ignore_object (object);
}

/* GTK: every file dialog, also one that the desktop shows in its place, has a path bar, and that never lets go of what it was told
 * of a folder (set_button_image_get_info_cb () and gtk_path_bar_get_info_callback () in gtkpathbar.c of 4.18). */
GFileInfo *
g_file_query_info_finish (GFile *file, GAsyncResult *result, GError **error)
{
  REAL (g_file_query_info_finish);
  GFileInfo *info = real (file, result, error);

  forgive (info, __builtin_return_address (0), "/libgtk-4.so");
  return info;
}

/* GTK: the names of a widget's actions, when a screen reader asks for them (gtkatspiaction.c). */
gpointer *
g_hash_table_get_keys_as_array (GHashTable *table, guint *length)
{
  REAL (g_hash_table_get_keys_as_array);
  gpointer *keys = real (table, length);

  forgive (keys, __builtin_return_address (0), "/libgtk-4.so");
  return keys;
}

/* GtkSourceView: the list of what stands in a gutter (gtksourcegutter.c). */
GList *
g_list_insert_sorted_with_data (GList *list, gpointer data, GCompareDataFunc compare, gpointer user_data)
{
  REAL (g_list_insert_sorted_with_data);
  GList *head = real (list, data, compare, user_data);

  forgive (head, __builtin_return_address (0), "/libgtksourceview-5.so");
  return head;
}
