/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-composer.h"
#include "broadcast/sb-json-buffer.h"
#include "broadcast/sb-schedule-dialog.h"
#include "broadcast/sb-target-chooser.h"
#include "broadcast/sb-template-commands.h"
#include "sb-page.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define BREACHES_DELAY 400 /* ms of no typing */
#define REACH_INTERVAL 250 /* ms: counts four times a second at the most */

/**
 * SbComposer:
 *
 * Where a broadcast is written: whom it is for, the text with one line of truth about it, and the button that says how many it will
 * reach. What is written stays until it is replaced.
 */
struct _SbComposer
{
  GtkBox parent_instance;

  SbEngine *engine;
  guint reach;
  guint reach_id; /* a timeout until the next count; what changes meanwhile waits for it */
  gboolean reach_stale;
  gboolean sending;
  gboolean reachable; /* there is a target, whether it means anybody now or not */
  gboolean lasting; /* the target will mean the same later */
  guint breaches_id; /* a timeout of no typing */
  guint64 n_breaches; /* number of the newest question */

  SbTargetChooser *chooser;
  GtkSourceView *view;
  SbJsonBuffer *buffer;
  GtkImage *message_icon;
  GtkLabel *message_label;
  GtkWidget *quote_button;
  GtkButton *send_button;
  GtkLabel *rules_label;
  GtkLabel *error_label;
};

G_DEFINE_FINAL_TYPE (SbComposer, sb_composer, GTK_TYPE_BOX)

static gboolean
is_running (SbComposer *self)
{
  SbEngineState state = sb_engine_get_state (self->engine);

  return state == SB_ENGINE_LISTENING || state == SB_ENGINE_DEGRADED;
}

/* --- the line of truth --- */

static void
show_message (SbComposer *self)
{
  gboolean valid = sb_json_buffer_is_valid (self->buffer);
  gboolean wrong = !valid && !sb_json_buffer_is_empty (self->buffer);
  GtkWidget *label = GTK_WIDGET (self->message_label), *icon = GTK_WIDGET (self->message_icon);

  gtk_widget_set_visible (icon, valid || wrong);
  gtk_image_set_from_icon_name (self->message_icon, valid ? "object-select-symbolic" : "dialog-error-symbolic");
  gtk_widget_set_css_classes (icon, (const char *[]) { valid ? "success" : "error", NULL });
  gtk_widget_set_css_classes (label, (const char *[]) { wrong ? "error" : "dimmed", NULL });
  gtk_widget_set_visible (self->quote_button, sb_json_buffer_can_quote (self->buffer));
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/* --- the button --- */

static void
update_button (SbComposer *self)
{
  g_autofree char *number = sb_format_number (self->reach);
  g_autofree char *label = NULL;
  gboolean running = is_running (self), retain = self->reachable && sb_target_chooser_get_retain (self->chooser);

  if (!running)
    label = g_strdup (_("Server Is Not Running"));
  else if (self->reach == 0 && retain)
    label = g_strdup (_("Keep for Newcomers"));
  else if (self->reach == 0)
    label = g_strdup (_("No Client to Send To"));
  else
    label = g_strdup_printf (ngettext ("Send to %s Client", "Send to %s Clients", self->reach), number);
  gtk_button_set_label (self->send_button, label);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "broadcast.send",
                                 running && (self->reach > 0 || retain) && !self->sending && sb_json_buffer_is_valid (self->buffer));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "broadcast.schedule",
                                 self->lasting && sb_json_buffer_is_valid (self->buffer));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "broadcast.save-template", sb_json_buffer_is_valid (self->buffer));
}

/* --- whose rules it would break --- */

typedef struct
{
  SbComposer *composer; /* owned */
  guint64 number;
} Question;

/* The first is named, the others counted. */
static char *
describe_breaches (GPtrArray *breaches)
{
  const SbRuleBreach *first = g_ptr_array_index (breaches, 0);
  const SbRuleFinding *finding = first->report->findings->len > 0 ? g_ptr_array_index (first->report->findings, 0) : NULL;
  const char *why = finding != NULL ? finding->message : first->report->code;

  if (breaches->len > 1)
    return g_strdup_printf (ngettext ("A client could not say this: the rule for %s does not allow it (%s), nor does %u other. You can.",
                                      "A client could not say this: the rule for %s does not allow it (%s), nor do %u others. You can.",
                                      breaches->len - 1),
                            first->report->rule->spec.pattern, why, breaches->len - 1);
  return g_strdup_printf (_("A client could not say this: the rule for %s does not allow it (%s). You can."),
                          first->report->rule->spec.pattern, why);
}

