/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * sb_spin_read_typed:
 *
 * Has @row take over a number with each key that completes one, instead of when the focus leaves it: what depends on the value
 * follows, and a button that is pressed without taking the focus, as assistive technology presses it, finds what is to be read there.
 * What is no number within the bounds stays as typed until adw_spin_row_update(). Main thread.
 */
void sb_spin_read_typed (AdwSpinRow *row);

G_END_DECLS
