/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-json-buffer.h"
#include "widgets/sb-format.h"
#include <adwaita.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* Up to this size a check takes well under a frame; above it, it waits until the typing pauses. */
#define CHECK_AT_ONCE (64 * 1024)
#define CHECK_DELAY 150 /* ms */

/**
 * SbJsonBuffer:
 *
 * Text that is to become a JSON message: coloured, checked while it is typed by the same guard that checks what clients send, with
 * the mistake underlined in its place and one line of truth about the whole. Properties: "valid", "empty" (boolean), "message" (string).
 */
struct _SbJsonBuffer
{
  GtkSourceBuffer parent_instance;

  SbJsonGuard *guard;
  SbJsonLimits limits;
  gsize max_size;
  GtkTextTag *tag;
  guint check_id;
  gboolean valid;
  gboolean empty;
  char *message;
};

G_DEFINE_FINAL_TYPE (SbJsonBuffer, sb_json_buffer, GTK_SOURCE_TYPE_BUFFER)

enum
{
  PROP_0,
  PROP_VALID,
  PROP_EMPTY,
  PROP_MESSAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
dup_text (SbJsonBuffer *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self), &start, &end, TRUE);
}

static void
set_result (SbJsonBuffer *self,
            gboolean      valid,
            gboolean      empty,
            const char   *message)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  if (self->empty != empty)
    {
      self->empty = empty;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY]);
    }
  if (self->valid != valid)
    {
      self->valid = valid;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALID]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
is_word (gunichar c)
{
  return g_unichar_isalnum (c) || c == '_' || c == '-' || c == '.' || c == '\\';
}

/* The end of what begins at @start: a string, as far as it is on this line, a word, or one character. */
static void
find_end (const GtkTextIter *start,
          GtkTextIter       *end)
{
  gunichar first = gtk_text_iter_get_char (start);

  *end = *start;
  gtk_text_iter_forward_char (end);
  if (first == '"')
    {
      while (!gtk_text_iter_ends_line (end) && gtk_text_iter_get_char (end) != '"')
        gtk_text_iter_forward_char (end);
      if (!gtk_text_iter_ends_line (end))
        gtk_text_iter_forward_char (end);
    }
  else if (is_word (first))
    while (!gtk_text_iter_is_end (end) && is_word (gtk_text_iter_get_char (end)))
      gtk_text_iter_forward_char (end);
}

/* Underlines what begins at @offset; at the end, or at a blank, what stands before it. */
static void
underline (SbJsonBuffer *self,
           const char   *text,
           gsize         offset)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &start, (int) g_utf8_pointer_to_offset (text, text + offset));
  while (gtk_text_iter_is_end (&start) || g_unichar_isspace (gtk_text_iter_get_char (&start)))
    if (!gtk_text_iter_backward_char (&start))
      return;
  find_end (&start, &end);
  gtk_text_buffer_apply_tag (GTK_TEXT_BUFFER (self), self->tag, &start, &end);
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

/**
 * sb_json_buffer_check:
 *
 * Checks what is there now.
 */
void
sb_json_buffer_check (SbJsonBuffer *self)
{
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;
  SbJsonTrouble trouble;
  GtkTextIter start, end;
  gsize length;

  g_return_if_fail (SB_IS_JSON_BUFFER (self));

  g_clear_handle_id (&self->check_id, g_source_remove);
  text = dup_text (self);
  length = strlen (text);
  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  gtk_text_buffer_remove_tag (GTK_TEXT_BUFFER (self), self->tag, &start, &end);

  if (is_blank (text))
    {
      set_result (self, FALSE, TRUE, _("Any JSON value: an object, a list, a text in quotes, a number"));
      return;
    }
  if (!sb_json_guard_check (self->guard, text, length, &self->limits, &trouble))
    {
      /* Translators: %s says what is wrong there */
      message = g_strdup_printf (_("Line %u, column %u: %s"), trouble.line, trouble.column, trouble.message);
      underline (self, text, MIN (trouble.offset, length));
      set_result (self, FALSE, FALSE, message);
      return;
    }
  if (length > self->max_size)
    {
      g_autofree char *size = sb_format_size (length);
      g_autofree char *max_size = sb_format_size (self->max_size);

      /* Translators: two sizes, as in "Too big: 1.2 MiB, and the server’s limit is 1 MiB" */
      message = g_strdup_printf (_("Too big: %s, and the server’s limit is %s"), size, max_size);
      set_result (self, FALSE, FALSE, message);
      return;
    }
  {
    g_autofree char *number = sb_format_number (length);

    message = g_strdup_printf (ngettext ("Valid JSON, %s byte", "Valid JSON, %s bytes", length), number);
    set_result (self, TRUE, FALSE, message);
  }
}

