/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-blocks-dialog.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define REFRESH_INTERVAL 5 /* s: blocks end by themselves */

/**
 * SbBlocksDialog:
 *
 * The addresses that are shut out, and until when. Lifting a block acts at once.
 */
struct _SbBlocksDialog
{
  AdwDialog parent_instance;

  SbPage *page; /* owned */
  guint refresh_id;
  char **shown; /* the addresses */

  GtkStack *stack;
  GtkWidget *nothing;
  GtkWidget *some;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (SbBlocksDialog, sb_blocks_dialog, ADW_TYPE_DIALOG)

static void update (SbBlocksDialog *self);

static void
lifted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbBlocksDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    sb_page_say (self->page, "%s", error->message);
  update (self);
}

static void
lift_cb (SbBlocksDialog *self,
         GtkWidget      *button)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, ADW_TYPE_ACTION_ROW);

  gtk_widget_set_sensitive (button, FALSE);
  sb_engine_unblock_address_async (sb_page_get_engine (self->page), "window",
                                   adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), lifted_cb,
                                   g_object_ref (self));
}

static char *
describe_end (SbBlocksDialog *self,
              const char     *address)
{
  gint64 until = sb_engine_get_blocked_until (sb_page_get_engine (self->page), address);
  g_autofree char *text = until != 0 ? sb_format_until (until, g_get_real_time ()) : NULL;

  /* Translators: %s is when, as in "in 40 min" */
  return text != NULL ? g_strdup_printf (_("Let in again %s"), text) : g_strdup (_("Until it is lifted"));
}

static void
add_row (SbBlocksDialog *self,
         const char     *address)
{
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Lift"));
  g_autofree char *label = g_strdup_printf (_("Lift the block on %s"), address);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), address);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, label, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (lift_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (row, button);
  gtk_list_box_append (self->list, GTK_WIDGET (row));
}

/* Rows are made anew only when others are blocked: else the focus would be lost while one reads. */
static void
update (SbBlocksDialog *self)
{
  g_auto (GStrv) addresses = sb_engine_list_blocks (sb_page_get_engine (self->page));

  if (self->shown == NULL || !g_strv_equal ((const char *const *) addresses, (const char *const *) self->shown))
    {
      gtk_list_box_remove_all (self->list);
      for (char **address = addresses; *address != NULL; address++)
        add_row (self, *address);
      g_strfreev (self->shown);
      self->shown = g_steal_pointer (&addresses);
      gtk_stack_set_visible_child (self->stack, *self->shown != NULL ? self->some : self->nothing);
    }
  for (int i = 0; self->shown[i] != NULL; i++)
    {
      g_autofree char *end = describe_end (self, self->shown[i]);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (gtk_list_box_get_row_at_index (self->list, i)), end);
    }
}

static gboolean
refresh_cb (gpointer user_data)
{
  update (user_data);
  return G_SOURCE_CONTINUE;
}

static void
sb_blocks_dialog_dispose (GObject *object)
{
  SbBlocksDialog *self = SB_BLOCKS_DIALOG (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_BLOCKS_DIALOG);
  g_clear_object (&self->page);
  g_clear_pointer (&self->shown, g_strfreev);

  G_OBJECT_CLASS (sb_blocks_dialog_parent_class)->dispose (object);
}

static void
sb_blocks_dialog_class_init (SbBlocksDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_blocks_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-blocks-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbBlocksDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, SbBlocksDialog, nothing);
  gtk_widget_class_bind_template_child (widget_class, SbBlocksDialog, some);
  gtk_widget_class_bind_template_child (widget_class, SbBlocksDialog, list);
}

static void
sb_blocks_dialog_init (SbBlocksDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_blocks_dialog_new:
 * @page: whose engine it is about, and who tells what went wrong
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_blocks_dialog_new (SbPage *page)
{
  SbBlocksDialog *self;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);

  self = g_object_new (SB_TYPE_BLOCKS_DIALOG, NULL);
  self->page = g_object_ref (page);
  self->refresh_id = g_timeout_add_seconds (REFRESH_INTERVAL, refresh_cb, self);
  update (self);
  return ADW_DIALOG (self);
}
