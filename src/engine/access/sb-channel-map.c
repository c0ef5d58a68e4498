/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel-map.h"

#include <string.h>

typedef struct _Node Node;

/* What stands behind some segments. */
struct _Node
{
  GDestroyNotify free_value;
  GHashTable *literals; /* (element-type utf8 Node); NULL while there are none */
  Node *star;
  gpointer here;        /* of the pattern that ends here */
  gpointer below;       /* of the pattern that goes on with two stars */
};

struct _SbChannelMap
{
  Node *root;
  gpointer everything; /* of the pattern that is two stars alone */
};

static Node *
node_new (GDestroyNotify free_value)
{
  Node *self = g_new0 (Node, 1);

  self->free_value = free_value;

  return self;
}

static void
node_free (gpointer data)
{
  Node *self = data;

  g_clear_pointer (&self->literals, g_hash_table_unref);
  g_clear_pointer (&self->star, node_free);
  g_clear_pointer (&self->here, self->free_value);
  g_clear_pointer (&self->below, self->free_value);
  g_free (self);
}

static Node *
node_ensure (Node *self, const char *segment)
{
  Node *next;

  if (strcmp (segment, "*") == 0)
    {
      if (self->star == NULL)
        self->star = node_new (self->free_value);
      return self->star;
    }

  if (self->literals == NULL)
    self->literals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, node_free);
  next = g_hash_table_lookup (self->literals, segment);
  if (next == NULL)
    {
      next = node_new (self->free_value);
      g_hash_table_insert (self->literals, g_strdup (segment), next);
    }

  return next;
}

/* Where the value of @pattern stands. */
static gpointer *
find_place (SbChannelMap *self, const char *pattern)
{
  g_auto (GStrv) segments = NULL;
  Node *node = self->root;

  if (strcmp (pattern, "**") == 0)
    return &self->everything;

  /* The lobby, "/", has no segments. */
  segments = g_strsplit (pattern + 1, "/", -1);
  for (guint i = 0; segments[i] != NULL; i++)
    {
      if (strcmp (segments[i], "**") == 0)
        return &node->below;
      node = node_ensure (node, segments[i]);
    }

  return &node->here;
}

SbChannelMap *
sb_channel_map_new (GDestroyNotify free_value)
{
  SbChannelMap *self;

  g_return_val_if_fail (free_value != NULL, NULL);

  self = g_new0 (SbChannelMap, 1);
  self->root = node_new (free_value);

  return self;
}

void
sb_channel_map_free (SbChannelMap *self)
{
  GDestroyNotify free_value;

  g_return_if_fail (self != NULL);

  free_value = self->root->free_value;
  node_free (self->root);
  g_clear_pointer (&self->everything, free_value);
  g_free (self);
}

void
sb_channel_map_put (SbChannelMap *self, const char *pattern, gpointer value)
{
  gpointer *place;

  g_return_if_fail (self != NULL);
  g_return_if_fail (pattern != NULL);
  g_return_if_fail (value != NULL);

  place = find_place (self, pattern);
  g_clear_pointer (place, self->root->free_value);
  *place = value;
}

/* Each kind of segment from the most specific on: the first that leads to a value decides, as
 * sb_channel_pattern_compare() does at the first segment in which two patterns differ. Every node is visited once at
 * most. */
static gpointer
find (const Node *node, char **segments)
{
  gpointer value = NULL;
  Node *literal;

  if (*segments == NULL)
    return node->here;

  literal = node->literals != NULL ? g_hash_table_lookup (node->literals, *segments) : NULL;
  if (literal != NULL)
    value = find (literal, segments + 1);
  if (value == NULL && node->star != NULL)
    value = find (node->star, segments + 1);

  return value != NULL ? value : node->below;
}

gpointer
sb_channel_map_lookup (const SbChannelMap *self, const char *channel)
{
  g_auto (GStrv) segments = NULL;
  gpointer value;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (channel != NULL && channel[0] == '/', NULL);

  segments = g_strsplit (channel + 1, "/", -1);
  value = find (self->root, segments);

  return value != NULL ? value : self->everything;
}
