/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-regex-machine.h"

#include <string.h>

#define MAX_INSTRUCTIONS 4000
/* Instructions of a machine whose state fits on the stack. */
#define FEW 128
/* Ways followed for a step of the budget. */
#define WORK_PER_STEP 4
/* Scripts of a set that are gone through for as much as a way costs. */
#define SCRIPTS_PER_WORK 8

typedef enum
{
  OP_SET,    /* a character of @set, then the next */
  OP_SPLIT,  /* @a, or @b */
  OP_JUMP,   /* @a */
  OP_BEGIN,
  OP_END,
  OP_EDGE,   /* of a word; @negated */
  OP_LOOK,   /* whether the part from the next on matches here; then @a; @negated */
  OP_MATCH,
} Op;

typedef struct
{
  Op op;
  gboolean negated;
  guint a, b;
  const SbRegexSet *set;
} Instruction;

struct _SbRegexMachine
{
  Instruction *program;
  guint n;
  gboolean anchored; /* matches at the beginning only */
  SbRegexNode *tree; /* owns the sets */
};

/* --- making one --- */

typedef struct
{
  GArray *program; /* (element-type Instruction) */
  gboolean impossible;
} Maker;

static guint
emit (Maker *self, Op op)
{
  Instruction instruction = { .op = op };

  /* Past the most there is still a place to be written to. */
  if (self->program->len >= MAX_INSTRUCTIONS)
    self->impossible = TRUE;
  if (!self->impossible || self->program->len == 0)
    g_array_append_val (self->program, instruction);

  return self->program->len - 1;
}

static Instruction *
at (Maker *self, guint place)
{
  return &g_array_index (self->program, Instruction, place);
}

static void make (Maker *self, const SbRegexNode *node);

static void
make_children (Maker *self, const SbRegexNode *node)
{
  for (guint i = 0; node->children != NULL && i < node->children->len && !self->impossible; i++)
    make (self, g_ptr_array_index (node->children, i));
}

static void
make_alternatives (Maker *self, const SbRegexNode *node)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < node->children->len && !self->impossible; i++)
    {
      gboolean is_last = i + 1 == node->children->len;
      guint split = is_last ? 0 : emit (self, OP_SPLIT);

      make (self, g_ptr_array_index (node->children, i));
      if (is_last)
        continue;
      g_array_append_vals (ends, &(guint) { emit (self, OP_JUMP) }, 1);
      at (self, split)->a = split + 1;
      at (self, split)->b = self->program->len;
    }

  for (guint i = 0; i < ends->len; i++)
    at (self, g_array_index (ends, guint, i))->a = self->program->len;
}

static void
make_repeat (Maker *self, const SbRegexNode *node)
{
  g_autoptr (GArray) splits = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < node->least && !self->impossible; i++)
    make_children (self, node);

  if (node->most == G_MAXUINT)
    {
      guint split = emit (self, OP_SPLIT);
      guint jump;

      make_children (self, node);
      jump = emit (self, OP_JUMP);
      at (self, jump)->a = split;
      at (self, split)->a = split + 1;
      at (self, split)->b = self->program->len;
      return;
    }

  for (guint i = node->least; i < node->most && !self->impossible; i++)
    {
      g_array_append_vals (splits, &(guint) { emit (self, OP_SPLIT) }, 1);
      make_children (self, node);
    }
  for (guint i = 0; i < splits->len; i++)
    {
      guint split = g_array_index (splits, guint, i);

      at (self, split)->a = split + 1;
      at (self, split)->b = self->program->len;
    }
}

