/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

#define UNDO_SECONDS 10

AdwToast *
sb_toast_new (const char *text)
{
  AdwToast *toast = adw_toast_new ("");

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, text);
  return toast;
}

AdwToast *
sb_toast_new_undo (const char    *text,
                   const char    *label,
                   GCallback      undo,
                   gpointer       data,
                   GDestroyNotify data_free)
{
  AdwToast *toast = sb_toast_new (text);

  adw_toast_set_button_label (toast, label != NULL ? label : _("_Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_object_set_data_full (G_OBJECT (toast), "undo", data, data_free);
  g_signal_connect_swapped (toast, "button-clicked", undo, data);
  return toast;
}
