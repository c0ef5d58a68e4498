/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-test-window.h"
#include "access/sb-channel.h"
#include "broadcast/sb-json-buffer.h"
#include "sb-server-banner.h"
#include "sb-server-commands.h"
#include "sb-window.h"
#include "trial/sb-sent-messages.h"
#include "trial/sb-talk-view.h"
#include "widgets/sb-announce.h"
#include "widgets/sb-code-view.h"
#include <glib/gi18n.h>
#include <string.h>

#define PASTED 1 /* of the ways to a token */

/**
 * SbTestWindow:
 *
 * A test client to talk by: where to and with which token, what was said and heard, and what is to be said next. It stands beside the
 * window, and another one beside it. With it its client goes.
 */
struct _SbTestWindow
{
  AdwWindow parent_instance;

  SbEngine *engine;
  SbTestClient *client;
  SbSentMessages *sent;
  SbTestClientState shown; /* the state that is shown */

  AdwToolbarView *view;
  GtkWidget *connect_button;
  GtkLabel *status;
  GtkRevealer *form;
  AdwPreferencesGroup *form_group;
  AdwEntryRow *channel_row;
  AdwComboRow *token_row;
  GtkWidget *secret_row;
  GtkLabel *form_message;
  SbTalkView *log;
  GtkRevealer *composer;
  GtkTextView *editor;
  SbJsonBuffer *buffer;
  GtkWidget *send_button;
  GtkLabel *json_message;
};

G_DEFINE_FINAL_TYPE (SbTestWindow, sb_test_window, ADW_TYPE_WINDOW)

static void
set_class (gpointer    widget,
           const char *name,
           gboolean    set)
{
  if (set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

/* --- where to, and with what --- */

static const char *
get_channel (SbTestWindow *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->channel_row));
}

/* What is copied has a line's end with it sometimes. */
static char *
dup_secret (SbTestWindow *self)
{
  if (adw_combo_row_get_selected (self->token_row) != PASTED)
    return NULL;
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->secret_row))));
}

/* Whether one can connect with what was filled in; what is wrong with it is shown, unless it is just not there yet. */
static gboolean
check_form (SbTestWindow *self)
{
  gboolean pasted = adw_combo_row_get_selected (self->token_row) == PASTED;
  char *secret = dup_secret (self);
  gboolean bad_secret = pasted && !sb_token_secret_is_well_formed (secret, -1);
  g_autoptr (GError) error = NULL;
  gboolean bad_channel = !sb_channel_check (get_channel (self), &error);
  const char *message = NULL;

  if (bad_channel)
    message = error->message;
  else if (bad_secret && *secret != '\0')
    message = _("This is not a token");
  gtk_widget_set_visible (self->secret_row, pasted);
  gtk_label_set_text (self->form_message, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->form_message), message != NULL);
  set_class (self->channel_row, "error", bad_channel);
  set_class (self->secret_row, "error", bad_secret && *secret != '\0');
  g_clear_pointer (&secret, sb_token_secret_free);
  return !bad_channel && !bad_secret;
}

/* --- what is shown --- */

static void
show_button (SbTestWindow *self)
{
  static const char *const labels[] = {
    [SB_TEST_CLIENT_IDLE] = N_("_Connect"),
    [SB_TEST_CLIENT_CONNECTING] = N_("_Cancel"),
    [SB_TEST_CLIENT_CONNECTED] = N_("_Disconnect"),
    [SB_TEST_CLIENT_CLOSING] = N_("_Disconnect"),
  };
  SbTestClientState state = sb_test_client_get_state (self->client);
  gboolean valid = check_form (self);

  gtk_button_set_label (GTK_BUTTON (self->connect_button), _(labels[state]));
  set_class (self->connect_button, "suggested-action", state == SB_TEST_CLIENT_IDLE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "test.connect",
                                 state == SB_TEST_CLIENT_IDLE ? valid && sb_server_is_running (self->engine)
                                                              : state != SB_TEST_CLIENT_CLOSING);
}

static void
show_status (SbTestWindow *self)
{
  gboolean troubled = sb_test_client_get_troubled (self->client);
  gboolean idle = sb_test_client_get_state (self->client) == SB_TEST_CLIENT_IDLE;

  /* That one is not connected to a server that is stopped need not be said. */
  gtk_widget_set_visible (GTK_WIDGET (self->status), troubled || !idle || sb_server_is_running (self->engine));
  gtk_label_set_text (self->status, sb_test_client_get_status (self->client));
  set_class (self->status, "error", troubled);
  set_class (self->status, "dimmed", !troubled);
}