static void
breaches_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (SbComposer) self = question->composer;
  g_autoptr (GPtrArray) breaches = sb_engine_find_breaches_finish (SB_ENGINE (source), result, NULL);
  gboolean stale = question->number != self->n_breaches, any = breaches != NULL && breaches->len > 0;
  g_autofree char *text = NULL;

  g_free (question);
  if (stale || self->engine == NULL)
    return;
  text = any ? describe_breaches (breaches) : NULL;
  gtk_label_set_text (self->rules_label, any ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->rules_label), any);
}

static gboolean
find_breaches_cb (gpointer user_data)
{
  SbComposer *self = user_data;
  g_autoptr (SbTarget) target = sb_target_chooser_dup_target (self->chooser);
  g_autoptr (GBytes) bytes = NULL;
  Question *question;

  self->breaches_id = 0;
  self->n_breaches++;
  if (target == NULL || !sb_json_buffer_is_valid (self->buffer))
    {
      gtk_widget_set_visible (GTK_WIDGET (self->rules_label), FALSE);
      return G_SOURCE_REMOVE;
    }
  bytes = sb_json_buffer_dup_bytes (self->buffer);
  question = g_new0 (Question, 1);
  question->composer = g_object_ref (self);
  question->number = self->n_breaches;
  sb_engine_find_breaches_async (self->engine, target, FALSE, bytes, breaches_cb, question);
  return G_SOURCE_REMOVE;
}

static void
queue_breaches (SbComposer *self)
{
  g_clear_handle_id (&self->breaches_id, g_source_remove);
  self->breaches_id = g_timeout_add (BREACHES_DELAY, find_breaches_cb, self);
}

static void
count_reach (SbComposer *self)
{
  g_autoptr (SbTarget) target = sb_target_chooser_dup_target (self->chooser);

  self->reach_stale = FALSE;
  self->reachable = target != NULL;
  self->lasting = target != NULL && target->client_ids == NULL;
  self->reach = target != NULL ? sb_engine_count_reach (self->engine, target) : 0;
  update_button (self);
}

static gboolean
reach_timeout_cb (gpointer user_data)
{
  SbComposer *self = user_data;

  if (self->reach_stale)
    {
      count_reach (self);
      return G_SOURCE_CONTINUE;
    }
  self->reach_id = 0;
  return G_SOURCE_REMOVE;
}

/* The first change counts at once; those of the next quarter of a second are counted together. Unseen nothing is counted. */
static void
queue_reach_cb (SbComposer *self)
{
  self->reach_stale = TRUE;
  if (self->engine == NULL || self->reach_id != 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  count_reach (self);
  self->reach_id = g_timeout_add (REACH_INTERVAL, reach_timeout_cb, self);
}

static void
buffer_cb (SbComposer *self)
{
  if (self->engine == NULL)
    return;
  show_message (self);
  update_button (self);
}

static void
text_cb (SbComposer *self)
{
  if (self->engine != NULL)
    queue_breaches (self);
}

static void
target_cb (SbComposer *self)
{
  queue_reach_cb (self);
  text_cb (self);
}

static void
quote_cb (SbComposer *self)
{
  sb_json_buffer_quote (self->buffer);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* --- sending --- */

static void
show_error (SbComposer *self,
            const char *message /* nullable */)
{
  gtk_label_set_text (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (SbComposer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_engine_broadcast_finish (SB_ENGINE (source), result, &error);

  self->sending = FALSE;
  if (self->engine == NULL)
    return;
  show_error (self, broadcast == NULL ? error->message : NULL);
  update_button (self);
}

static void
send_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbComposer *self = SB_COMPOSER (widget);
  g_autoptr (SbTarget) target = sb_target_chooser_dup_target (self->chooser);
  g_autoptr (GBytes) bytes = NULL;

  sb_json_buffer_check (self->buffer);
  if (self->sending || target == NULL || !sb_json_buffer_is_valid (self->buffer))
    return;

  bytes = sb_json_buffer_dup_bytes (self->buffer);
  self->sending = TRUE;
  show_error (self, NULL);
  update_button (self);
  if (sb_target_chooser_get_retain (self->chooser))
    sb_engine_retain_async (self->engine, "window", target, FALSE, bytes, sent_cb, g_object_ref (self));
  else
    sb_engine_broadcast_async (self->engine, "window", target, FALSE, bytes, sent_cb, g_object_ref (self));
}

/* --- what else is done with it --- */

static void
schedule_action_cb (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  SbComposer *self = SB_COMPOSER (widget);
  g_autoptr (SbTarget) target = sb_target_chooser_dup_target (self->chooser);
  g_autoptr (GBytes) bytes = sb_json_buffer_dup_bytes (self->buffer);
  GtkWidget *page = gtk_widget_get_ancestor (widget, SB_TYPE_PAGE);

  sb_json_buffer_check (self->buffer);
  if (page != NULL && target != NULL && sb_json_buffer_is_valid (self->buffer))
    adw_dialog_present (sb_schedule_dialog_new (SB_PAGE (page), target, FALSE, bytes), widget);
}

static void
save_template_action_cb (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  SbComposer *self = SB_COMPOSER (widget);
  g_autoptr (SbTarget) target = sb_target_chooser_dup_target (self->chooser);
  g_autoptr (GBytes) bytes = sb_json_buffer_dup_bytes (self->buffer);
  GtkWidget *page = gtk_widget_get_ancestor (widget, SB_TYPE_PAGE);

  sb_json_buffer_check (self->buffer);
  if (page != NULL && sb_json_buffer_is_valid (self->buffer))
    sb_template_commands_save (SB_PAGE (page), target, FALSE, bytes);
}

/* --- the widget --- */

static void
update_limits (SbComposer *self)
{
  SbSessionLimits limits;

  sb_settings_get_session_limits (sb_engine_get_settings (self->engine), &limits);
  sb_json_buffer_set_limits (self->buffer, &limits.json, limits.max_message);
}

static void
sb_composer_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_composer_parent_class)->map (widget);

  queue_reach_cb (SB_COMPOSER (widget));
}

static void
sb_composer_dispose (GObject *object)
{
  SbComposer *self = SB_COMPOSER (object);

  g_clear_handle_id (&self->reach_id, g_source_remove);
  g_clear_handle_id (&self->breaches_id, g_source_remove);
  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_COMPOSER);

  G_OBJECT_CLASS (sb_composer_parent_class)->dispose (object);
}

