/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-copy-button.h"
#include "widgets/sb-announce.h"
#include <glib/gi18n.h>
#include <string.h>

#define TICK_SHOWN 2000 /* ms */

/**
 * SbCopyButton:
 *
 * Copies a text to the clipboard and shows for a moment that it did: also where a toast would be hidden behind a
 * dialog.
 */
struct _SbCopyButton
{
  GtkButton parent_instance;

  char *text;
  gboolean secret;
  guint timeout_id;
};

G_DEFINE_FINAL_TYPE (SbCopyButton, sb_copy_button, GTK_TYPE_BUTTON)

static void
clear_text (SbCopyButton *self)
{
  /* It may be a token: don't leave it lying in memory. */
  if (self->text != NULL)
    explicit_bzero (self->text, strlen (self->text));
  g_clear_pointer (&self->text, g_free);
}

static gboolean
show_copy_icon_cb (gpointer user_data)
{
  SbCopyButton *self = user_data;

  self->timeout_id = 0;
  gtk_button_set_icon_name (GTK_BUTTON (self), "edit-copy-symbolic");
  return G_SOURCE_REMOVE;
}

/* Clipboard managers that keep a history leave out what carries this hint; KeePassXC and KDE agreed on it. */
static GdkContentProvider *
make_secret_content (const char *text)
{
  g_autoptr (GBytes) hint = g_bytes_new_static ("secret", 6);
  GdkContentProvider *providers[] = {
    gdk_content_provider_new_typed (G_TYPE_STRING, text),
    gdk_content_provider_new_for_bytes ("x-kde-passwordManagerHint", hint),
  };

  return gdk_content_provider_new_union (providers, G_N_ELEMENTS (providers));
}

static void
sb_copy_button_clicked (GtkButton *button)
{
  SbCopyButton *self = SB_COPY_BUTTON (button);
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));

  if (self->text == NULL)
    return;
  if (self->secret)
    {
      g_autoptr (GdkContentProvider) content = make_secret_content (self->text);

      gdk_clipboard_set_content (clipboard, content);
    }
  else
    gdk_clipboard_set_text (clipboard, self->text);

  gtk_button_set_icon_name (button, "object-select-symbolic");
  sb_announce (self, _("Copied"));
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->timeout_id = g_timeout_add (TICK_SHOWN, show_copy_icon_cb, self);
}

static void
sb_copy_button_dispose (GObject *object)
{
  SbCopyButton *self = SB_COPY_BUTTON (object);

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  clear_text (self);

  G_OBJECT_CLASS (sb_copy_button_parent_class)->dispose (object);
}

static void
sb_copy_button_class_init (SbCopyButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_copy_button_dispose;
  GTK_BUTTON_CLASS (klass)->clicked = sb_copy_button_clicked;
}

static void
sb_copy_button_init (SbCopyButton *self)
{
  gtk_button_set_icon_name (GTK_BUTTON (self), "edit-copy-symbolic");
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self), "flat");
}

/**
 * sb_copy_button_new:
 * @what: tooltip and name of the button: "Copy Address"
 * @text: (nullable): what is copied
 * @secret: whether clipboard managers should forget it
 */
GtkWidget *
sb_copy_button_new (const char *what,
                    const char *text,
                    gboolean    secret)
{
  SbCopyButton *self = g_object_new (SB_TYPE_COPY_BUTTON, "tooltip-text", what, NULL);

  self->text = g_strdup (text);
  self->secret = secret;
  return GTK_WIDGET (self);
}

/**
 * sb_copy_button_set_text:
 * @text: (nullable): what is copied from now on
 */
void
sb_copy_button_set_text (SbCopyButton *self,
                         const char   *text)
{
  g_return_if_fail (SB_IS_COPY_BUTTON (self));

  clear_text (self);
  self->text = g_strdup (text);
}
