/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-request-stream.h"

#include <string.h>

/* Of the first line. The longest name of a channel takes 384 bytes with each of them percent-encoded; what is cut
 * here is longer than any. */
#define MAX_KEPT 1024

/* --- The reading half: a filter that keeps what goes by ---------------------------------------- */

#define SB_TYPE_REQUEST_INPUT (sb_request_input_get_type ())
G_DECLARE_FINAL_TYPE (SbRequestInput, sb_request_input, SB, REQUEST_INPUT, GFilterInputStream)

struct _SbRequestInput
{
  GFilterInputStream parent_instance;
  GBytes *heard; /* comes before what the stream below has; NULL: nothing does any more */
  GByteArray *line; /* NULL once it is taken */
  gboolean complete;

  SbHeadScan head;
  guint n_ending;    /* bytes of the ending that we made that were handed on */
};

/* What is read instead of the rest of a head that is too large. */
static const char ending[] = "\r\n\r\n";

static void sb_request_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbRequestInput, sb_request_input, G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, sb_request_input_pollable_init))

static GPollableInputStream *
input_get_base (gpointer self)
{
  return G_POLLABLE_INPUT_STREAM (g_filter_input_stream_get_base_stream (self));
}

static void
input_keep (SbRequestInput *self, const guint8 *bytes, gsize n)
{
  if (self->complete || self->line == NULL)
    return;

  for (gsize i = 0; i < n && !self->complete; i++)
    {
      /* Empty lines before the request do not count: RFC 9112 §2.2. */
      if (self->line->len == 0 && (bytes[i] == '\r' || bytes[i] == '\n'))
        continue;
      self->complete = bytes[i] == '\n' || self->line->len == MAX_KEPT;
      if (!self->complete)
        g_byte_array_append (self->line, bytes + i, 1);
    }
}

/* Returns how many of the bytes are handed on. */
static gsize
input_take (SbRequestInput *self, const guint8 *bytes, gsize n)
{
  gsize taken = sb_head_scan_take (&self->head, bytes, n);

  input_keep (self, bytes, taken);

  return taken;
}

/* The ending, and then the end. */
static gsize
input_end (SbRequestInput *self, guint8 *buffer, gsize count)
{
  gsize n = MIN (count, strlen (ending) - self->n_ending);

  memcpy (buffer, ending + self->n_ending, n);
  self->n_ending += n;

  return n;
}

/* Of what was read before. */
static gsize
input_repeat (SbRequestInput *self, guint8 *buffer, gsize count)
{
  g_autoptr (GBytes) heard = g_steal_pointer (&self->heard);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (heard, &size);
  gsize n = MIN (count, size);

  memcpy (buffer, bytes, n);
  if (n < size)
    self->heard = g_bytes_new_from_bytes (heard, n, size - n);

  return n;
}

static gssize
sb_request_input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  SbRequestInput *self = SB_REQUEST_INPUT (stream);
  gssize n;

  if (self->head.too_large)
    return input_end (self, buffer, count);
  if (self->heard != NULL)
    n = (gssize) input_repeat (self, buffer, count);
  else
    n = g_input_stream_read (g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream)), buffer, count,
                             cancellable, error);
  if (n <= 0)
    return n;
  n = input_take (self, buffer, n);

  return n > 0 ? n : (gssize) input_end (self, buffer, count);
}

static gssize
sb_request_input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  SbRequestInput *self = SB_REQUEST_INPUT (stream);
  gssize n;

  if (self->head.too_large)
    return input_end (self, buffer, count);
  if (self->heard != NULL)
    n = (gssize) input_repeat (self, buffer, count);
  else
    n = g_pollable_input_stream_read_nonblocking (input_get_base (stream), buffer, count, NULL, error);
  if (n <= 0)
    return n;
  n = input_take (self, buffer, n);

  return n > 0 ? n : (gssize) input_end (self, buffer, count);
}

/* Without the stream below. */
static gboolean
input_has_more (SbRequestInput *self)
{
  return self->head.too_large || self->heard != NULL;
}

static gboolean
sb_request_input_is_readable (GPollableInputStream *stream)
{
  return input_has_more (SB_REQUEST_INPUT (stream)) || g_pollable_input_stream_is_readable (input_get_base (stream));
}

static GSource *
sb_request_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) ready = input_has_more (SB_REQUEST_INPUT (stream))
                                ? g_timeout_source_new (0)
                                : g_pollable_input_stream_create_source (input_get_base (stream), NULL);

  return g_pollable_source_new_full (stream, ready, cancellable);
}

