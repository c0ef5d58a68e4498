/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-server-card.h"
#include "sb-page.h"
#include "sb-server-commands.h"
#include "widgets/sb-announce.h"
#include <glib/gi18n.h>

/**
 * SbServerCard:
 *
 * The server at the top of the sidebar: its state in a colour and in words, where it is reached, and the switch.
 */
struct _SbServerCard
{
  AdwBin parent_instance;

  SbEngine *engine;
  SbEngineState state; /* as last shown */
  gboolean updating;   /* the switch moves because the state did */

  GtkWidget *dot;
  GtkLabel *state_label;
  GtkLabel *detail_label;
  GtkSwitch *power_switch;
};

G_DEFINE_FINAL_TYPE (SbServerCard, sb_server_card, ADW_TYPE_BIN)

static const char *
dot_class (SbEngineState state)
{
  switch (state)
    {
    case SB_ENGINE_LISTENING:
      return "on";
    case SB_ENGINE_STARTING:
    case SB_ENGINE_STOPPING:
    case SB_ENGINE_DEGRADED:
      return "warn";
    case SB_ENGINE_FAILED:
      return "bad";
    case SB_ENGINE_STOPPED:
    default:
      return NULL;
    }
}

static void
update_dot (SbServerCard *self,
            SbEngineState state)
{
  const char *classes[] = { "dot", dot_class (state), NULL };

  gtk_widget_set_css_classes (self->dot, classes);
}

/* The first sentence is enough for the sidebar; the banner has all of them. */
static char *
first_sentence (const char *message)
{
  const char *end = strstr (message, ". ");

  return end != NULL ? g_strndup (message, end - message + 1) : g_strdup (message);
}

static void
update_labels (SbServerCard *self,
               SbEngineState state)
{
  g_autofree char *address = sb_server_dup_address (self->engine);
  const char *message = sb_engine_get_state_message (self->engine);
  gboolean trouble = state == SB_ENGINE_FAILED || state == SB_ENGINE_DEGRADED;

  gtk_label_set_label (self->state_label, sb_server_state_word (self->engine));
  if (trouble && message != NULL)
    {
      g_autofree char *sentence = first_sentence (message);

      gtk_label_set_label (self->detail_label, sentence);
    }
  else if (address != NULL)
    {
      /* Where it does not fit into one line, it breaks before the port. */
      const char *colon = strrchr (address, ':');
      g_autofree char *breakable = g_strdup_printf ("%.*s\u200b%s", (int) (colon - address), address, colon);

      gtk_label_set_label (self->detail_label, breakable);
    }
  else
    gtk_label_set_label (self->detail_label, state == SB_ENGINE_STOPPED ? _("Nobody can connect") : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->detail_label), trouble ? message : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->detail_label), *gtk_label_get_label (self->detail_label) != '\0');
}

static void
update_switch (SbServerCard *self,
               SbEngineState state)
{
  gboolean on = state == SB_ENGINE_STARTING || sb_server_is_running (self->engine);

  self->updating = TRUE;
  gtk_switch_set_active (self->power_switch, on);
  gtk_switch_set_state (self->power_switch, on);
  self->updating = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->power_switch),
                            state != SB_ENGINE_STARTING && state != SB_ENGINE_STOPPING);
}

static void
update_cb (SbServerCard *self)
{
  SbEngineState state = sb_engine_get_state (self->engine);

  update_dot (self, state);
  update_labels (self, state);
  update_switch (self, state);
  if (state != self->state)
    {
      g_autofree char *text = g_strdup_printf (_("Server: %s"), gtk_label_get_label (self->state_label));

      self->state = state;
      sb_announce (self, text);
    }
}

/* The switch's state follows the engine's, whatever the user asked for: it may refuse, or ask before it stops. */
static gboolean
state_set_cb (SbServerCard *self,
              gboolean      on)
{
  if (self->updating)
    return GDK_EVENT_STOP;
  if (on)
    sb_server_start (GTK_WIDGET (self), self->engine);
  else
    sb_server_stop (GTK_WIDGET (self), self->engine);
  return GDK_EVENT_STOP;
}

static void
sb_server_card_dispose (GObject *object)
{
  SbServerCard *self = SB_SERVER_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_SERVER_CARD);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_server_card_parent_class)->dispose (object);
}

static void
sb_server_card_class_init (SbServerCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_server_card_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-server-card.ui");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_bind_template_child (widget_class, SbServerCard, dot);
  gtk_widget_class_bind_template_child (widget_class, SbServerCard, state_label);
  gtk_widget_class_bind_template_child (widget_class, SbServerCard, detail_label);
  gtk_widget_class_bind_template_child (widget_class, SbServerCard, power_switch);
  gtk_widget_class_bind_template_callback (widget_class, state_set_cb);
}

static void
sb_server_card_init (SbServerCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_server_card_set_engine:
 * @engine: what the card shows; set once
 */
void
sb_server_card_set_engine (SbServerCard *self,
                           SbEngine     *engine)
{
  g_return_if_fail (SB_IS_SERVER_CARD (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  self->state = sb_engine_get_state (engine);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state-message", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::uris", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::port", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
}
