/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-talk-line.h"
#include "watch/sb-preview.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_ERROR 4096 /* bytes; the server's are shorter */

/**
 * SbTalkLine:
 *
 * Something that happened to a test client: a message, or what became of its connection. Constant.
 */
struct _SbTalkLine
{
  GObject parent_instance;

  SbTalkKind kind;
  gint64 time;
  char *text; /* of a message: made when it is first asked for */
  GBytes *payload;
  guint64 size;
  gboolean binary;
};

G_DEFINE_FINAL_TYPE (SbTalkLine, sb_talk_line, G_TYPE_OBJECT)

static void
sb_talk_line_finalize (GObject *object)
{
  SbTalkLine *self = SB_TALK_LINE (object);

  g_free (self->text);
  g_clear_pointer (&self->payload, g_bytes_unref);

  G_OBJECT_CLASS (sb_talk_line_parent_class)->finalize (object);
}

static void
sb_talk_line_class_init (SbTalkLineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_talk_line_finalize;
}

static void
sb_talk_line_init (SbTalkLine *self)
{
}

SbTalkLine *
sb_talk_line_new (SbTalkKind  kind,
                  gint64      time,
                  const char *text,
                  GBytes     *payload,
                  guint64     size,
                  gboolean    binary)
{
  SbTalkLine *self;

  g_return_val_if_fail (text != NULL || payload != NULL, NULL);

  self = g_object_new (SB_TYPE_TALK_LINE, NULL);
  self->kind = kind;
  self->time = time;
  self->text = g_strdup (text);
  self->payload = payload != NULL ? g_bytes_ref (payload) : NULL;
  self->size = size;
  self->binary = binary;
  return self;
}

SbTalkKind
sb_talk_line_get_kind (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), SB_TALK_EVENT);

  return self->kind;
}

gint64
sb_talk_line_get_time (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), 0);

  return self->time;
}

/* In a flood most lines are gone before anybody has seen them. */
const char *
sb_talk_line_get_text (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), NULL);

  if (self->text == NULL)
    self->text = sb_preview_make (self->payload, self->size, self->binary);
  return self->text;
}

GBytes *
sb_talk_line_get_payload (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), NULL);

  return self->payload;
}

guint64
sb_talk_line_get_size (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), 0);

  return self->size;
}

gboolean
sb_talk_line_get_binary (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), FALSE);

  return self->binary;
}

gsize
sb_talk_line_get_weight (SbTalkLine *self)
{
  g_return_val_if_fail (SB_IS_TALK_LINE (self), 0);

  return self->payload != NULL ? g_bytes_get_size (self->payload) : 0;
}

/* --- the server's answers --- */

static char *
describe_error (JsonObject *object,
                guint64     n_sent)
{
  gint64 id = json_object_get_int_member_with_default (object, "id", 0);
  const char *code = json_object_get_string_member_with_default (object, "code", NULL);
  const char *message = json_object_get_string_member_with_default (object, "message", NULL);
  const char *pointer = json_object_get_string_member_with_default (object, "pointer", NULL);
  g_autofree char *number = NULL;
  g_autofree char *place = NULL;

  if (id < 1 || (guint64) id > n_sent || code == NULL || message == NULL)
    return NULL;
  number = sb_format_number ((guint64) id);
  place = pointer != NULL && *pointer != '\0' ? g_strdup_printf (" · %s", pointer) : NULL;
  /* Translators: the number of a message, why in a code, why in words, and where in it, as in "Message 3 was rejected (schema): not a
   * number · /temperature" */
  return g_strdup_printf (_("Message %s was rejected (%s): %s%s"), number, code, message, place != NULL ? place : "");
}

char *
sb_talk_line_read_error (GBytes *payload,
                         guint64 n_sent)
{
  gsize size;
  const char *bytes = g_bytes_get_data (payload, &size);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;

  /* Nothing is parsed that could not be one. */
  if (n_sent == 0 || size > MAX_ERROR || size == 0 || g_strstr_len (bytes, (gssize) size, "\"error\"") == NULL ||
      !g_utf8_validate (bytes, (gssize) size, NULL))
    return NULL;
  text = g_strndup (bytes, size);
  root = json_from_string (text, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root) ||
      g_strcmp0 (json_object_get_string_member_with_default (json_node_get_object (root), "type", NULL), "error") != 0)
    return NULL;
  return describe_error (json_node_get_object (root), n_sent);
}