static gboolean
check_later_cb (gpointer user_data)
{
  SbJsonBuffer *self = user_data;

  self->check_id = 0;
  sb_json_buffer_check (self);
  return G_SOURCE_REMOVE;
}

static void
sb_json_buffer_changed (GtkTextBuffer *buffer)
{
  SbJsonBuffer *self = SB_JSON_BUFFER (buffer);

  GTK_TEXT_BUFFER_CLASS (sb_json_buffer_parent_class)->changed (buffer);

  if (gtk_text_buffer_get_char_count (buffer) <= CHECK_AT_ONCE)
    {
      sb_json_buffer_check (self);
      return;
    }
  /* Nothing unchecked may look as if it had been. */
  set_result (self, FALSE, FALSE, _("Checking…"));
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_DELAY, check_later_cb, self);
}

static void
update_style_cb (SbJsonBuffer *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();

  /* The error colours of the style. */
  g_object_set (self->tag, "underline-rgba", dark ? &(GdkRGBA) { 1, .48f, .39f, 1 } : &(GdkRGBA) { .88f, .11f, .14f, 1 }, NULL);
  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (self),
                                      gtk_source_style_scheme_manager_get_scheme (schemes, dark ? "Adwaita-dark" : "Adwaita"));
}

static void
sb_json_buffer_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbJsonBuffer *self = SB_JSON_BUFFER (object);

  switch (prop_id)
    {
    case PROP_VALID:
      g_value_set_boolean (value, self->valid);
      break;
    case PROP_EMPTY:
      g_value_set_boolean (value, self->empty);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_json_buffer_constructed (GObject *object)
{
  SbJsonBuffer *self = SB_JSON_BUFFER (object);
  GtkSourceLanguageManager *languages = gtk_source_language_manager_get_default ();

  G_OBJECT_CLASS (sb_json_buffer_parent_class)->constructed (object);

  gtk_source_buffer_set_language (GTK_SOURCE_BUFFER (self), gtk_source_language_manager_get_language (languages, "json"));
  self->tag = gtk_text_buffer_create_tag (GTK_TEXT_BUFFER (self), NULL, "underline", PANGO_UNDERLINE_ERROR, NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_style_cb), self, G_CONNECT_SWAPPED);
  update_style_cb (self);
  sb_json_buffer_check (self);
}

static void
sb_json_buffer_finalize (GObject *object)
{
  SbJsonBuffer *self = SB_JSON_BUFFER (object);

  g_clear_handle_id (&self->check_id, g_source_remove);
  sb_json_guard_free (self->guard);
  g_free (self->message);

  G_OBJECT_CLASS (sb_json_buffer_parent_class)->finalize (object);
}

