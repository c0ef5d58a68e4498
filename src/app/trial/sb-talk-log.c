/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-talk-log.h"

struct _SbTalkLog
{
  GObject parent_instance;

  GPtrArray *lines; /* (element-type SbTalkLine) */
  gsize n_bytes;
  guint64 n_gone;
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTalkLog, sb_talk_log, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum
{
  PROP_0,
  PROP_N_GONE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
sb_talk_log_get_item_type (GListModel *list)
{
  return SB_TYPE_TALK_LINE;
}

static guint
sb_talk_log_get_n_items (GListModel *list)
{
  return SB_TALK_LOG (list)->lines->len;
}

static gpointer
sb_talk_log_get_item (GListModel *list,
                      guint       position)
{
  SbTalkLog *self = SB_TALK_LOG (list);

  return position < self->lines->len ? g_object_ref (g_ptr_array_index (self->lines, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_talk_log_get_item_type;
  iface->get_n_items = sb_talk_log_get_n_items;
  iface->get_item = sb_talk_log_get_item;
}

static void
sb_talk_log_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  if (prop_id == PROP_N_GONE)
    g_value_set_uint64 (value, SB_TALK_LOG (object)->n_gone);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_talk_log_finalize (GObject *object)
{
  g_ptr_array_unref (SB_TALK_LOG (object)->lines);

  G_OBJECT_CLASS (sb_talk_log_parent_class)->finalize (object);
}

static void
sb_talk_log_class_init (SbTalkLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_talk_log_get_property;
  object_class->finalize = sb_talk_log_finalize;

  properties[PROP_N_GONE] = g_param_spec_uint64 ("n-gone", NULL, NULL, 0, G_MAXUINT64, 0,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_talk_log_init (SbTalkLog *self)
{
  self->lines = g_ptr_array_new_with_free_func (g_object_unref);
}

SbTalkLog *
sb_talk_log_new (void)
{
  return g_object_new (SB_TYPE_TALK_LOG, NULL);
}

static void
set_n_gone (SbTalkLog *self,
            guint64    n_gone)
{
  if (self->n_gone == n_gone)
    return;
  self->n_gone = n_gone;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_GONE]);
}

static void
remove_first (SbTalkLog *self,
              guint      n)
{
  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    self->n_bytes -= sb_talk_line_get_weight (g_ptr_array_index (self->lines, i));
  g_ptr_array_remove_range (self->lines, 0, n);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

/* The last so many of @lines that there is room for, whatever else there is. Returns the first of them; *@n_bytes: what they hold. */
static guint
find_first_to_keep (GPtrArray *lines,
                    gsize     *n_bytes)
{
  guint first = lines->len;

  *n_bytes = 0;
  while (first > 0 && lines->len - first < SB_TALK_LOG_MAX_LINES)
    {
      gsize weight = sb_talk_line_get_weight (g_ptr_array_index (lines, first - 1));

      if (*n_bytes + weight > SB_TALK_LOG_MAX_BYTES)
        break;
      *n_bytes += weight;
      first--;
    }
  return first;
}

/* How many of the oldest have to go for @n_new with @n_bytes. */
static guint
count_leaving (SbTalkLog *self,
               guint      n_new,
               gsize      n_bytes)
{
  gsize held = self->n_bytes;
  guint n = 0;

  while (n < self->lines->len && (self->lines->len - n + n_new > SB_TALK_LOG_MAX_LINES || held + n_bytes > SB_TALK_LOG_MAX_BYTES))
    held -= sb_talk_line_get_weight (g_ptr_array_index (self->lines, n++));
  return n;
}

void
sb_talk_log_append (SbTalkLog *self,
                    GPtrArray *lines,
                    guint64    n_lost)
{
  guint first, n_new, n_leaving, n_before;
  gsize n_bytes;

  g_return_if_fail (SB_IS_TALK_LOG (self));
  g_return_if_fail (lines != NULL);

  first = find_first_to_keep (lines, &n_bytes);
  n_new = lines->len - first;
  n_leaving = count_leaving (self, n_new, n_bytes);
  remove_first (self, n_leaving);

  n_before = self->lines->len;
  for (guint i = first; i < lines->len; i++)
    g_ptr_array_add (self->lines, g_object_ref (g_ptr_array_index (lines, i)));
  self->n_bytes += n_bytes;
  if (n_new > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, n_new);
  set_n_gone (self, self->n_gone + n_lost + first + n_leaving);
}

guint64
sb_talk_log_get_n_gone (SbTalkLog *self)
{
  g_return_val_if_fail (SB_IS_TALK_LOG (self), 0);

  return self->n_gone;
}

void
sb_talk_log_clear (SbTalkLog *self)
{
  g_return_if_fail (SB_IS_TALK_LOG (self));

  remove_first (self, self->lines->len);
  set_n_gone (self, 0);
}