static void
make (Maker *self, const SbRegexNode *node)
{
  guint place;

  switch (node->type)
    {
    case SB_REGEX_EMPTY:
      break;
    case SB_REGEX_SET:
      self->impossible |= sb_regex_set_is_foreign (node->set);
      at (self, emit (self, OP_SET))->set = node->set;
      break;
    case SB_REGEX_SEQUENCE:
    case SB_REGEX_GROUP:
      make_children (self, node);
      break;
    case SB_REGEX_ALTERNATIVES:
      make_alternatives (self, node);
      break;
    case SB_REGEX_REPEAT:
      make_repeat (self, node);
      break;
    case SB_REGEX_BEGIN:
      emit (self, OP_BEGIN);
      break;
    case SB_REGEX_END:
      emit (self, OP_END);
      break;
    case SB_REGEX_WORD_EDGE:
      at (self, emit (self, OP_EDGE))->negated = node->negated;
      break;
    case SB_REGEX_LOOKAHEAD:
      place = emit (self, OP_LOOK);
      make_children (self, node);
      emit (self, OP_MATCH);
      at (self, place)->negated = node->negated;
      at (self, place)->a = self->program->len;
      break;
    case SB_REGEX_LOOKBEHIND:
    case SB_REGEX_BACKREFERENCE:
    default:
      self->impossible = TRUE;
      break;
    }
}

/* Whether every way through begins with "^". */
static gboolean
is_anchored (const SbRegexNode *node)
{
  switch ((int) node->type)
    {
    case SB_REGEX_BEGIN:
      return TRUE;
    case SB_REGEX_SEQUENCE:
    case SB_REGEX_GROUP:
      return node->children != NULL && is_anchored (g_ptr_array_index (node->children, 0));
    case SB_REGEX_REPEAT:
      return node->least > 0 && is_anchored (g_ptr_array_index (node->children, 0));
    case SB_REGEX_ALTERNATIVES:
      for (guint i = 0; i < node->children->len; i++)
        {
          if (!is_anchored (g_ptr_array_index (node->children, i)))
            return FALSE;
        }
      return TRUE;
    default:
      return FALSE;
    }
}

SbRegexMachine *
sb_regex_machine_new (SbRegexNode *tree)
{
  Maker maker = { .program = g_array_new (FALSE, TRUE, sizeof (Instruction)) };
  SbRegexMachine *self;

  make (&maker, tree);
  emit (&maker, OP_MATCH);
  if (maker.impossible)
    {
      g_array_unref (maker.program);
      return NULL;
    }

  self = g_new0 (SbRegexMachine, 1);
  self->n = maker.program->len;
  self->program = (gpointer) g_array_free (maker.program, FALSE);
  self->anchored = is_anchored (tree);
  self->tree = tree;
  return self;
}

void
sb_regex_machine_free (SbRegexMachine *self)
{
  g_free (self->program);
  sb_regex_node_free (self->tree);
  g_free (self);
}

/* --- searching --- */

/* The ways that are still open, as places in the program where a character is awaited. */
typedef struct
{
  guint *places;
  guint n;
} Ways;

typedef struct
{
  const SbRegexMachine *machine;
  const char *text;
  const char *end;
  SbBudget *budget;
  guint work;

  guint32 *visited; /* for each place, the round in which it was last reached */
  guint32 round;
  guint *stack;     /* places still to be reached */
} Search;

static gboolean run (const SbRegexMachine *machine, guint start, const char *text, const char *from, const char *end,
                     gboolean anchored,
                     SbBudget *budget);

static gboolean
work (Search *self, guint amount)
{
  self->work += amount;
  if (G_UNLIKELY (self->work >= 64))
    {
      self->work -= 64;
      return sb_budget_take (self->budget, 64 / WORK_PER_STEP);
    }

  return TRUE;
}

static gboolean
is_word (const char *p)
{
  return g_ascii_isalnum (*p) || *p == '_';
}

static gboolean
is_edge (const Search *self, const char *p)
{
  gboolean before = p > self->text && is_word (p - 1);
  gboolean behind = p < self->end && is_word (p);

  return before != behind;
}

static void
push (Search *self, guint *n_stack, guint place)
{
  if (self->visited[place] == self->round)
    return;

  self->visited[place] = self->round;
  self->stack[(*n_stack)++] = place;
}

