/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-template-dialog.h"
#include "broadcast/sb-broadcast-words.h"
#include "broadcast/sb-template-commands.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbTemplateDialog:
 *
 * The messages kept under a name: search, insert, rename, delete.
 */
struct _SbTemplateDialog
{
  AdwDialog parent_instance;

  SbPage *page; /* owned */
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered;
  char *wanted; /* casefolded */

  AdwToastOverlay *toasts;
  GtkSearchEntry *search;
  GtkStack *stack;
  GtkWidget *empty;
  GtkWidget *nothing_found;
  GtkWidget *found;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (SbTemplateDialog, sb_template_dialog, ADW_TYPE_DIALOG)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GListModel *
get_templates (SbTemplateDialog *self)
{
  return sb_engine_get_templates (sb_page_get_engine (self->page));
}

static gboolean
contains (SbTemplateDialog *self,
          const char       *text)
{
  g_autofree char *key = g_utf8_casefold (text, -1);

  return strstr (key, self->wanted) != NULL;
}

static gboolean
filter_func (gpointer item,
             gpointer user_data)
{
  SbTemplateDialog *self = user_data;
  const SbMessage *message = sb_template_get_message (item);
  g_autofree char *preview = NULL;

  if (self->wanted == NULL || *self->wanted == '\0' || contains (self, sb_template_get_name (item)))
    return TRUE;
  preview = sb_broadcast_words_payload (message->payload, message->binary);
  return contains (self, preview);
}

static void
update_cb (SbTemplateDialog *self)
{
  guint n = g_list_model_get_n_items (get_templates (self));
  guint n_found = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));

  gtk_stack_set_visible_child (self->stack, n == 0 ? self->empty : n_found == 0 ? self->nothing_found : self->found);
  gtk_widget_set_visible (GTK_WIDGET (self->search), n > 0);
}

static void
search_cb (SbTemplateDialog *self)
{
  g_free (self->wanted);
  self->wanted = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_cb (self);
}

static void
choose (SbTemplateDialog *self,
        SbTemplate       *template)
{
  g_autoptr (SbTemplateDialog) kept = g_object_ref (self);

  g_signal_emit (self, signals[CHOSEN], 0, template);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
activated_cb (SbTemplateDialog *self,
              GtkListBoxRow    *row)
{
  g_autoptr (SbTemplate) template = g_list_model_get_item (G_LIST_MODEL (self->filtered), gtk_list_box_row_get_index (row));

  if (template != NULL)
    choose (self, template);
}

static void
activate_first_cb (SbTemplateDialog *self)
{
  g_autoptr (SbTemplate) template = g_list_model_get_item (G_LIST_MODEL (self->filtered), 0);

  if (template != NULL)
    choose (self, template);
}

static void
close_cb (SbTemplateDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static SbTemplate *
get_template (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "template");
}

static void
rename_cb (GtkWidget        *button,
           SbTemplateDialog *self)
{
  sb_template_commands_rename (self->page, GTK_WIDGET (self), get_template (button));
}

static void
delete_cb (GtkWidget        *button,
           SbTemplateDialog *self)
{
  sb_template_commands_delete (self->page, self->toasts, get_template (button));
}

static void
add_button (SbTemplateDialog *self,
            GtkWidget        *row,
            SbTemplate       *template,
            const char       *icon,
            const char       *tooltip,
            GCallback         callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "template", g_object_ref (template), g_object_unref);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static GtkWidget *
make_row_cb (gpointer item,
             gpointer user_data)
{
  SbTemplateDialog *self = user_data;
  SbTemplate *template = item;
  const SbMessage *message = sb_template_get_message (template);
  g_autofree char *preview = sb_broadcast_words_payload (message->payload, message->binary);
  g_autofree char *target = NULL, *line = NULL;
  GtkWidget *row = adw_action_row_new ();

  if (message->target != NULL)
    target = sb_broadcast_words_for_target (message->target, sb_engine_get_tokens (sb_page_get_engine (self->page)));
  line = target != NULL ? g_strdup_printf ("%s · %s", target, preview) : g_strdup (preview);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sb_template_get_name (template));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), line);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  add_button (self, row, template, "document-edit-symbolic", _("Rename…"), G_CALLBACK (rename_cb));
  add_button (self, row, template, "user-trash-symbolic", _("Delete"), G_CALLBACK (delete_cb));
  return row;
}

static void
sb_template_dialog_dispose (GObject *object)
{
  SbTemplateDialog *self = SB_TEMPLATE_DIALOG (object);

  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TEMPLATE_DIALOG);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->page);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (sb_template_dialog_parent_class)->dispose (object);
}

static void
sb_template_dialog_class_init (SbTemplateDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_template_dialog_dispose;

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  SB_TYPE_TEMPLATE);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-template-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, search);
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, empty);
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, found);
  gtk_widget_class_bind_template_child (widget_class, SbTemplateDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_first_cb);
}

static void
sb_template_dialog_init (SbTemplateDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_template_dialog_new:
 * @page: whose templates are shown, and who tells what became of them
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_template_dialog_new (SbPage *page)
{
  SbTemplateDialog *self;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);

  self = g_object_new (SB_TYPE_TEMPLATE_DIALOG, NULL);
  self->page = g_object_ref (page);
  self->filter = gtk_custom_filter_new (filter_func, self, NULL);
  self->filtered = gtk_filter_list_model_new (g_object_ref (get_templates (self)), GTK_FILTER (g_object_ref (self->filter)));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->filtered), make_row_cb, self, NULL);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
  return ADW_DIALOG (self);
}