static void
sb_composer_class_init (SbComposerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_composer_dispose;
  widget_class->map = sb_composer_map;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, SbComposer, chooser);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, view);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, message_icon);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, message_label);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, quote_button);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, send_button);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, rules_label);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, error_label);
  gtk_widget_class_bind_template_callback (widget_class, target_cb);
  gtk_widget_class_bind_template_callback (widget_class, text_cb);
  gtk_widget_class_bind_template_callback (widget_class, buffer_cb);
  gtk_widget_class_bind_template_callback (widget_class, quote_cb);

  gtk_widget_class_install_action (widget_class, "broadcast.send", NULL, send_action_cb);
  gtk_widget_class_install_action (widget_class, "broadcast.schedule", NULL, schedule_action_cb);
  gtk_widget_class_install_action (widget_class, "broadcast.save-template", NULL, save_template_action_cb);
}

static void
sb_composer_init (SbComposer *self)
{
  GtkEventController *shortcuts;

  g_type_ensure (SB_TYPE_JSON_BUFFER);
  g_type_ensure (SB_TYPE_TARGET_CHOOSER);
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_code_write_left_to_right (GTK_WIDGET (self));

  /* Before the editor makes a new line of it. */
  shortcuts = gtk_shortcut_controller_new ();
  gtk_event_controller_set_propagation_phase (shortcuts, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>Return|<Control>KP_Enter"),
                                                          gtk_named_action_new ("broadcast.send")));
  gtk_widget_add_controller (GTK_WIDGET (self), shortcuts);
}

/**
 * sb_composer_set_engine:
 * @engine: what sends; set once, before the composer is shown
 */
void
sb_composer_set_engine (SbComposer *self,
                        SbEngine   *engine)
{
  g_return_if_fail (SB_IS_COMPOSER (self));
  g_return_if_fail (SB_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  sb_target_chooser_set_engine (self->chooser, engine);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (queue_reach_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_clients (engine), "items-changed", G_CALLBACK (queue_reach_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_settings (engine), "notify", G_CALLBACK (update_limits), self, G_CONNECT_SWAPPED);
  update_limits (self);
  show_message (self);
  count_reach (self);
}

void
sb_composer_set_target (SbComposer     *self,
                        const SbTarget *target)
{
  g_return_if_fail (SB_IS_COMPOSER (self));
  g_return_if_fail (target != NULL);

  sb_target_chooser_set_target (self->chooser, target);
}

void
sb_composer_set_retain (SbComposer *self,
                        gboolean    retain)
{
  g_return_if_fail (SB_IS_COMPOSER (self));

  sb_target_chooser_set_retain (self->chooser, retain);
}

/* Replaces what is written; can be undone. */
void
sb_composer_set_text (SbComposer *self,
                      const char *text)
{
  GtkTextBuffer *buffer;
  GtkTextIter start, end;

  g_return_if_fail (SB_IS_COMPOSER (self));
  g_return_if_fail (text != NULL);

  buffer = GTK_TEXT_BUFFER (self->buffer);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}
