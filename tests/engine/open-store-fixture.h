/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the single stores share: a database that is open. */

#include "store-fixture.h"

typedef struct
{
  StoreFixture store;
  SbDatabase *database;
} Fixture;

static inline void
set_up (Fixture *self, gconstpointer data)
{
  store_fixture_set_up (&self->store, data);
  self->database = store_open_well (self->store.path);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  store_close (self->database);
  store_fixture_tear_down (&self->store, data);
}

static inline void
reopen (Fixture *self)
{
  store_close (self->database);
  self->database = store_open_well (self->store.path);
}
