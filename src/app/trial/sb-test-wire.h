/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SbTestWire:
 *
 * One WebSocket connection as any program would make it, on a thread of its own, so that no flood and no slow handshake holds the thread
 * that asked for it. What happens is collected, at most %SB_TEST_WIRE_MAX_MESSAGES messages of it, until it is taken; who asked is told
 * at most every %SB_TEST_WIRE_PERIOD ms that there is something, and less often where dealing with it takes long. All functions are for the thread that made it, which runs its
 * thread-default main context.
 */
typedef struct _SbTestWire SbTestWire;

#define SB_TEST_WIRE_MAX_MESSAGES 1000
#define SB_TEST_WIRE_MAX_BYTES (16 << 20) /* of their beginnings */
#define SB_TEST_WIRE_MAX_KEPT (64 << 10)  /* bytes of one message that are kept */
#define SB_TEST_WIRE_PERIOD 50

typedef enum
{
  SB_TEST_WIRE_OPENED,
  SB_TEST_WIRE_REFUSED, /* by an answer in HTTP; it is the last event */
  SB_TEST_WIRE_FAILED,  /* there was no answer, or none that makes sense; the last event */
  SB_TEST_WIRE_MESSAGE,
  SB_TEST_WIRE_CLOSED,  /* the last event */
} SbTestWireKind;

typedef struct
{
  SbTestWireKind kind;
  gint64 time;     /* real time, µs */
  guint number;    /* opened: this end's port; refused: the status; closed: the code, 0 where the connection was lost */
  gboolean asked;  /* closed: by sb_test_wire_close() */
  char *code;      /* refused: "invalid_token"; NULL: the answer names none */
  char *text;      /* refused, failed: a sentence; closed: the reason. Nullable */
  gboolean binary;
  GBytes *payload; /* message: its beginning */
  guint64 size;    /* message: of all of it, in bytes */
} SbTestWireEvent;

void        sb_test_wire_event_free (SbTestWireEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestWireEvent, sb_test_wire_event_free)

/* @uri: with path and query. @secret (nullable): sent as a bearer token (RFC 6750 §2.1); only visible ASCII. @certificate (nullable): the only one that is
 * accepted, whoever signed it. @func: there are events to be taken. */
SbTestWire *sb_test_wire_new   (GUri *uri, const char *secret, GTlsCertificate *certificate, GFunc func, gpointer user_data);
/* What happened since the last time, oldest first: (element-type SbTestWireEvent) (transfer full). @n_lost: messages that are not among it, older
 * than those that are. */
GPtrArray  *sb_test_wire_take  (SbTestWire *self, guint64 *n_lost);
/* A text message. Nothing happens once it is closed. */
void        sb_test_wire_send  (SbTestWire *self, GBytes *text);
/* Gives up connecting, or says good-bye (1000). The answer is an event. */
void        sb_test_wire_close (SbTestWire *self);
/* Closes, where it is not closed; nobody is told anything any more. */
void        sb_test_wire_free  (SbTestWire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestWire, sb_test_wire_free)

G_END_DECLS
