/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-page.h"
#include "rules/sb-schema-editor.h"
#include "widgets/sb-question.h"
#include <glib/gi18n.h>
#include <string.h>

#define CHECK_DELAY 250 /* ms of no typing */
/* What relative references are resolved against while there is no address yet. */
#define NO_ADDRESS "https://schema.invalid/"

/**
 * SbSchemaPage:
 *
 * One stored schema, for writing. Every change is looked at by the engine, which says what is wrong with it. Signals: "saved" (string: its
 * address, string: the text that was there before, NULL: it is new), "done": nothing is to be saved, "dirty-changed".
 */
struct _SbSchemaPage
{
  AdwNavigationPage parent_instance;

  SbEngine *engine;
  char *uri;       /* NULL: a new one */
  char *original;  /* its text; NULL: a new one */
  guint check_id;  /* timeout */
  guint64 wanted;  /* number of the newest check */
  gboolean good;   /* the newest check found nothing wrong */
  gboolean busy;   /* being saved */

  GtkWidget *cancel_button;
  AdwBanner *banner;
  AdwEntryRow *uri_row;
  AdwActionRow *fixed_uri_row; /* of one that exists: under another address it would be another schema */
  GtkLabel *uri_message;
  SbSchemaEditor *editor;
};

G_DEFINE_FINAL_TYPE (SbSchemaPage, sb_schema_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  SAVED,
  DONE,
  DIRTY_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

char *
sb_schema_page_dup_users (guint n_rules)
{
  if (n_rules == 0)
    return g_strdup (_("Used by no rule"));
  return g_strdup_printf (ngettext ("Used by %u rule", "Used by %u rules", n_rules), n_rules);
}

static const char *
get_uri (SbSchemaPage *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->uri_row));
}

gboolean
sb_schema_page_is_dirty (SbSchemaPage *self)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (SB_IS_SCHEMA_PAGE (self), FALSE);

  text = sb_schema_editor_dup_text (self->editor);
  return g_strcmp0 (text, self->original) != 0 || (self->uri == NULL && *get_uri (self) != '\0');
}

static void
update (SbSchemaPage *self)
{
  gboolean dirty = sb_schema_page_is_dirty (self);

  gtk_widget_set_visible (self->cancel_button, dirty || self->uri == NULL);
  adw_navigation_page_set_can_pop (ADW_NAVIGATION_PAGE (self), !dirty && self->uri != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "schema-page.save", dirty && self->good && !self->busy);
  g_signal_emit (self, signals[DIRTY_CHANGED], 0);
}

/* --- the address --- */

static gboolean
is_taken (SbSchemaPage *self)
{
  GPtrArray *documents = sb_engine_get_schemas (self->engine);

  for (guint i = 0; i < documents->len; i++)
    if (g_str_equal (((SbSchemaDocument *) g_ptr_array_index (documents, i))->uri, get_uri (self)))
      return TRUE;
  return FALSE;
}

/* Says what is wrong with the address, or what it is good for. */
static gboolean
check_uri (SbSchemaPage *self)
{
  const char *uri = get_uri (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean ok = sb_schema_document_check_uri (uri, &error);

  if (self->uri != NULL)
    text = sb_schema_page_dup_users (sb_engine_count_schema_users (self->engine, self->uri));
  else if (*uri == '\0')
    text = g_strdup (_("Such as https://example.org/person.json: rules refer to the schema by it, and nothing is fetched from there"));
  else if (!ok)
    text = g_strdup (error->message);
  else if (is_taken (self))
    text = g_strdup (_("There is a schema of this address already"));
  else
    text = g_strdup_printf ("{ \"$ref\": \"%s\" }", uri);
  ok = ok && (self->uri != NULL || !is_taken (self));
  gtk_label_set_text (self->uri_message, text);
  gtk_widget_set_css_classes (GTK_WIDGET (self->uri_message),
                              (const char *[]) { "caption", ok || *uri == '\0' ? "dimmed" : "error", NULL });
  if (ok || *uri == '\0')
    gtk_widget_remove_css_class (GTK_WIDGET (self->uri_row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->uri_row), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->uri_row), GTK_ACCESSIBLE_STATE_INVALID,
                               ok || *uri == '\0' ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE, -1);
  return ok;
}

/* --- checking --- */

typedef struct
{
  SbSchemaPage *page; /* owned */
  guint64 number;
} Check;

static void
checked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Check *check = user_data;
  g_autoptr (SbSchemaPage) self = check->page;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  gboolean ok = sb_engine_draft_schema_finish (SB_ENGINE (source), result, &id, &error);
  gboolean stale = check->number != self->wanted;

  g_free (check);
  /* Something was written meanwhile, or the page is gone. */
  if (stale || self->engine == NULL)
    return;
  sb_schema_editor_set_fault (self->editor, error);
  self->good = ok && check_uri (self);
  update (self);
  /* A schema that says itself what its address is. */
  if (ok && id != NULL && *get_uri (self) == '\0' && sb_schema_document_check_uri (id, NULL))
    gtk_editable_set_text (GTK_EDITABLE (self->uri_row), id);
}

