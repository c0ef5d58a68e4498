/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-detail.h"
#include "rules/sb-json-locate.h"
#include "sb-page.h"
#include "traffic/sb-traffic-text.h"
#include "traffic/sb-traffic-words.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

/**
 * SbTrafficDetail:
 *
 * One line of the traffic log at length: what became of it in a sentence, the message broken into lines and coloured,
 * or where it is not valid as it came, with the place of the mistake underlined; or its bytes. Its buttons activate the
 * actions "traffic.…" of the page.
 */
struct _SbTrafficDetail
{
  AdwBin parent_instance;

  SbTrafficEntry *entry;
  GtkTextTag *mistake;

  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *sentence;
  GtkWidget *rule_button;
  AdwToggleGroup *forms;
  GtkScrolledWindow *scroller;
  GtkTextView *view;
  GtkTextBuffer *buffer;
};

G_DEFINE_FINAL_TYPE (SbTrafficDetail, sb_traffic_detail, ADW_TYPE_BIN)

static void
update_scheme_cb (SbTrafficDetail *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (
      GTK_SOURCE_BUFFER (self->buffer),
      gtk_source_style_scheme_manager_get_scheme (manager, dark ? "Adwaita-dark" : "Adwaita"));
}

static void
set_text (SbTrafficDetail *self,
          const char      *text,
          gboolean         json)
{
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();

  gtk_source_buffer_set_language (GTK_SOURCE_BUFFER (self->buffer),
                                  json ? gtk_source_language_manager_get_language (manager, "json") : NULL);
  gtk_text_buffer_set_text (self->buffer, text, -1);
}

/* A character cannot be underlined at the end of the text, where none is; then the one before it is. */
static void
mark_mistake (SbTrafficDetail *self,
              guint            mark,
              guint            length)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, (int) mark);
  end = start;
  if (!gtk_text_iter_forward_chars (&end, (int) length) && gtk_text_iter_equal (&start, &end))
    gtk_text_iter_backward_char (&start);
  gtk_text_buffer_apply_tag (self->buffer, self->mistake, &start, &end);
  gtk_text_buffer_place_cursor (self->buffer, &start);
  gtk_text_view_scroll_to_iter (self->view, &start, 0.1, FALSE, 0, 0);
}

static gboolean
is_json (const SbTrafficRecord *record,
         const char            *bytes,
         gsize                  length)
{
  return !record->binary && length == record->size && sb_traffic_text_is_json (bytes, length);
}

/* A message that a schema does not allow is JSON, and can be broken into lines. NULL: it is none of these, or it is not known
 * where in it the mistake is; else the place in the text, in bytes. */
static char *
make_judged_text (SbTrafficDetail       *self,
                  const SbTrafficRecord *record,
                  const char            *bytes,
                  gsize                  length,
                  gsize                 *start,
                  gsize                 *end)
{
  g_autofree char *text = NULL;

  if (record->rejection != SB_REJECTED_SCHEMA || record->pointer == NULL || !is_json (record, bytes, length))
    return NULL;
  text = sb_traffic_text_indent (bytes, length);
  return sb_json_locate (text, strlen (text), record->pointer, start, end) ? g_steal_pointer (&text) : NULL;
}

static gboolean
show_judged_text (SbTrafficDetail       *self,
                  const SbTrafficRecord *record,
                  const char            *bytes,
                  gsize                  length)
{
  gsize start, end;
  g_autofree char *text = make_judged_text (self, record, bytes, length, &start, &end);

  if (text == NULL)
    return FALSE;
  set_text (self, text, TRUE);
  mark_mistake (self, (guint) g_utf8_pointer_to_offset (text, text + start),
                (guint) g_utf8_strlen (text + start, (gssize) (end - start)));
  return TRUE;
}

static void
show_text (SbTrafficDetail       *self,
           const SbTrafficRecord *record,
           const char            *bytes,
           gsize                  length)
{
  gboolean placed = record->rejection != SB_REJECTED_NOT && record->offset <= length;
  g_autofree char *text = NULL;
  guint mark = 0;

  if (show_judged_text (self, record, bytes, length))
    return;
  if (!placed && is_json (record, bytes, length))
    {
      text = sb_traffic_text_indent (bytes, length);
      set_text (self, text, TRUE);
      return;
    }
  text = sb_traffic_text_make (bytes, length, record->offset, &mark);
  set_text (self, text, !record->binary);
  if (placed)
    mark_mistake (self, mark, 1);
}

/* Where the mistake is as an editor would count it. */
static char *
describe_mistake (SbTrafficDetail *self)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (self->entry);
  gsize length = 0;
  const char *bytes = record->payload != NULL ? g_bytes_get_data (record->payload, &length) : NULL;
  g_autofree char *text = NULL;
  guint mark, line = 1, column = 1;
  gsize start, end;

  if (record->rejection == SB_REJECTED_NOT || bytes == NULL || record->offset > length)
    return NULL;
  text = make_judged_text (self, record, bytes, MIN (length, SB_TRAFFIC_TEXT_MAX), &start, &end);
  if (text != NULL)
    {
      sb_json_find_line (text, strlen (text), start, &line, &column);
      return g_strdup_printf (_("Line %u, column %u."), line, column);
    }
  text = sb_traffic_text_make (bytes, length, record->offset, &mark);
  for (const char *p = text; mark > 0 && *p != '\0'; p = g_utf8_next_char (p), mark--)
    {
      column = *p == '\n' ? 1 : column + 1;
      line += *p == '\n';
    }
  return g_strdup_printf (_("Line %u, column %u."), line, column);
}