static void
sb_json_buffer_class_init (SbJsonBufferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = sb_json_buffer_constructed;
  object_class->get_property = sb_json_buffer_get_property;
  object_class->finalize = sb_json_buffer_finalize;
  GTK_TEXT_BUFFER_CLASS (klass)->changed = sb_json_buffer_changed;

  properties[PROP_VALID] = g_param_spec_boolean ("valid", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_EMPTY] = g_param_spec_boolean ("empty", NULL, NULL, TRUE,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_json_buffer_init (SbJsonBuffer *self)
{
  self->guard = sb_json_guard_new ();
  self->limits = SB_JSON_LIMITS_DEFAULT;
  self->max_size = G_MAXSIZE;
  self->empty = TRUE;
}

SbJsonBuffer *
sb_json_buffer_new (void)
{
  return g_object_new (SB_TYPE_JSON_BUFFER, NULL);
}

gboolean
sb_json_buffer_is_valid (SbJsonBuffer *self)
{
  g_return_val_if_fail (SB_IS_JSON_BUFFER (self), FALSE);

  return self->valid;
}

gboolean
sb_json_buffer_is_empty (SbJsonBuffer *self)
{
  g_return_val_if_fail (SB_IS_JSON_BUFFER (self), FALSE);

  return self->empty;
}

const char *
sb_json_buffer_get_message (SbJsonBuffer *self)
{
  g_return_val_if_fail (SB_IS_JSON_BUFFER (self), NULL);

  return self->message;
}

/**
 * sb_json_buffer_set_limits:
 * @max_size: bytes
 *
 * What the server's settings allow a message to be.
 */
void
sb_json_buffer_set_limits (SbJsonBuffer       *self,
                           const SbJsonLimits *limits,
                           gsize               max_size)
{
  g_return_if_fail (SB_IS_JSON_BUFFER (self));
  g_return_if_fail (limits != NULL);

  self->limits = *limits;
  self->max_size = max_size;
  sb_json_buffer_check (self);
}

GBytes *
sb_json_buffer_dup_bytes (SbJsonBuffer *self)
{
  char *text;

  g_return_val_if_fail (SB_IS_JSON_BUFFER (self), NULL);

  text = dup_text (self);
  return g_bytes_new_take (text, strlen (text));
}

gboolean
sb_json_buffer_can_quote (SbJsonBuffer *self)
{
  g_autofree char *text = NULL;
  const char *start;

  g_return_val_if_fail (SB_IS_JSON_BUFFER (self), FALSE);

  if (self->valid || self->empty)
    return FALSE;
  text = dup_text (self);
  start = text + strspn (text, " \t\r\n");
  return strchr ("{[\"", *start) == NULL;
}

/**
 * sb_json_buffer_quote:
 *
 * Makes a JSON string of the text. Can be undone like any other change.
 */
void
sb_json_buffer_quote (SbJsonBuffer *self)
{
  g_autofree char *text = NULL;
  g_autofree char *quoted = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_return_if_fail (SB_IS_JSON_BUFFER (self));

  text = g_strstrip (dup_text (self));
  node = json_node_init_string (json_node_alloc (), text);
  quoted = json_to_string (node, FALSE);
  sb_json_buffer_replace (self, quoted);
}

void
sb_json_buffer_replace (SbJsonBuffer *self,
                        const char   *text)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter start, end;

  g_return_if_fail (SB_IS_JSON_BUFFER (self));
  g_return_if_fail (text != NULL);

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

void
sb_json_buffer_unmark (SbJsonBuffer *self)
{
  GtkTextIter start, end;

  g_return_if_fail (SB_IS_JSON_BUFFER (self));

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  gtk_text_buffer_remove_tag (GTK_TEXT_BUFFER (self), self->tag, &start, &end);
}

/**
 * sb_json_buffer_mark:
 * @offset: bytes
 * @length: bytes; 0: what begins there, as far as it can be seen
 */
void
sb_json_buffer_mark (SbJsonBuffer *self,
                     gsize         offset,
                     gsize         length)
{
  g_autofree char *text = NULL;
  GtkTextIter start, end;
  gsize size;

  g_return_if_fail (SB_IS_JSON_BUFFER (self));

  text = dup_text (self);
  size = strlen (text);
  offset = MIN (offset, size);
  length = MIN (length, size - offset);
  sb_json_buffer_unmark (self);
  if (length == 0)
    {
      underline (self, text, offset);
      return;
    }
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &start, (int) g_utf8_pointer_to_offset (text, text + offset));
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &end, (int) g_utf8_pointer_to_offset (text, text + offset + length));
  gtk_text_buffer_apply_tag (GTK_TEXT_BUFFER (self), self->tag, &start, &end);
}

void
sb_json_buffer_go_to_mark (SbJsonBuffer *self,
                           GtkTextView  *view)
{
  GtkTextIter start;

  g_return_if_fail (SB_IS_JSON_BUFFER (self));
  g_return_if_fail (GTK_IS_TEXT_VIEW (view));

  gtk_text_buffer_get_start_iter (GTK_TEXT_BUFFER (self), &start);
  if (!gtk_text_iter_starts_tag (&start, self->tag) && !gtk_text_iter_forward_to_tag_toggle (&start, self->tag))
    return;
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self), &start);
  gtk_text_view_scroll_to_mark (view, gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self)), 0.1, FALSE, 0, 0);
}
