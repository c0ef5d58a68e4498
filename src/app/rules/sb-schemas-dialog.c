/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schemas-dialog.h"
#include "rules/sb-schema-editor.h"
#include "rules/sb-schema-page.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-format.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbSchemasDialog:
 *
 * The schemas that those of rules may refer to: which there are, how many rules need each, and, as a page above the list, one of them for
 * writing. What is removed or replaced can be brought back.
 */
struct _SbSchemasDialog
{
  AdwDialog parent_instance;

  SbEngine *engine; /* owned */

  AdwToastOverlay *toasts;
  AdwNavigationView *navigation;
  AdwNavigationPage *list_page;
  GtkWidget *add_button;
  GtkStack *stack;
  GtkWidget *empty;
  GtkWidget *found;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (SbSchemasDialog, sb_schemas_dialog, ADW_TYPE_DIALOG)

/* The one of @uri; NULL: there is none. */
static const SbSchemaDocument *
find_document (SbSchemasDialog *self,
               const char      *uri)
{
  GPtrArray *documents = sb_engine_get_schemas (self->engine);

  for (guint i = 0; i < documents->len; i++)
    {
      const SbSchemaDocument *document = g_ptr_array_index (documents, i);

      if (g_str_equal (document->uri, uri))
        return document;
    }
  return NULL;
}

static const char *
get_uri (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "uri");
}

/* --- the list --- */

static GtkWidget *
make_remove_button (const char *uri,
                    const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *tooltip = g_strdup_printf (_("Remove %s"), name);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "schemas.remove");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", uri);
  return button;
}

static GtkWidget *
make_row (SbSchemasDialog        *self,
          const SbSchemaDocument *document)
{
  GtkWidget *row = adw_action_row_new ();
  guint n_rules = sb_engine_count_schema_users (self->engine, document->uri);
  g_autofree char *name = sb_schema_editor_dup_name (document->uri);
  g_autofree char *size = sb_format_size (strlen (document->text));
  g_autofree char *users = sb_schema_page_dup_users (n_rules);
  g_autofree char *facts = g_strdup_printf ("%s\n%s · %s", document->uri, users, size);
  g_autofree char *reference = g_strdup_printf ("{ \"$ref\": \"%s\" }", document->uri);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), facts);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 4);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), sb_copy_button_new (_("Copy Reference"), reference, FALSE));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_remove_button (document->uri, name));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "uri", g_strdup (document->uri), g_free);
  return row;
}

/* The row that has the focus, or holds what has it; NULL: none. */
static GtkListBoxRow *
get_focus_row (SbSchemasDialog *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (GTK_WIDGET (self->list));

  return GTK_IS_LIST_BOX_ROW (child) ? GTK_LIST_BOX_ROW (child) : NULL;
}

/* There are a hundred at most. The focus stays where it was, or goes to what has come there. */
static void
fill (SbSchemasDialog *self)
{
  GPtrArray *documents = sb_engine_get_schemas (self->engine);
  GtkListBoxRow *focused = get_focus_row (self);
  int position = focused != NULL ? gtk_list_box_row_get_index (focused) : -1;

  gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < documents->len; i++)
    gtk_list_box_append (self->list, make_row (self, g_ptr_array_index (documents, i)));
  gtk_stack_set_visible_child (self->stack, documents->len > 0 ? self->found : self->empty);
  gtk_widget_set_visible (self->add_button, documents->len > 0); /* the empty page has a larger one */
  if (position >= 0 && documents->len > 0)
    gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, MIN (position, (int) documents->len - 1))));
}

/* --- removing and replacing, and that undone --- */

typedef struct
{
  SbSchemasDialog *dialog; /* owned */
  char *uri;
  char *text;              /* what was there before */
} Change;

static Change *
change_new (SbSchemasDialog *dialog,
            const char      *uri,
            const char      *text)
{
  Change *change = g_new0 (Change, 1);

  change->dialog = g_object_ref (dialog);
  change->uri = g_strdup (uri);
  change->text = g_strdup (text);
  return change;
}

static void
change_free (Change *change)
{
  g_object_unref (change->dialog);
  g_free (change->uri);
  g_free (change->text);
  g_free (change);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Change) change = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) >= 0)
    text = g_strdup_printf (_("Schema %s stored"), change->uri);
  adw_toast_overlay_add_toast (change->dialog->toasts, sb_toast_new (text != NULL ? text : error->message));
}

static void
undo_cb (Change *change)
{
  sb_engine_add_schema_async (change->dialog->engine, "window", change->uri, change->text, restored_cb,
                              change_new (change->dialog, change->uri, NULL));
}

