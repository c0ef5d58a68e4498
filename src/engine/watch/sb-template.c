/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-template.h"

struct _SbTemplate
{
  GObject parent_instance;

  gint64 id;
  char *name;
  gint64 changed_at;
  SbMessage *message;
};

G_DEFINE_FINAL_TYPE (SbTemplate, sb_template, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
sb_template_finalize (GObject *object)
{
  SbTemplate *self = SB_TEMPLATE (object);

  g_free (self->name);
  g_clear_pointer (&self->message, sb_message_unref);

  G_OBJECT_CLASS (sb_template_parent_class)->finalize (object);
}

static void
sb_template_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbTemplate *self = SB_TEMPLATE (object);

  switch (prop_id)
    {
    case PROP_NAME: g_value_set_string (value, self->name); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_template_class_init (SbTemplateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_template_finalize;
  object_class->get_property = sb_template_get_property;

  properties[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_template_init (SbTemplate *self)
{
}

/**
 * sb_template_new:
 * @id: the database's
 * @changed_at: real time, µs
 * @message: a reference is taken
 */
SbTemplate *
sb_template_new (gint64 id, const char *name, gint64 changed_at, SbMessage *message)
{
  SbTemplate *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (message != NULL, NULL);

  self = g_object_new (SB_TYPE_TEMPLATE, NULL);
  self->id = id;
  self->name = g_strdup (name);
  self->changed_at = changed_at;
  self->message = sb_message_ref (message);

  return self;
}

gint64
sb_template_get_id (SbTemplate *self)
{
  g_return_val_if_fail (SB_IS_TEMPLATE (self), 0);

  return self->id;
}

const char *
sb_template_get_name (SbTemplate *self)
{
  g_return_val_if_fail (SB_IS_TEMPLATE (self), NULL);

  return self->name;
}

gint64
sb_template_get_changed_at (SbTemplate *self)
{
  g_return_val_if_fail (SB_IS_TEMPLATE (self), 0);

  return self->changed_at;
}

SbMessage *
sb_template_get_message (SbTemplate *self)
{
  g_return_val_if_fail (SB_IS_TEMPLATE (self), NULL);

  return self->message;
}
