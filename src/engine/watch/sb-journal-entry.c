/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-journal-entry.h"

struct _SbJournalEntry
{
  GObject parent_instance;

  gint64 id;
  gint64 time;
  SbAct act;
  guint count;
  char *actor;
  char *subject;
  char *detail;
};

G_DEFINE_FINAL_TYPE (SbJournalEntry, sb_journal_entry, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_TIME,
  PROP_ACT,
  PROP_ACTOR,
  PROP_SUBJECT,
  PROP_DETAIL,
  PROP_COUNT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* These are on people's disks: never rename one. */
static const char *const act_ids[] = {
  [SB_ACT_SERVER_STARTED] = "server_started",
  [SB_ACT_SERVER_STOPPED] = "server_stopped",
  [SB_ACT_SERVER_FAILED] = "server_failed",
  [SB_ACT_TOKEN_ISSUED] = "token_issued",
  [SB_ACT_TOKEN_EDITED] = "token_edited",
  [SB_ACT_TOKEN_ROTATED] = "token_rotated",
  [SB_ACT_TOKEN_REVOKED] = "token_revoked",
  [SB_ACT_TOKEN_RESTORED] = "token_restored",
  [SB_ACT_TOKEN_DELETED] = "token_deleted",
  [SB_ACT_TOKEN_EXPIRED] = "token_expired",
  [SB_ACT_CLIENT_REFUSED] = "client_refused",
  [SB_ACT_CLIENT_DISCONNECTED] = "client_disconnected",
  [SB_ACT_ADDRESS_BLOCKED] = "address_blocked",
  [SB_ACT_ADDRESS_UNBLOCKED] = "address_unblocked",
  [SB_ACT_BROADCAST_SENT] = "broadcast_sent",
  [SB_ACT_MESSAGE_SENT] = "message_sent",
  [SB_ACT_MESSAGE_RETAINED] = "message_retained",
  [SB_ACT_MESSAGE_RELEASED] = "message_released",
  [SB_ACT_TEMPLATE_SAVED] = "template_saved",
  [SB_ACT_TEMPLATE_DELETED] = "template_deleted",
  [SB_ACT_SCHEDULE_STARTED] = "schedule_started",
  [SB_ACT_SCHEDULE_STOPPED] = "schedule_stopped",
  [SB_ACT_SCHEDULE_ENDED] = "schedule_ended",
  [SB_ACT_SCHEDULE_FAILED] = "schedule_failed",
  [SB_ACT_RULE_SET] = "rule_set",
  [SB_ACT_RULE_REMOVED] = "rule_removed",
  [SB_ACT_SCHEMA_ADDED] = "schema_added",
  [SB_ACT_SCHEMA_REMOVED] = "schema_removed",
  [SB_ACT_SETTINGS_CHANGED] = "settings_changed",
  [SB_ACT_NOTICE] = "notice",
};
G_STATIC_ASSERT (G_N_ELEMENTS (act_ids) == SB_N_ACTS);

static void
sb_journal_entry_finalize (GObject *object)
{
  SbJournalEntry *self = SB_JOURNAL_ENTRY (object);

  g_free (self->actor);
  g_free (self->subject);
  g_free (self->detail);

  G_OBJECT_CLASS (sb_journal_entry_parent_class)->finalize (object);
}

static void
sb_journal_entry_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  SbJournalEntry *self = SB_JOURNAL_ENTRY (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_int64 (value, self->id); break;
    case PROP_TIME: g_value_set_int64 (value, self->time); break;
    case PROP_ACT: g_value_set_int (value, (int) self->act); break;
    case PROP_ACTOR: g_value_set_string (value, self->actor); break;
    case PROP_SUBJECT: g_value_set_string (value, self->subject); break;
    case PROP_DETAIL: g_value_set_string (value, self->detail); break;
    case PROP_COUNT: g_value_set_uint (value, self->count); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_journal_entry_class_init (SbJournalEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_journal_entry_finalize;
  object_class->get_property = sb_journal_entry_get_property;

  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_ACT] = g_param_spec_int ("act", NULL, NULL, 0, SB_N_ACTS - 1, 0, flags);
  properties[PROP_ACTOR] = g_param_spec_string ("actor", NULL, NULL, "", flags);
  properties[PROP_SUBJECT] = g_param_spec_string ("subject", NULL, NULL, "", flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, "", flags);
  properties[PROP_COUNT] = g_param_spec_uint ("count", NULL, NULL, 1, G_MAXUINT, 1, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_journal_entry_init (SbJournalEntry *self)
{
  self->count = 1;
}

/**
 * sb_act_to_id:
 *
 * Returns: what is stored and exported for @act
 */
const char *
sb_act_to_id (SbAct act)
{
  g_return_val_if_fail ((guint) act < SB_N_ACTS, NULL);

  return act_ids[act];
}

/**
 * sb_act_from_id:
 * @id: (nullable): from the disk, so it may be anything
 * @act: (out): set only when %TRUE is returned
 *
 * Returns: whether there is such an act
 */
gboolean
sb_act_from_id (const char *id,
                SbAct      *act)
{
  g_return_val_if_fail (act != NULL, FALSE);

  for (guint i = 0; i < SB_N_ACTS; i++)
    if (g_strcmp0 (id, act_ids[i]) == 0)
      {
        *act = (SbAct) i;
        return TRUE;
      }

  return FALSE;
}

/* What is read back from a disk might be anything; a row that shows it wants valid UTF-8. */
static char *
make_text (const char *text)
{
  return text != NULL ? g_utf8_make_valid (text, -1) : g_strdup ("");
}

/**
 * sb_journal_entry_new:
 * @id: the database's; 0 while it is not stored
 * @time: real time, µs
 * @actor: (nullable): %NULL stands for ""; so for @subject and @detail. Bytes that are not UTF-8 are replaced.
 * @count: how many alike ones it tells of; 0 stands for 1
 *
 * Returns: (transfer full): a new entry
 */
SbJournalEntry *
sb_journal_entry_new (gint64      id,
                      gint64      time,
                      SbAct       act,
                      const char *actor,
                      const char *subject,
                      const char *detail,
                      guint       count)
{
  SbJournalEntry *self;

  g_return_val_if_fail (id >= 0, NULL);
  g_return_val_if_fail ((guint) act < SB_N_ACTS, NULL);

  self = g_object_new (SB_TYPE_JOURNAL_ENTRY, NULL);
  self->id = id;
  self->time = time;
  self->act = act;
  self->count = MAX (count, 1);
  self->actor = make_text (actor);
  self->subject = make_text (subject);
  self->detail = make_text (detail);

  return self;
}

gint64
sb_journal_entry_get_id (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), 0);

  return self->id;
}

gint64
sb_journal_entry_get_time (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), 0);

  return self->time;
}

SbAct
sb_journal_entry_get_act (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), SB_ACT_NOTICE);

  return self->act;
}

const char *
sb_journal_entry_get_actor (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), NULL);

  return self->actor;
}

const char *
sb_journal_entry_get_subject (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), NULL);

  return self->subject;
}

const char *
sb_journal_entry_get_detail (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), NULL);

  return self->detail;
}

guint
sb_journal_entry_get_count (SbJournalEntry *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL_ENTRY (self), 0);

  return self->count;
}
