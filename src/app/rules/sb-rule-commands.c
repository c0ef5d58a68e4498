/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-commands.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

/* What is done. It keeps the rule it is about, which is gone from the list when it is to be brought back. */
typedef struct
{
  SbPage *page; /* owned */
  SbRuleSpec *spec;
} Command;

static Command *
command_new (SbPage           *page,
             const SbRuleSpec *spec)
{
  Command *command = g_new0 (Command, 1);

  command->page = g_object_ref (page);
  command->spec = sb_rule_spec_copy (spec);
  return command;
}

static void
command_free (Command *command)
{
  g_object_unref (command->page);
  sb_rule_spec_free (command->spec);
  g_free (command);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = sb_engine_set_rule_finish (SB_ENGINE (source), result, &error);

  if (rule == NULL)
    sb_page_say (command->page, "%s", error->message);
  else
    sb_page_say (command->page, _("The rule for %s is back. Its counts start at zero."), command->spec->pattern);
}

static void
undo_cb (Command *command)
{
  sb_engine_set_rule_async (sb_page_get_engine (command->page), "window", 0, command->spec, restored_cb,
                            command_new (command->page, command->spec));
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  SbPage *page = command->page;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    {
      sb_page_say (page, "%s", error->message);
      return;
    }
  text = g_strdup_printf (_("Rule for %s removed"), command->spec->pattern);
  sb_page_add_toast (page, sb_toast_new_undo (text, NULL, G_CALLBACK (undo_cb), g_steal_pointer (&command),
                                              (GDestroyNotify) command_free));
}

void
sb_rule_commands_remove (SbPage     *page,
                         SbRuleItem *item)
{
  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_RULE_ITEM (item));

  sb_engine_remove_rule_async (sb_page_get_engine (page), "window", sb_rule_item_get_id (item), removed_cb,
                               command_new (page, &sb_rule_item_get_rule (item)->spec));
}

static void
switched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = sb_engine_set_rule_finish (SB_ENGINE (source), result, &error);

  if (rule == NULL)
    sb_page_say (command->page, "%s", error->message);
  else if (rule->spec.enabled)
    sb_page_say (command->page, _("The rule for %s is in force"), rule->spec.pattern);
  else
    sb_page_say (command->page, _("The rule for %s is off"), rule->spec.pattern);
}

void
sb_rule_commands_set_enabled (SbPage     *page,
                              SbRuleItem *item,
                              gboolean    enabled)
{
  g_autoptr (SbRuleSpec) spec = NULL;

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_RULE_ITEM (item));

  spec = sb_rule_spec_copy (&sb_rule_item_get_rule (item)->spec);
  if (spec->enabled == enabled)
    return;
  spec->enabled = enabled;
  sb_engine_set_rule_async (sb_page_get_engine (page), "window", sb_rule_item_get_id (item), spec, switched_cb, command_new (page, spec));
}
