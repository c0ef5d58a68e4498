/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-schedule-banner.h"
#include "broadcast/sb-schedule-commands.h"
#include "broadcast/sb-schedule-words.h"
#include <glib/gi18n.h>

/**
 * SbScheduleBanner:
 *
 * On top of every page while something is sent by itself: what, and the button that stops it at once.
 */
struct _SbScheduleBanner
{
  AdwBin parent_instance;

  GListModel *schedules;
  AdwBanner *banner;
};

G_DEFINE_FINAL_TYPE (SbScheduleBanner, sb_schedule_banner, ADW_TYPE_BIN)

static void
update_cb (SbScheduleBanner *self)
{
  g_autofree char *summary = sb_schedule_words_summary (self->schedules, g_get_real_time ());

  /* Screen readers find what is folded away, too. */
  adw_banner_set_title (self->banner, summary != NULL ? summary : "");
  adw_banner_set_button_label (self->banner, g_list_model_get_n_items (self->schedules) > 1 ? _("_Stop All") : _("_Stop"));
  adw_banner_set_revealed (self->banner, summary != NULL);
}

static void
button_clicked_cb (SbScheduleBanner *self)
{
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), SB_TYPE_PAGE);

  if (page != NULL)
    sb_schedule_commands_stop_all (SB_PAGE (page));
}

static void
sb_schedule_banner_dispose (GObject *object)
{
  g_clear_object (&SB_SCHEDULE_BANNER (object)->schedules);

  G_OBJECT_CLASS (sb_schedule_banner_parent_class)->dispose (object);
}

static void
sb_schedule_banner_class_init (SbScheduleBannerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_schedule_banner_dispose;
}

static void
sb_schedule_banner_init (SbScheduleBanner *self)
{
  self->banner = ADW_BANNER (adw_banner_new (""));
  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (button_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
}

/**
 * sb_schedule_banner_new:
 * @engine: whose schedules are shown
 */
GtkWidget *
sb_schedule_banner_new (SbEngine *engine)
{
  SbScheduleBanner *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_SCHEDULE_BANNER, NULL);
  self->schedules = g_object_ref (sb_engine_get_schedules (engine));
  g_signal_connect_object (self->schedules, "items-changed", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
  return GTK_WIDGET (self);
}
