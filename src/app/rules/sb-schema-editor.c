/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-editor.h"
#include "broadcast/sb-json-buffer.h"
#include "sb-page.h"
#include "traffic/sb-traffic-text.h"
#include "widgets/sb-code-view.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbSchemaEditor:
 *
 * Where a JSON Schema is written: coloured, checked while it is typed, with the fault underlined in its place and one line of truth below.
 * That it is JSON it sees for itself; that it is a schema it is told. Signal "changed" when the text changed.
 */
struct _SbSchemaEditor
{
  GtkBox parent_instance;

  GError *fault;
  gboolean checked; /* what is there has been looked at by the engine */
  gboolean alone;   /* it belongs to no rule */
  SbEngine *engine; /* NULL: not set yet */
  GMenu *references; /* to the stored schemas */

  GtkTextView *view;
  SbJsonBuffer *buffer;
  GtkImage *message_icon;
  GtkLabel *message_label;
  GtkWidget *suggest_button;
  GMenu *insert_menu;
};

G_DEFINE_FINAL_TYPE (SbSchemaEditor, sb_schema_editor, GTK_TYPE_BOX)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const struct
{
  const char *name;
  const char *text;
} templates[] = {
  { "object", "{\n  \"type\": \"object\"\n}\n" },
  { "members", "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"text\": { \"type\": \"string\", \"maxLength\": 200 },\n"
               "    \"at\": { \"type\": \"string\", \"format\": \"date-time\" }\n  },\n  \"required\": [\"text\"],\n"
               "  \"additionalProperties\": false\n}\n" },
  { "list", "{\n  \"type\": \"array\",\n  \"items\": { \"type\": \"number\" },\n  \"maxItems\": 100\n}\n" },
  { "kinds", "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"kind\": { \"enum\": [\"move\", \"say\"] }\n  },\n"
             "  \"required\": [\"kind\"]\n}\n" },
};

static void
show_message (SbSchemaEditor *self)
{
  gboolean empty = sb_json_buffer_is_empty (self->buffer);
  gboolean json = sb_json_buffer_is_valid (self->buffer);
  gboolean wrong = self->fault != NULL || (!empty && !json);
  gboolean good = !empty && !wrong && self->checked;
  g_autofree char *text = NULL;

  if (!empty && !json)
    text = g_strdup (sb_json_buffer_get_message (self->buffer));
  else if (self->fault != NULL)
    text = g_strdup (self->fault->message);
  else if (empty)
    text = g_strdup (self->alone ? _("Write a schema, or open a file") : _("Without a schema a message may hold anything"));
  else
    text = g_strdup (self->checked ? _("Valid JSON Schema") : _("Checking…"));
  gtk_label_set_text (self->message_label, text);
  gtk_widget_set_css_classes (GTK_WIDGET (self->message_label), (const char *[]) { wrong ? "error" : "dimmed", NULL });
  gtk_widget_set_visible (GTK_WIDGET (self->message_icon), wrong || good);
  gtk_image_set_from_icon_name (self->message_icon, wrong ? "dialog-error-symbolic" : "object-select-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->message_icon), (const char *[]) { wrong ? "error" : "success", NULL });
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "schema.format", json);
}

static void
changed_cb (SbSchemaEditor *self)
{
  g_clear_error (&self->fault);
  self->checked = FALSE;
  show_message (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
format_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbSchemaEditor *self = SB_SCHEMA_EDITOR (widget);
  g_autoptr (GBytes) bytes = sb_json_buffer_dup_bytes (self->buffer);
  g_autofree char *text = NULL;
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  sb_json_buffer_check (self->buffer);
  if (!sb_json_buffer_is_valid (self->buffer))
    return;
  text = sb_traffic_text_indent (data, length);
  sb_schema_editor_replace (self, text);
}

static void
insert_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    if (g_str_equal (templates[i].name, g_variant_get_string (parameter, NULL)))
      sb_schema_editor_replace (SB_SCHEMA_EDITOR (widget), templates[i].text);
  gtk_widget_grab_focus (GTK_WIDGET (SB_SCHEMA_EDITOR (widget)->view));
}

