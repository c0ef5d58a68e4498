/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-spin.h"

/* Only what the row would write itself is taken over: it then leaves the text alone, and the cursor where it is. */
static void
typed_cb (AdwSpinRow *row)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  GtkAdjustment *adjustment = adw_spin_row_get_adjustment (row);
  g_autofree char *written = NULL;
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, (guint64) gtk_adjustment_get_lower (adjustment),
                                   (guint64) gtk_adjustment_get_upper (adjustment), &number, NULL))
    return;
  written = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  if (g_str_equal (text, written) && gtk_adjustment_get_value (adjustment) != (double) number)
    adw_spin_row_update (row);
}

void
sb_spin_read_typed (AdwSpinRow *row)
{
  g_return_if_fail (ADW_IS_SPIN_ROW (row));
  g_return_if_fail (adw_spin_row_get_digits (row) == 0);
  g_return_if_fail (gtk_adjustment_get_lower (adw_spin_row_get_adjustment (row)) >= 0);

  g_signal_connect (row, "changed", G_CALLBACK (typed_cb), NULL);
}