/* Follows what needs no character from @place on. TRUE: that is a match. */
static gboolean
reach (Search *self, Ways *ways, guint place, const char *p)
{
  guint n_stack = 0;

  push (self, &n_stack, place);
  while (n_stack > 0)
    {
      guint next = self->stack[--n_stack];
      const Instruction *one = &self->machine->program[next];

      if (!work (self, 1))
        return FALSE;

      switch (one->op)
        {
        case OP_SET:
          ways->places[ways->n++] = next;
          break;
        case OP_SPLIT:
          push (self, &n_stack, one->b);
          push (self, &n_stack, one->a);
          break;
        case OP_JUMP:
          push (self, &n_stack, one->a);
          break;
        case OP_BEGIN:
          if (p == self->text)
            push (self, &n_stack, next + 1);
          break;
        case OP_END:
          if (p == self->end)
            push (self, &n_stack, next + 1);
          break;
        case OP_EDGE:
          if (is_edge (self, p) != one->negated)
            push (self, &n_stack, next + 1);
          break;
        case OP_LOOK:
          if (run (self->machine, next + 1, self->text, p, self->end, TRUE, self->budget) != one->negated)
            push (self, &n_stack, one->a);
          if (self->budget->left < 0)
            return FALSE;
          break;
        case OP_MATCH:
        default:
          return TRUE;
        }
    }

  return FALSE;
}

/* Over the ways for each character. */
static gboolean
follow (Search *self, guint start, const char *from, gboolean anchored, Ways *now, Ways *next)
{
  const Instruction *first = &self->machine->program[start];
  const char *p = from;

  for (;;)
    {
      Ways *swap;
      gunichar c;

      self->round++;
      if (p == from || !anchored)
        {
          /* Places that were kept count as reached. */
          for (guint i = 0; i < now->n; i++)
            self->visited[now->places[i]] = self->round;
          if (reach (self, now, start, p))
            return TRUE;
        }
      if (p == self->end || (now->n == 0 && anchored) || self->budget->left < 0)
        return FALSE;

      c = (guint8) *p < 0x80 ? (gunichar) *p : g_utf8_get_char (p);
      p = (guint8) *p < 0x80 ? p + 1 : g_utf8_next_char (p);
      if (!work (self, 1 + now->n))
        return FALSE;

      self->round++;
      next->n = 0;
      for (guint i = 0; i < now->n; i++)
        {
          guint place = now->places[i];
          const SbRegexSet *set = self->machine->program[place].set;

          if (G_UNLIKELY (set->n_scripts >= SCRIPTS_PER_WORK) && c >= 128
              && !work (self, set->n_scripts / SCRIPTS_PER_WORK))
            return FALSE;
          if (sb_regex_set_has (set, c) && reach (self, next, place + 1, p))
            return TRUE;
        }
      swap = now;
      now = next;
      next = swap;

      /* Nothing is open: on to where something can begin. */
      if (now->n == 0 && !anchored && first->op == OP_SET)
        {
          while (p < self->end && !sb_regex_set_has (first->set, (guint8) *p < 0x80
                                                     ? (gunichar) *p : g_utf8_get_char (p)))
            {
              p = g_utf8_next_char (p);
              if (!work (self, 1))
                return FALSE;
            }
        }
    }
}

static gboolean
run (const SbRegexMachine *machine, guint start, const char *text, const char *from, const char *end, gboolean anchored,
     SbBudget *budget)
{
  guint32 memory[4 * FEW];
  guint n = machine->n;
  g_autofree guint32 *more = n > FEW ? g_new (guint32, 4 * (gsize) n) : NULL;
  guint32 *words = more != NULL ? more : memory;
  Search search = { .machine = machine, .text = text, .end = end, .budget = budget };
  Ways now = { words, 0 };
  Ways next = { words + n, 0 };
  gboolean found;

  G_STATIC_ASSERT (sizeof (guint) == sizeof (guint32));

  search.stack = words + 2 * n;
  search.visited = words + 3 * n;
  memset (search.visited, 0, n * sizeof search.visited[0]);
  found = sb_budget_take (budget, 5 + n / 32) && follow (&search, start, from, anchored, &now, &next);
  sb_budget_take (budget, search.work / WORK_PER_STEP);

  return found;
}

gsize
sb_regex_machine_get_size (const SbRegexMachine *self)
{
  return self->n * sizeof self->program[0];
}

gboolean
sb_regex_machine_search (const SbRegexMachine *self, const char *text, gsize length, SbBudget *budget)
{
  return run (self, 0, text, text, text + length, self->anchored, budget);
}
