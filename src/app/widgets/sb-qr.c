/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-qr"

#include "widgets/sb-qr.h"
#include "widgets/sb-copy-button.h"
#include <glib/gi18n.h>
#include <math.h>
#include <qrencode.h>

#define QUIET_ZONE 4 /* modules, ISO/IEC 18004 */
#define MODULE_SIZE 4 /* px at the least */

/**
 * SbQr:
 *
 * A QR code: dark on white in the dark style too, since many readers know no other.
 */
struct _SbQr
{
  GtkWidget parent_instance;

  QRcode *code;
  GskPath *path; /* the dark modules, one unit a module */
};

G_DEFINE_FINAL_TYPE (SbQr, sb_qr, GTK_TYPE_WIDGET)

static GskPath *
make_path (const QRcode *code)
{
  GskPathBuilder *builder = gsk_path_builder_new ();

  for (int y = 0; y < code->width; y++)
    for (int x = 0; x < code->width; x++)
      {
        int start = x;

        while (x < code->width && (code->data[y * code->width + x] & 1))
          x++;
        if (x > start)
          gsk_path_builder_add_rect (builder, &GRAPHENE_RECT_INIT (start, y, x - start, 1));
      }
  return gsk_path_builder_free_to_path (builder);
}

static void
sb_qr_snapshot (GtkWidget   *widget,
                GtkSnapshot *snapshot)
{
  SbQr *self = SB_QR (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int modules, module, size;
  GskRoundedRect frame;

  if (self->code == NULL)
    return;
  modules = self->code->width + 2 * QUIET_ZONE;
  /* Whole pixels, so that no grey edges blur the modules. */
  module = MAX (MIN (width, height) / modules, 1);
  size = module * modules;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((width - size) / 2, (height - size) / 2));
  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT (0, 0, size, size), 12);
  gtk_snapshot_push_rounded_clip (snapshot, &frame);
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 1, 1, 1, 1 }, &frame.bounds);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (QUIET_ZONE * module, QUIET_ZONE * module));
  gtk_snapshot_scale (snapshot, module, module);
  gtk_snapshot_append_fill (snapshot, self->path, GSK_FILL_RULE_WINDING, &(GdkRGBA) { 0, 0, 0, 1 });
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_restore (snapshot);
}

static GtkSizeRequestMode
sb_qr_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
sb_qr_measure (GtkWidget      *widget,
               GtkOrientation  orientation,
               int             for_size,
               int            *minimum,
               int            *natural,
               int            *minimum_baseline,
               int            *natural_baseline)
{
  SbQr *self = SB_QR (widget);
  int modules = self->code != NULL ? self->code->width + 2 * QUIET_ZONE : 0;

  *minimum = modules * MODULE_SIZE;
  *natural = MAX (*minimum, modules * (240 / MAX (modules, 1)));
}

static void
sb_qr_finalize (GObject *object)
{
  SbQr *self = SB_QR (object);

  g_clear_pointer (&self->path, gsk_path_unref);
  g_clear_pointer (&self->code, QRcode_free);

  G_OBJECT_CLASS (sb_qr_parent_class)->finalize (object);
}

static void
sb_qr_class_init (SbQrClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = sb_qr_finalize;
  widget_class->snapshot = sb_qr_snapshot;
  widget_class->get_request_mode = sb_qr_get_request_mode;
  widget_class->measure = sb_qr_measure;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_qr_init (SbQr *self)
{
}

/**
 * sb_qr_new:
 * @text: what the code says, up to about 2,000 bytes
 * @name: what a screen reader says of it: "QR code of ws://…"; for a secret not the secret itself
 */
GtkWidget *
sb_qr_new (const char *text,
           const char *name)
{
  SbQr *self = g_object_new (SB_TYPE_QR, NULL);

  g_return_val_if_fail (text != NULL, NULL);

  self->code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  if (self->code != NULL)
    self->path = make_path (self->code);
  else
    g_warning ("A text of %zu bytes does not fit into a QR code", strlen (text));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return GTK_WIDGET (self);
}

/**
 * sb_qr_dialog_new:
 * @title: of the dialog
 * @text: an address: shown as a code, and below it in letters
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_qr_dialog_new (const char *title,
                  const char *text)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *copy = sb_copy_button_new (_("Copy Address"), text, FALSE);
  g_autofree char *name = g_strdup_printf (_("QR code of %s"), text);

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), copy);
  gtk_widget_set_halign (line, GTK_ALIGN_CENTER);

  gtk_box_append (GTK_BOX (box), sb_qr_new (text, name));
  gtk_box_append (GTK_BOX (box), line);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 24);
  gtk_widget_set_margin_end (box, 24);

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), box);
  adw_dialog_set_title (dialog, title);
  adw_dialog_set_child (dialog, view);
  adw_dialog_set_focus (dialog, copy);
  return dialog;
}