static void
show_payload (SbTrafficDetail *self)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (self->entry);
  gsize length = 0;
  const char *bytes = record->payload != NULL ? g_bytes_get_data (record->payload, &length) : NULL;
  g_autofree char *dump = NULL;

  length = MIN (length, SB_TRAFFIC_TEXT_MAX);
  if (bytes == NULL)
    set_text (self, "", FALSE);
  else if (g_strcmp0 (adw_toggle_group_get_active_name (self->forms), "bytes") == 0)
    {
      dump = sb_traffic_text_dump ((const guint8 *) bytes, length);
      set_text (self, dump, FALSE);
    }
  else
    show_text (self, record, bytes, length);
}

static void
form_cb (SbTrafficDetail *self)
{
  if (self->entry != NULL)
    show_payload (self);
}

static void
show_words (SbTrafficDetail *self)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (self->entry);
  gboolean rejected = record->rejection != SB_REJECTED_NOT;
  gsize kept = record->payload != NULL ? MIN (g_bytes_get_size (record->payload), SB_TRAFFIC_TEXT_MAX) : 0;
  g_autofree char *title = sb_traffic_words_title (self->entry);
  g_autofree char *sentence = sb_traffic_words_sentence (self->entry);
  g_autofree char *place = describe_mistake (self);
  g_autofree char *size = sb_format_size (record->size);
  g_autofree char *kept_size = sb_format_size (kept);
  g_autofree char *cut =
      /* Translators: two sizes, as in "the first 64 KiB of 1 MiB are shown" */
      record->size > kept ? g_strdup_printf (_("the first %s of %s are shown"), kept_size, size) : NULL;
  g_autofree char *text = g_strconcat (place != NULL ? place : "", place != NULL ? " " : "", sentence, cut != NULL ? " · " : "", cut, NULL);

  gtk_image_set_from_icon_name (self->icon, sb_traffic_words_icon (self->entry));
  gtk_label_set_text (self->title, title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), title);
  gtk_label_set_text (self->sentence, text);
  gtk_widget_set_visible (self->rule_button, record->rule_id != 0);
  if (rejected)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "error");
}

static void
sb_traffic_detail_dispose (GObject *object)
{
  SbTrafficDetail *self = SB_TRAFFIC_DETAIL (object);

  g_clear_object (&self->entry);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TRAFFIC_DETAIL);

  G_OBJECT_CLASS (sb_traffic_detail_parent_class)->dispose (object);
}

static void
sb_traffic_detail_class_init (SbTrafficDetailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_traffic_detail_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-traffic-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, icon);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, title);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, sentence);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, rule_button);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, forms);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, view);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficDetail, buffer);
  gtk_widget_class_bind_template_callback (widget_class, form_cb);
}

static void
sb_traffic_detail_init (SbTrafficDetail *self)
{
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_code_write_left_to_right (GTK_WIDGET (self));
  self->mistake = gtk_text_buffer_create_tag (self->buffer, NULL, "underline", PANGO_UNDERLINE_ERROR, "weight",
                                              PANGO_WEIGHT_BOLD, NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_scheme_cb), self,
                           G_CONNECT_SWAPPED);
  update_scheme_cb (self);
}

/**
 * sb_traffic_detail_set_entry:
 * @entry: the line to show
 */
void
sb_traffic_detail_set_entry (SbTrafficDetail *self,
                             SbTrafficEntry  *entry)
{
  g_return_if_fail (SB_IS_TRAFFIC_DETAIL (self));
  g_return_if_fail (SB_IS_TRAFFIC_ENTRY (entry));

  if (!g_set_object (&self->entry, entry))
    return;
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  /* What is not text is read as bytes first. */
  adw_toggle_group_set_active_name (self->forms, sb_traffic_entry_get_record (entry)->binary ? "bytes" : "text");
  show_words (self);
  show_payload (self);
}

SbTrafficEntry *
sb_traffic_detail_get_entry (SbTrafficDetail *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_DETAIL (self), NULL);

  return self->entry;
}

char *
sb_traffic_detail_dup_text (SbTrafficDetail *self)
{
  const SbTrafficRecord *record;
  gsize length;
  const char *bytes;

  g_return_val_if_fail (SB_IS_TRAFFIC_DETAIL (self), NULL);

  if (self->entry == NULL)
    return NULL;
  record = sb_traffic_entry_get_record (self->entry);
  if (record->payload == NULL)
    return NULL;
  bytes = g_bytes_get_data (record->payload, &length);
  if (record->binary)
    return sb_traffic_text_dump ((const guint8 *) bytes, length);
  return g_utf8_make_valid (bytes, (gssize) length);
}