static void
buffer_cb (SbTestWindow *self)
{
  gboolean empty = sb_json_buffer_is_empty (self->buffer);
  gboolean wrong = !sb_json_buffer_is_valid (self->buffer) && !empty;
  const char *message = sb_json_buffer_get_message (self->buffer);

  gtk_label_set_text (self->json_message, message != NULL ? message : "");
  set_class (self->json_message, "error", wrong);
  set_class (self->json_message, "dimmed", !wrong);
  /* What the server will say to a mistake may be what is to be seen. */
  gtk_widget_set_sensitive (self->send_button, !empty && sb_test_client_get_state (self->client) == SB_TEST_CLIENT_CONNECTED);
}

/* The focus goes where the next thing is to be done. */
static void
move_focus (SbTestWindow     *self,
            SbTestClientState before)
{
  SbTestClientState state = sb_test_client_get_state (self->client);

  if (state == SB_TEST_CLIENT_CONNECTED)
    gtk_widget_grab_focus (GTK_WIDGET (self->editor));
  else if (state == SB_TEST_CLIENT_IDLE && before != SB_TEST_CLIENT_CONNECTING && gtk_widget_is_sensitive (self->connect_button))
    gtk_widget_grab_focus (self->connect_button);
}

static void
state_cb (SbTestWindow *self)
{
  SbTestClientState state = sb_test_client_get_state (self->client), before = self->shown;
  gboolean talking = state == SB_TEST_CLIENT_CONNECTED || state == SB_TEST_CLIENT_CLOSING;
  SbSessionLimits limits;

  self->shown = state;
  if (state == SB_TEST_CLIENT_CONNECTED)
    {
      sb_settings_get_session_limits (sb_engine_get_settings (self->engine), &limits);
      sb_json_buffer_set_limits (self->buffer, &limits.json, limits.max_message);
    }
  /* From the first try on: it has the room that the rest leaves. */
  if (state != SB_TEST_CLIENT_IDLE)
    gtk_widget_set_visible (GTK_WIDGET (self->log), TRUE);
  gtk_revealer_set_reveal_child (self->composer, talking);
  gtk_revealer_set_reveal_child (self->form, !talking);
  show_button (self);
  show_status (self);
  buffer_cb (self);
  if (state != before)
    move_focus (self, before);
}

static void
status_cb (SbTestWindow *self)
{
  show_status (self);
  sb_announce (self, sb_test_client_get_status (self->client));
}

static void
server_cb (SbTestWindow *self)
{
  show_button (self);
  show_status (self);
}

static void
form_cb (SbTestWindow *self)
{
  if (self->client != NULL)
    show_button (self);
}

/* What was not let through is said at once: whoever does not see the list would wait for it. */
static void
log_cb (SbTestWindow *self,
        guint         position,
        guint         n_removed,
        guint         n_added,
        GListModel   *log)
{
  g_autoptr (SbTalkLine) last = n_added > 0 ? g_list_model_get_item (log, position + n_added - 1) : NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "test.clear", g_list_model_get_n_items (log) > 0);
  /* What it is for has been found out, and the room is needed. */
  adw_preferences_group_set_description (self->form_group, NULL);
  if (last != NULL && sb_talk_line_get_kind (last) == SB_TALK_REJECTED)
    sb_announce (self, sb_talk_line_get_text (last));
}

/* --- what can be done --- */

static void
connect_action_cb (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  SbTestWindow *self = SB_TEST_WINDOW (widget);
  char *secret;

  if (sb_test_client_get_state (self->client) != SB_TEST_CLIENT_IDLE)
    {
      sb_test_client_disconnect (self->client);
      return;
    }
  secret = dup_secret (self);
  sb_test_client_connect (self->client, get_channel (self), secret);
  g_clear_pointer (&secret, sb_token_secret_free);
}

/* While it connects, Enter does not take that back. */
static void
entry_activated_cb (SbTestWindow *self)
{
  if (sb_test_client_get_state (self->client) == SB_TEST_CLIENT_IDLE)
    gtk_widget_activate_action (GTK_WIDGET (self), "test.connect", NULL);
}

static void
send_cb (SbTestWindow *self)
{
  g_autoptr (GBytes) text = NULL;

  if (sb_test_client_get_state (self->client) != SB_TEST_CLIENT_CONNECTED || sb_json_buffer_is_empty (self->buffer))
    return;
  text = sb_json_buffer_dup_bytes (self->buffer);
  sb_test_client_send (self->client, text);
  sb_sent_messages_add (self->sent, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  sb_json_buffer_replace (self->buffer, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->editor));
}

