/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <string.h>

/**
 * ShadowList:
 *
 * What a view would believe: a copy of a list model kept by nothing but its items-changed. The model is right when,
 * after each of its emissions, the copy has the same items at the same places. Holds a reference to every item.
 */
typedef struct
{
  GListModel *model;
  gulong handler;
  GPtrArray *items;
  guint n_emissions;
} ShadowList;

static inline void
shadow_list_check_at (ShadowList *self,
                      guint       position)
{
  g_autoptr (GObject) item = g_list_model_get_item (self->model, position);

  g_assert_true (item == g_ptr_array_index (self->items, position));
}

/* Compares everything. */
static inline void
shadow_list_check (ShadowList *self)
{
  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->items->len);
  for (guint i = 0; i < self->items->len; i++)
    shadow_list_check_at (self, i);
  g_assert_null (g_list_model_get_item (self->model, self->items->len));
  g_assert_null (g_list_model_get_item (self->model, G_MAXUINT));
}

/* Compares the length, both ends and some of the middle. */
static inline void
shadow_list_check_some (ShadowList *self)
{
  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->items->len);
  if (self->items->len == 0)
    return;

  shadow_list_check_at (self, 0);
  shadow_list_check_at (self, self->items->len - 1);
  for (guint i = 0; i < 8; i++)
    shadow_list_check_at (self, (guint) g_test_rand_int_range (0, (int) self->items->len));
}

static inline void
shadow_list_items_changed_cb (GListModel *model,
                              guint       position,
                              guint       removed,
                              guint       added,
                              gpointer    user_data)
{
  ShadowList *self = user_data;
  guint n_before = self->items->len;
  guint n_tail;

  g_assert_cmpuint (position, <=, n_before);
  g_assert_cmpuint (removed, <=, n_before - position);
  g_assert_cmpuint (removed + added, >, 0);

  n_tail = n_before - position - removed;
  for (guint i = 0; i < removed; i++)
    g_object_unref (self->items->pdata[position + i]);
  if (added > removed)
    g_ptr_array_set_size (self->items, (int) (n_before + added - removed));
  memmove (self->items->pdata + position + added, self->items->pdata + position + removed, n_tail * sizeof (gpointer));
  self->items->len = n_before - removed + added;
  for (guint i = 0; i < added; i++)
    {
      self->items->pdata[position + i] = g_list_model_get_item (model, position + i);
      g_assert_nonnull (self->items->pdata[position + i]);
    }

  self->n_emissions++;
  /* a view asks at once, so the model must be right already between two emissions */
  shadow_list_check_some (self);
}

static inline void
shadow_list_init (ShadowList *self,
                  GListModel *model)
{
  self->model = g_object_ref (model);
  self->items = g_ptr_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (self->items, g_list_model_get_item (model, i));
  self->n_emissions = 0;
  self->handler = g_signal_connect (model, "items-changed", G_CALLBACK (shadow_list_items_changed_cb), self);
}

static inline void
shadow_list_clear (ShadowList *self)
{
  g_signal_handler_disconnect (self->model, self->handler);
  for (guint i = 0; i < self->items->len; i++)
    g_object_unref (self->items->pdata[i]);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_object (&self->model);
}

/* Since the last call. */
static inline guint
shadow_list_steal_n_emissions (ShadowList *self)
{
  guint n = self->n_emissions;

  self->n_emissions = 0;

  return n;
}