/* --- references to stored schemas --- */

char *
sb_schema_editor_dup_name (const char *uri)
{
  const char *end, *start;

  g_return_val_if_fail (uri != NULL, NULL);

  start = end = uri + strcspn (uri, "?#");
  while (start > uri && start[-1] != '/' && start[-1] != ':')
    start--;
  return start < end ? g_uri_unescape_segment (start, end, NULL) ?: g_strndup (start, (gsize) (end - start)) : g_strdup (uri);
}

/* In the menu, as a section that is there only when it has something. */
static void
fill_references (SbSchemaEditor *self)
{
  GPtrArray *documents = sb_engine_get_schemas (self->engine);
  gboolean shown = g_menu_model_get_n_items (G_MENU_MODEL (self->references)) > 0;

  g_menu_remove_all (self->references);
  for (guint i = 0; i < documents->len; i++)
    {
      const char *uri = ((SbSchemaDocument *) g_ptr_array_index (documents, i))->uri;
      g_autofree char *name = sb_schema_editor_dup_name (uri);
      g_auto (GStrv) parts = g_strsplit (name, "_", -1);
      g_autofree char *label = g_strjoinv ("__", parts); /* no access key */
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "schema.refer", "s", uri);
      g_menu_append_item (self->references, item);
    }
  if (!shown && documents->len > 0)
    g_menu_append_section (self->insert_menu, _("Stored Schemas"), G_MENU_MODEL (self->references));
  else if (shown && documents->len == 0)
    g_menu_remove (self->insert_menu, g_menu_model_get_n_items (G_MENU_MODEL (self->insert_menu)) - 1);
}

void
sb_schema_editor_set_engine (SbSchemaEditor *self,
                             SbEngine       *engine)
{
  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));
  g_return_if_fail (SB_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "schemas-changed", G_CALLBACK (fill_references), self, G_CONNECT_SWAPPED);
  fill_references (self);
}

/* Where the cursor is, or in place of what is selected. */
static void
refer_action_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  SbSchemaEditor *self = SB_SCHEMA_EDITOR (widget);
  g_autofree char *text = g_strdup_printf ("{ \"$ref\": \"%s\" }", g_variant_get_string (parameter, NULL));
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (buffer, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* --- from a file --- */

static void
show_open_error (SbSchemaEditor *self,
                 const GError   *error)
{
  sb_schema_editor_set_fault (self, error);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbSchemaEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  gsize length;

  if (g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error)
      && (strlen (text) != length || !g_utf8_validate (text, (gssize) length, NULL)))
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("“%s” is not UTF-8 text"), name);
  if (self->view == NULL)
    return;
  if (error != NULL)
    {
      show_open_error (self, error);
      return;
    }
  sb_schema_editor_replace (self, text);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* What is too big is not read: it could be anything. */
static void
sized_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbSchemaEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info != NULL && g_file_info_get_size (info) > SB_RULE_MAX_SCHEMA)
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, _("The schema has %zu bytes; it may have %d."),
                         (gsize) g_file_info_get_size (info), SB_RULE_MAX_SCHEMA);
  if (self->view == NULL)
    return;
  if (error != NULL)
    show_open_error (self, error);
  else
    g_file_load_contents_async (G_FILE (source), NULL, loaded_cb, g_object_ref (self));
}

void
sb_schema_editor_open (SbSchemaEditor *self,
                       GFile          *file)
{
  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));
  g_return_if_fail (G_IS_FILE (file));

  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL, sized_cb,
                           g_object_ref (self));
}

static void
file_chosen_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (SbSchemaEditor) self = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->view != NULL)
    sb_schema_editor_open (self, file);
}

static void
open_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Choose a File"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, file_chosen_cb, g_object_ref (widget));
}