static void
sb_request_input_finalize (GObject *object)
{
  SbRequestInput *self = SB_REQUEST_INPUT (object);

  g_clear_pointer (&self->line, g_byte_array_unref);
  g_clear_pointer (&self->heard, g_bytes_unref);
  G_OBJECT_CLASS (sb_request_input_parent_class)->finalize (object);
}

static void
sb_request_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = sb_request_input_is_readable;
  iface->create_source = sb_request_input_create_source;
  iface->read_nonblocking = sb_request_input_read_nonblocking;
}

static void
sb_request_input_class_init (SbRequestInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_request_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = sb_request_input_read;
}

static void
sb_request_input_init (SbRequestInput *self)
{
  self->line = g_byte_array_new ();
}

/* --- The whole ------------------------------------------------------------------------------------ */

struct _SbRequestStream
{
  GIOStream parent_instance;
  GIOStream *base;
  SbRequestInput *input;
};

G_DEFINE_FINAL_TYPE (SbRequestStream, sb_request_stream, G_TYPE_IO_STREAM)

static GInputStream *
sb_request_stream_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (SB_REQUEST_STREAM (stream)->input);
}

static GOutputStream *
sb_request_stream_get_output_stream (GIOStream *stream)
{
  SbRequestStream *self = SB_REQUEST_STREAM (stream);

  return self->base != NULL ? g_io_stream_get_output_stream (self->base) : NULL;
}

static gboolean
sb_request_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  SbRequestStream *self = SB_REQUEST_STREAM (stream);

  return self->base == NULL || g_io_stream_close (self->base, cancellable, error);
}

static void
sb_request_stream_finalize (GObject *object)
{
  SbRequestStream *self = SB_REQUEST_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->base);
  G_OBJECT_CLASS (sb_request_stream_parent_class)->finalize (object);
}

static void
sb_request_stream_class_init (SbRequestStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_request_stream_finalize;
  stream_class->get_input_stream = sb_request_stream_get_input_stream;
  stream_class->get_output_stream = sb_request_stream_get_output_stream;
  stream_class->close_fn = sb_request_stream_close;
}

static void
sb_request_stream_init (SbRequestStream *self)
{
}

SbRequestStream *
sb_request_stream_new (GIOStream *base, GBytes *heard)
{
  SbRequestStream *self;

  g_return_val_if_fail (G_IS_IO_STREAM (base), NULL);

  self = g_object_new (SB_TYPE_REQUEST_STREAM, NULL);
  self->base = g_object_ref (base);
  self->input = g_object_new (SB_TYPE_REQUEST_INPUT,
                              "base-stream", g_io_stream_get_input_stream (base),
                              "close-base-stream", FALSE,
                              NULL);
  if (heard != NULL && g_bytes_get_size (heard) > 0)
    self->input->heard = g_bytes_ref (heard);

  return self;
}

GIOStream *
sb_request_stream_steal_base (SbRequestStream *self)
{
  g_return_val_if_fail (SB_IS_REQUEST_STREAM (self), NULL);
  g_return_val_if_fail (self->base != NULL, NULL);

  return g_steal_pointer (&self->base);
}

gboolean
sb_request_stream_is_too_large (SbRequestStream *self)
{
  g_return_val_if_fail (SB_IS_REQUEST_STREAM (self), FALSE);

  return self->input->head.too_large;
}

/* RFC 9112 §3.2: the target begins with its path, or is a whole URI (the "absolute form", which a server must take). */
static const char *
find_path (const char *target)
{
  const char *authority = strstr (target, "://");

  if (*target == '/' || authority == NULL)
    return target;
  authority += strlen ("://");

  return authority + strcspn (authority, "/?#");
}

char *
sb_request_stream_take_path (SbRequestStream *self)
{
  g_autoptr (GByteArray) line = NULL;
  const char *path;
  char *target, *end;

  g_return_val_if_fail (SB_IS_REQUEST_STREAM (self), NULL);

  line = g_steal_pointer (&self->input->line);
  if (line == NULL || line->len == 0)
    return NULL;
  g_byte_array_append (line, (const guint8 *) "", 1);

  /* The same blanks that libsoup takes between the line's parts. */
  target = (char *) line->data + strcspn ((char *) line->data, " \t");
  target += strspn (target, " \t");
  end = target + strcspn (target, " \t\r");
  *end = '\0';
  path = find_path (target);
  if (path[0] != '/' && path > target)
    return g_strdup ("/");

  return g_strndup (path, strcspn (path, "?#"));
}