static gboolean
check_cb (gpointer user_data)
{
  SbSchemaPage *self = user_data;
  g_autofree char *text = sb_schema_editor_dup_text (self->editor);
  Check *check;

  self->check_id = 0;
  if (text == NULL || !sb_schema_editor_is_readable (self->editor))
    return G_SOURCE_REMOVE;
  check = g_new0 (Check, 1);
  check->page = g_object_ref (self);
  check->number = ++self->wanted;
  /* A schema can be written before its address is decided. */
  sb_engine_draft_schema_async (self->engine, sb_schema_document_check_uri (get_uri (self), NULL) ? get_uri (self) : NO_ADDRESS, text,
                                checked_cb, check);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (SbSchemaPage *self)
{
  if (self->engine == NULL)
    return;
  self->good = FALSE;
  self->wanted++;
  adw_banner_set_revealed (self->banner, FALSE);
  check_uri (self);
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_DELAY, check_cb, self);
  update (self);
}

/* --- saving --- */

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbSchemaPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = sb_engine_command_finish (SB_ENGINE (source), result, &error) >= 0;

  self->busy = FALSE;
  if (self->engine == NULL)
    return;
  if (ok)
    {
      g_signal_emit (self, signals[SAVED], 0, get_uri (self), self->original);
      return;
    }
  if (sb_rule_error_get_place (error) != NULL)
    sb_schema_editor_set_fault (self->editor, error);
  adw_banner_set_title (self->banner, error->message);
  adw_banner_set_revealed (self->banner, TRUE);
  update (self);
}

static void
save_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbSchemaPage *self = SB_SCHEMA_PAGE (widget);
  g_autofree char *text = sb_schema_editor_dup_text (self->editor);

  if (text == NULL)
    return;
  self->busy = TRUE;
  update (self);
  sb_engine_add_schema_async (self->engine, "window", get_uri (self), text, saved_cb, g_object_ref (self));
}

static void
cancel_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  SbSchemaPage *self = SB_SCHEMA_PAGE (widget);

  if (sb_schema_page_is_dirty (self))
    sb_question_ask_unsaved (widget, self->good && !self->busy, "schema-page.save");
  else
    g_signal_emit (self, signals[DONE], 0);
}

/* --- the page --- */

static void
sb_schema_page_dispose (GObject *object)
{
  SbSchemaPage *self = SB_SCHEMA_PAGE (object);

  g_clear_handle_id (&self->check_id, g_source_remove);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->original, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SCHEMA_PAGE);

  G_OBJECT_CLASS (sb_schema_page_parent_class)->dispose (object);
}

static void
sb_schema_page_class_init (SbSchemaPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_schema_page_dispose;

  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 G_TYPE_STRING, G_TYPE_STRING);
  signals[DONE] = g_signal_new ("done", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DIRTY_CHANGED] =
    g_signal_new ("dirty-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-schema-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSchemaPage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaPage, banner);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaPage, uri_row);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaPage, fixed_uri_row);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaPage, uri_message);
  gtk_widget_class_bind_template_child (widget_class, SbSchemaPage, editor);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);

  gtk_widget_class_install_action (widget_class, "schema-page.save", NULL, save_action_cb);
  gtk_widget_class_install_action (widget_class, "schema-page.cancel", NULL, cancel_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "schema-page.cancel", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "schema-page.save", NULL);
}

static void
sb_schema_page_init (SbSchemaPage *self)
{
  g_type_ensure (SB_TYPE_SCHEMA_EDITOR);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_schema_editor_set_alone (self->editor);
}

AdwNavigationPage *
sb_schema_page_new (SbEngine               *engine,
                    const SbSchemaDocument *document)
{
  SbSchemaPage *self;
  g_autofree char *name = NULL;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_SCHEMA_PAGE, NULL);
  if (document != NULL)
    {
      name = sb_schema_editor_dup_name (document->uri);
      self->uri = g_strdup (document->uri);
      gtk_editable_set_text (GTK_EDITABLE (self->uri_row), document->uri);
      adw_action_row_set_subtitle (self->fixed_uri_row, document->uri);
      gtk_widget_set_visible (GTK_WIDGET (self->uri_row), FALSE);
      gtk_widget_set_visible (GTK_WIDGET (self->fixed_uri_row), TRUE);
      sb_schema_editor_load (self->editor, document->text);
      self->original = sb_schema_editor_dup_text (self->editor);
      adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), name);
    }
  self->engine = g_object_ref (engine);
  sb_schema_editor_set_engine (self->editor, engine);
  check_uri (self);
  check_cb (self);
  update (self);
  return ADW_NAVIGATION_PAGE (self);
}
