/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-filter-chip.h"
#include "sb-page.h"

/**
 * SbFilterChip:
 *
 * Says that a list is narrowed by something chosen on another page ("Client: Scoreboard 3"), and takes it back with one
 * click.
 */
struct _SbFilterChip
{
  AdwBin parent_instance;

  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (SbFilterChip, sb_filter_chip, ADW_TYPE_BIN)

enum
{
  CLEARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
clicked_cb (SbFilterChip *self)
{
  g_signal_emit (self, signals[CLEARED], 0);
}

static void
sb_filter_chip_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_FILTER_CHIP);

  G_OBJECT_CLASS (sb_filter_chip_parent_class)->dispose (object);
}

static void
sb_filter_chip_class_init (SbFilterChipClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_filter_chip_dispose;

  signals[CLEARED] =
      g_signal_new ("cleared", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-filter-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFilterChip, label);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
sb_filter_chip_init (SbFilterChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_filter_chip_set_text (SbFilterChip *self,
                         const char   *text)
{
  g_return_if_fail (SB_IS_FILTER_CHIP (self));

  gtk_label_set_text (self->label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL);
}

const char *
sb_filter_chip_get_text (SbFilterChip *self)
{
  g_return_val_if_fail (SB_IS_FILTER_CHIP (self), NULL);

  return gtk_widget_get_visible (GTK_WIDGET (self)) ? gtk_label_get_text (self->label) : NULL;
}
