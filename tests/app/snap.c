/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "snap.h"

#define DEADLINE (10 * G_TIME_SPAN_SECOND)

static void
painted_cb (gboolean *painted)
{
  *painted = TRUE;
}

static gboolean
give_up_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* What was changed a moment ago is drawn with the next frame only. */
static void
wait_for_frame (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  gboolean painted = FALSE;
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gulong handler;
  guint tick;

  if (clock == NULL)
    return;
  handler = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (painted_cb), &painted);
  tick = g_timeout_add (100, give_up_cb, NULL);
  gtk_widget_queue_draw (widget);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  while (!painted && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_signal_handler_disconnect (clock, handler);
}

/**
 * snap_to_texture:
 * @widget: a window that is shown, or a widget within one
 *
 * Runs the main loop until the next frame, and draws @widget as it is then, with the dialogs inside it.
 */
GdkTexture *
snap_to_texture (GtkWidget *widget,
                 GError   **error)
{
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  int width, height;

  wait_for_frame (widget);
  width = gtk_widget_get_width (widget);
  height = gtk_widget_get_height (widget);
  paintable = gtk_widget_paintable_new (widget);
  gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), width, height);
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  if (node == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "There is nothing to be seen of the %s",
                   G_OBJECT_TYPE_NAME (widget));
      return NULL;
    }
  return gsk_renderer_render_texture (gtk_native_get_renderer (gtk_widget_get_native (widget)), node,
                                      &GRAPHENE_RECT_INIT (0, 0, width, height));
}

/**
 * snap_to_png:
 * @widget: a window that is shown, or a widget within one
 * @path: the file, overwritten
 *
 * The same into a PNG file.
 */
gboolean
snap_to_png (GtkWidget  *widget,
             const char *path,
             GError    **error)
{
  g_autoptr (GdkTexture) texture = snap_to_texture (widget, error);

  if (texture == NULL)
    return FALSE;
  if (!gdk_texture_save_to_png (texture, path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s could not be written", path);
      return FALSE;
    }
  return TRUE;
}