/* Only where the text is empty or one of those, for otherwise the arrows move the cursor. */
static gboolean
go_through_sent (SbTestWindow *self,
                 int           step)
{
  GtkTextIter start, end;
  g_autofree char *text = NULL;
  const char *other;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);
  text = gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, TRUE);
  other = sb_sent_messages_go (self->sent, text, step);
  if (other == NULL)
    return GDK_EVENT_PROPAGATE;
  sb_json_buffer_replace (self->buffer, other);
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (SbTestWindow          *self,
        guint                  keyval,
        guint                  keycode,
        GdkModifierType        state,
        GtkEventControllerKey *controller)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));

  /* While a word is being put together, Enter takes it. */
  if (event != NULL && gtk_text_view_im_context_filter_keypress (self->editor, event))
    return GDK_EVENT_STOP;
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && (modifiers == 0 || modifiers == GDK_CONTROL_MASK))
    {
      send_cb (self);
      return GDK_EVENT_STOP;
    }
  if (modifiers == 0 && (keyval == GDK_KEY_Up || keyval == GDK_KEY_Down))
    return go_through_sent (self, keyval == GDK_KEY_Up ? -1 : 1);
  return GDK_EVENT_PROPAGATE;
}

static void
clear_action_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  sb_talk_log_clear (sb_test_client_get_log (SB_TEST_WINDOW (widget)->client));
}

static void
close_action_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

/* Where the banner's button leads when the server cannot start; that is the other window's. */
static void
preferences_action_cb (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  SbWindow *window = sb_window_find (gtk_window_get_application (GTK_WINDOW (widget)));

  if (window == NULL)
    return;
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_activate_action_variant (GTK_WIDGET (window), action_name, parameter);
}

static void
sb_test_window_dispose (GObject *object)
{
  SbTestWindow *self = SB_TEST_WINDOW (object);

  if (self->client != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->client, self);
      g_signal_handlers_disconnect_by_data (sb_test_client_get_log (self->client), self);
      sb_test_client_end (self->client);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TEST_WINDOW);
  g_clear_object (&self->client);
  g_clear_pointer (&self->sent, sb_sent_messages_free);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_test_window_parent_class)->dispose (object);
}

static void
sb_test_window_class_init (SbTestWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_test_window_dispose;

  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (SB_TYPE_JSON_BUFFER);
  g_type_ensure (SB_TYPE_TALK_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-test-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, view);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, connect_button);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, status);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, form);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, form_group);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, channel_row);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, token_row);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, secret_row);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, form_message);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, log);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, composer);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, editor);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, send_button);
  gtk_widget_class_bind_template_child (widget_class, SbTestWindow, json_message);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, form_cb);
  gtk_widget_class_bind_template_callback (widget_class, buffer_cb);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);

  gtk_widget_class_install_action (widget_class, "test.connect", NULL, connect_action_cb);
  gtk_widget_class_install_action (widget_class, "test.clear", NULL, clear_action_cb);
  gtk_widget_class_install_action (widget_class, "win.close", NULL, close_action_cb);
  gtk_widget_class_install_action (widget_class, "win.preferences", "s", preferences_action_cb);
}

static void
sb_test_window_init (SbTestWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->sent = sb_sent_messages_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->editor), keys);
  sb_code_write_left_to_right (GTK_WIDGET (self->composer));
#if DEVELOPMENT_PROFILE
  gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
#endif
}

/**
 * sb_test_window_new:
 * @application: who owns it
 * @engine: whose server it connects to
 *
 * Returns: (transfer none): a window to present
 */
GtkWindow *
sb_test_window_new (GtkApplication *application,
                    SbEngine       *engine)
{
  SbTestWindow *self;
  SbTalkLog *log;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_TEST_WINDOW, "application", application, NULL);
  self->engine = g_object_ref (engine);
  self->client = sb_test_client_new (engine);
  log = sb_test_client_get_log (self->client);
  adw_toolbar_view_add_top_bar (self->view, sb_server_banner_new (engine));
  sb_talk_view_set_log (self->log, log);
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), "{\"hello\": \"world\"}", -1); /* untranslated: a message */
  g_signal_connect_swapped (self->client, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect_swapped (self->client, "notify::status", G_CALLBACK (status_cb), self);
  g_signal_connect_swapped (log, "items-changed", G_CALLBACK (log_cb), self);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (server_cb), self, G_CONNECT_SWAPPED);
  state_cb (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "test.clear", FALSE);
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->channel_row));
  return GTK_WINDOW (self);
}

SbTestClient *
sb_test_window_get_client (SbTestWindow *self)
{
  g_return_val_if_fail (SB_IS_TEST_WINDOW (self), NULL);

  return self->client;
}
