/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbTestClient:
 *
 * A WebSocket client that does as it is told, wrong things too: every byte, header and bit is the test's to choose.
 * Over a plain socket, or TLS around it, with none of the engine's code in it, so that it can't share a mistake with what it tests.
 *
 * Every call that waits iterates the default main context meanwhile, so that an engine in the same thread goes on; main
 * thread only. What takes longer than SB_TEST_DEADLINE fails the test, as does whatever the server sends that no server
 * may (a masked frame, a length that is not the shortest, …).
 */
typedef struct _SbTestClient SbTestClient;

typedef struct
{
  guint status;
  GHashTable *headers; /* name in lower case → value; several of one name joined with ", " */
  char *body;          /* ended by NUL, which does not count */
  gsize body_length;
} SbTestResponse;
/* NULL: the response has no such header. @name: in lower case. */
const char *sb_test_response_get_header (const SbTestResponse *self, const char *name);
void        sb_test_response_free       (SbTestResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestResponse, sb_test_response_free)

typedef struct
{
  guint8 opcode;
  gboolean fin;
  guint8 *payload;   /* ended by NUL, which does not count */
  gsize length;
  guint16 close_code; /* of a close frame; 0: it has none */
  gsize wire_length;  /* of the payload as it came; shorter where it was compressed */
  gboolean deflated;
} SbTestFrame;
/* The payload of a text, or the reason of a close frame. */
const char *sb_test_frame_get_text (const SbTestFrame *self);
void        sb_test_frame_free     (SbTestFrame *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestFrame, sb_test_frame_free)

/* Whether those that connect from now on speak TLS. */
void          sb_test_clients_speak_tls (gboolean speak);
/* Connects to 127.0.0.1:@port. */
SbTestClient *sb_test_client_new      (guint16 port);
/* Connects from the IPv4 @source ("127.0.0.9"; NULL: any), with that many bytes of receive buffer (0: as the system
 * likes), for a client that is slow. */
SbTestClient *sb_test_client_new_full (guint16 port, const char *source, int receive_buffer);
/* Connects, and does a handshake that must succeed. @token NULL: none. */
SbTestClient *sb_test_client_new_open (guint16 port, const char *path, const char *token);
void          sb_test_client_free     (SbTestClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestClient, sb_test_client_free)

/* Whether somebody listens on 127.0.0.1:@port. */
gboolean      sb_test_can_connect     (guint16 port);

/* The client's own port. */
guint16   sb_test_client_get_port   (SbTestClient *self);
/* How many text and binary messages it has received with sb_test_client_receive() and what is made of it. */
guint64   sb_test_client_get_count  (SbTestClient *self);

/* FALSE: the server has cut the connection, and some of the bytes may be lost. */
gboolean  sb_test_client_send_bytes (SbTestClient *self, const void *bytes, gsize length);
/* Sends what the socket takes now, without waiting; returns how much that was, -1 when the connection is cut. */
gssize    sb_test_client_send_some  (SbTestClient *self, const void *bytes, gsize length);
/* No more is sent; receiving goes on. */
void      sb_test_client_end_sending (SbTestClient *self);
/* Cuts the connection with a TCP reset. */
void      sb_test_client_reset      (SbTestClient *self);

/* Sends a handshake as RFC 6455 §4.1 wants it. @token NULL: no Authorization. @headers NULL: no more of them, else
 * whole lines, each ended by "\r\n". */
void            sb_test_client_send_handshake   (SbTestClient *self, const char *path, const char *token,
                                                 const char *headers);
/* Waits for the response; NULL: the server closed without one. Checks Sec-WebSocket-Accept of a 101 if a handshake
 * was sent. */
SbTestResponse *sb_test_client_receive_response (SbTestClient *self);
/* From now on messages may come compressed; they are unpacked with a window of so many bits. */
void            sb_test_client_set_window_bits  (SbTestClient *self, guint window_bits);
/* What is asked for is a HEAD: the response has no body. */
void            sb_test_client_set_head_only    (SbTestClient *self);
/* The two in one; must be answered. */
SbTestResponse *sb_test_client_handshake        (SbTestClient *self, const char *path, const char *token,
                                                 const char *headers);

/* @first: FIN, reserved bits and opcode as they go over the wire. Masked at random. */
gboolean  sb_test_client_send_frame  (SbTestClient *self, guint8 first, const void *payload, gsize length);
gboolean  sb_test_client_send_text   (SbTestClient *self, const char *text);
gboolean  sb_test_client_send_binary (SbTestClient *self, const void *payload, gsize length);
gboolean  sb_test_client_send_ping   (SbTestClient *self, const char *payload);
/* @code 0: without a body. @reason nullable. */
gboolean  sb_test_client_send_close  (SbTestClient *self, guint16 code, const char *reason);

/* The next frame, pings and pongs included; NULL: the connection is at its end. */
SbTestFrame *sb_test_client_receive         (SbTestClient *self);
/* The same, answering pings and passing over pongs. */
SbTestFrame *sb_test_client_receive_message (SbTestClient *self);
/* Waits for the connection's end; returns how many bytes came before it. They are there to be taken. */
gsize        sb_test_client_receive_all     (SbTestClient *self);
/* Reads what has come, without waiting and without taking frames off; returns how many bytes are there to be taken. */
gsize        sb_test_client_peek            (SbTestClient *self);

/* The next message must be this. */
void sb_test_client_expect_text   (SbTestClient *self, const char *text);
void sb_test_client_expect_binary (SbTestClient *self, const void *payload, gsize length);
/* The next message must be a text that contains each of the strings (NULL-terminated). Returns it, to be freed. */
char *sb_test_client_expect_text_with (SbTestClient *self, ...) G_GNUC_NULL_TERMINATED;
/* The next frame but pings and pongs must be a close frame with this code and a reason that begins so; it is
 * answered, and then the connection must come to its end. */
void sb_test_client_expect_close  (SbTestClient *self, guint16 code, const char *reason);
/* Nothing more may come, but the connection's end (a reset will do). */
void sb_test_client_expect_end    (SbTestClient *self);
/* Sends a ping with a payload of its own, and fails when anything but its pong and pings comes first. What the
 * server sent this client in answer to what was sent before would have come first. */
void sb_test_client_expect_silence (SbTestClient *self);
/* Closes with 1000, and waits for the answer and the end. Messages on the way are passed over. */
void sb_test_client_close         (SbTestClient *self);

G_END_DECLS