static void
sb_schema_editor_dispose (GObject *object)
{
  SbSchemaEditor *self = SB_SCHEMA_EDITOR (object);

  g_clear_error (&self->fault);
  g_clear_object (&self->engine);
  g_clear_object (&self->references);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SCHEMA_EDITOR);

  G_OBJECT_CLASS (sb_schema_editor_parent_class)->dispose (object);
}

static void
sb_schema_editor_class_init (SbSchemaEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_schema_editor_dispose;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-schema-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSchemaEditor, view);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaEditor, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaEditor, message_icon);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaEditor, message_label);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaEditor, suggest_button);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaEditor, insert_menu);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_message);

  gtk_widget_class_install_action (widget_class, "schema.format", NULL, format_action_cb);
  gtk_widget_class_install_action (widget_class, "schema.open", NULL, open_action_cb);
  gtk_widget_class_install_action (widget_class, "schema.refer", "s", refer_action_cb);
  gtk_widget_class_install_action (widget_class, "schema.insert", "s", insert_action_cb);
}

static void
sb_schema_editor_init (SbSchemaEditor *self)
{
  SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

  g_type_ensure (SB_TYPE_JSON_BUFFER);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_code_write_left_to_right (GTK_WIDGET (self));
  self->references = g_menu_new ();
  limits.max_depth = SB_JSON_MAX_DEPTH;
  limits.max_members = limits.max_values = G_MAXUINT;
  limits.max_string = G_MAXSIZE;
  sb_json_buffer_set_limits (self->buffer, &limits, G_MAXSIZE);
  show_message (self);
}

void
sb_schema_editor_set_alone (SbSchemaEditor *self)
{
  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));

  self->alone = TRUE;
  gtk_widget_set_visible (self->suggest_button, FALSE);
  show_message (self);
}

char *
sb_schema_editor_dup_text (SbSchemaEditor *self)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  const char *data;

  g_return_val_if_fail (SB_IS_SCHEMA_EDITOR (self), NULL);

  if (sb_json_buffer_is_empty (self->buffer))
    return NULL;
  bytes = sb_json_buffer_dup_bytes (self->buffer);
  data = g_bytes_get_data (bytes, &length);
  return g_strndup (data, length);
}

void
sb_schema_editor_load (SbSchemaEditor *self,
                       const char     *text)
{
  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));

  gtk_text_buffer_begin_irreversible_action (GTK_TEXT_BUFFER (self->buffer));
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text != NULL ? text : "", -1);
  gtk_text_buffer_end_irreversible_action (GTK_TEXT_BUFFER (self->buffer));
}

void
sb_schema_editor_replace (SbSchemaEditor *self,
                          const char     *text)
{
  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));
  g_return_if_fail (text != NULL);

  sb_json_buffer_replace (self->buffer, text);
}

gboolean
sb_schema_editor_is_readable (SbSchemaEditor *self)
{
  g_return_val_if_fail (SB_IS_SCHEMA_EDITOR (self), FALSE);

  return sb_json_buffer_is_empty (self->buffer) || sb_json_buffer_is_valid (self->buffer);
}

void
sb_schema_editor_set_fault (SbSchemaEditor *self,
                            const GError   *error)
{
  const SbRulePlace *place = error != NULL ? sb_rule_error_get_place (error) : NULL;
  const SbRulePlace *before;

  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));

  before = self->fault != NULL ? sb_rule_error_get_place (self->fault) : NULL;
  if (before != NULL && before->offset != G_MAXSIZE)
    sb_json_buffer_unmark (self->buffer);
  g_clear_error (&self->fault);
  self->fault = error != NULL ? g_error_copy (error) : NULL;
  self->checked = TRUE;
  if (place != NULL && place->offset != G_MAXSIZE)
    sb_json_buffer_mark (self->buffer, place->offset, place->length);
  show_message (self);
}

void
sb_schema_editor_go_to_fault (SbSchemaEditor *self)
{
  g_return_if_fail (SB_IS_SCHEMA_EDITOR (self));

  sb_json_buffer_go_to_mark (self->buffer, self->view);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}