/* Takes @change. */
static void
say_with_undo (Change     *change,
               const char *text)
{
  AdwToastOverlay *toasts = change->dialog->toasts;

  adw_toast_overlay_add_toast (toasts, sb_toast_new_undo (text, NULL, G_CALLBACK (undo_cb), change, (GDestroyNotify) change_free));
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Change) change = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    {
      /* Which rule needs it. */
      adw_toast_overlay_add_toast (change->dialog->toasts, sb_toast_new (error->message));
      return;
    }
  text = g_strdup_printf (_("Schema %s removed"), change->uri);
  say_with_undo (g_steal_pointer (&change), text);
}

static void
remove_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbSchemasDialog *self = SB_SCHEMAS_DIALOG (widget);
  const SbSchemaDocument *document = find_document (self, g_variant_get_string (parameter, NULL));

  if (document != NULL)
    sb_engine_remove_schema_async (self->engine, "window", document->uri, removed_cb,
                                   change_new (self, document->uri, document->text));
}

static gboolean
remove_key_cb (GtkWidget *widget,
               GVariant  *arguments,
               gpointer   user_data)
{
  GtkListBoxRow *row = get_focus_row (user_data);

  return row != NULL && gtk_widget_activate_action (widget, "schemas.remove", "s", get_uri (GTK_WIDGET (row)));
}

/* --- writing one --- */

static void
saved_cb (SbSchemasDialog *self,
          const char      *uri,
          const char      *before) /* nullable */
{
  g_autofree char *text = g_strdup_printf (_("Schema %s stored"), uri);

  adw_navigation_view_pop_to_page (self->navigation, self->list_page);
  if (before != NULL)
    say_with_undo (change_new (self, uri, before), text);
  else
    adw_toast_overlay_add_toast (self->toasts, sb_toast_new (text));
}

static void
done_cb (SbSchemasDialog *self)
{
  adw_navigation_view_pop_to_page (self->navigation, self->list_page);
}

static SbSchemaPage *
get_page (SbSchemasDialog *self)
{
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  return SB_IS_SCHEMA_PAGE (page) ? SB_SCHEMA_PAGE (page) : NULL;
}

/* What is being written is not thrown away by closing: the page asks. */
static void
dirty_cb (SbSchemasDialog *self)
{
  SbSchemaPage *page = get_page (self);

  adw_dialog_set_can_close (ADW_DIALOG (self), page == NULL || !sb_schema_page_is_dirty (page));
}

static void
close_attempt_cb (SbSchemasDialog *self)
{
  SbSchemaPage *page = get_page (self);

  if (page != NULL)
    gtk_widget_activate_action (GTK_WIDGET (page), "schema-page.cancel", NULL);
}

static void
open_page (SbSchemasDialog        *self,
           const SbSchemaDocument *document) /* nullable */
{
  AdwNavigationPage *page = sb_schema_page_new (self->engine, document);

  g_signal_connect_object (page, "saved", G_CALLBACK (saved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "dirty-changed", G_CALLBACK (dirty_cb), self, G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->navigation, page);
}

static void
add_action_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  SbSchemasDialog *self = SB_SCHEMAS_DIALOG (widget);

  if (get_page (self) == NULL)
    open_page (self, NULL);
}

static void
activated_cb (SbSchemasDialog *self,
              GtkListBoxRow   *row)
{
  const SbSchemaDocument *document = find_document (self, get_uri (GTK_WIDGET (row)));

  if (document != NULL)
    open_page (self, document);
}

/* --- the dialog --- */

static void
sb_schemas_dialog_dispose (GObject *object)
{
  SbSchemasDialog *self = SB_SCHEMAS_DIALOG (object);

  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SCHEMAS_DIALOG);

  G_OBJECT_CLASS (sb_schemas_dialog_parent_class)->dispose (object);
}

static void
sb_schemas_dialog_class_init (SbSchemasDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_schemas_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-schemas-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, list_page);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, add_button);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, empty);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, found);
  gtk_widget_class_bind_template_child (widget_class, SbSchemasDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);

  gtk_widget_class_install_action (widget_class, "schemas.add", NULL, add_action_cb);
  gtk_widget_class_install_action (widget_class, "schemas.remove", "s", remove_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "schemas.add", NULL);
}

static void
sb_schemas_dialog_init (SbSchemasDialog *self)
{
  GtkEventController *keys;

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "close-attempt", G_CALLBACK (close_attempt_cb), NULL);
  g_signal_connect_swapped (self->navigation, "notify::visible-page", G_CALLBACK (dirty_cb), self);

  /* Only in the list: elsewhere the key deletes text. */
  keys = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Delete, 0),
                                                          gtk_callback_action_new (remove_key_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
}

AdwDialog *
sb_schemas_dialog_new (SbEngine *engine)
{
  SbSchemasDialog *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_SCHEMAS_DIALOG, NULL);
  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "schemas-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_rules (engine), "items-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  fill (self);
  return ADW_DIALOG (self);
}
