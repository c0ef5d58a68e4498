/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-frame-reader.h"

#include "net/sb-utf8.h"

#include <string.h>

#define FIN 0x80
#define RESERVED 0x70
#define RSV1 0x40
#define OPCODE 0x0F
#define CONTROL 0x08
#define MASKED 0x80
#define LENGTH 0x7F
#define MAX_CONTROL_PAYLOAD 125
#define MASK_LENGTH 4

typedef enum
{
  FAILURE_NONE,
  FAILURE_RESERVED_BIT,
  FAILURE_UNKNOWN_OPCODE,
  FAILURE_FRAGMENTED_CONTROL,
  FAILURE_NOTHING_TO_CONTINUE,
  FAILURE_MESSAGE_UNFINISHED,
  FAILURE_NOT_MASKED,
  FAILURE_CONTROL_TOO_LONG,
  FAILURE_CLOSE_BODY,
  FAILURE_LENGTH_NOT_MINIMAL,
  FAILURE_LENGTH_TOP_BIT,
  FAILURE_TOO_BIG,
  FAILURE_CLOSE_CODE,
  FAILURE_NOT_UTF8,
  FAILURE_DAMAGED,
  FAILURE_BUSY,
} Failure;

static const SbFrameError failures[] = {
  [FAILURE_NONE] = { 0, NULL },
  [FAILURE_RESERVED_BIT] = { 1002, "reserved bit set" },
  [FAILURE_UNKNOWN_OPCODE] = { 1002, "unknown opcode" },
  [FAILURE_FRAGMENTED_CONTROL] = { 1002, "fragmented control frame" },
  [FAILURE_NOTHING_TO_CONTINUE] = { 1002, "nothing to continue" },
  [FAILURE_MESSAGE_UNFINISHED] = { 1002, "message before it unfinished" },
  [FAILURE_NOT_MASKED] = { 1002, "not masked" },
  [FAILURE_CONTROL_TOO_LONG] = { 1002, "control frame too long" },
  [FAILURE_CLOSE_BODY] = { 1002, "close frame of one byte" },
  [FAILURE_LENGTH_NOT_MINIMAL] = { 1002, "length not in its shortest form" },
  [FAILURE_LENGTH_TOP_BIT] = { 1002, "length negative" },
  [FAILURE_TOO_BIG] = { 1009, "message too big" },
  [FAILURE_CLOSE_CODE] = { 1002, "close code not allowed" },
  [FAILURE_NOT_UTF8] = { 1007, "not UTF-8" },
  [FAILURE_DAMAGED] = { 1002, "compressed data damaged" },
  [FAILURE_BUSY] = { 1013, "too much at once" },
};

typedef enum
{
  STEP_GO_ON,
  STEP_STOPPED, /* by a callback: self may be gone */
  STEP_FAILED,  /* self->failure says why */
} Step;

void
sb_frame_reader_init (SbFrameReader *self, gsize max_message)
{
  g_return_if_fail (self != NULL);

  memset (self, 0, sizeof *self);
  sb_frame_reader_set_max_message (self, max_message);
}

static void
release_inflater (SbFrameReader *self)
{
  if (self->inflater != NULL)
    sb_deflate_give_inflater (self->deflate, g_steal_pointer (&self->inflater));
}

/* Frees what it holds. It must be initialised before it is used again. */
void
sb_frame_reader_clear (SbFrameReader *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->joined, g_byte_array_unref);
  g_clear_pointer (&self->control, g_free);
  release_inflater (self);
}

gsize
sb_frame_reader_get_pending (const SbFrameReader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->joined != NULL ? self->joined->len : 0;
}

gsize
sb_frame_reader_get_memory (const SbFrameReader *self)
{
  gsize size = sb_frame_reader_get_pending (self);

  /* A GByteArray grows to the next power of two. */
  if (size > 0)
    size = (gsize) 1 << g_bit_storage (size - 1);

  return size + (self->inflater != NULL ? SB_DEFLATE_INFLATER_SIZE : 0);
}

void
sb_frame_reader_set_max_message (SbFrameReader *self, gsize max_message)
{
  g_return_if_fail (self != NULL);

  self->max_message = MIN (max_message, G_MAXINT32); /* what a GByteArray can hold */
}

void
sb_frame_reader_set_deflate (SbFrameReader *self, SbDeflate *deflate)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->inflater == NULL);

  self->deflate = deflate;
}

static gboolean
begins_message (guint8 opcode)
{
  return opcode == SB_OPCODE_TEXT || opcode == SB_OPCODE_BINARY;
}

static Failure
check_first_byte (const SbFrameReader *self, guint8 byte)
{
  guint8 opcode = byte & OPCODE;
  guint8 reserved = byte & RESERVED;

  /* RFC 7692 §6: the first bit says "compressed", on the first frame of a message only, and only where that was agreed
   * on. */
  if (reserved != 0 && !(reserved == RSV1 && self->deflate != NULL && begins_message (opcode)))
    return FAILURE_RESERVED_BIT;

  switch (opcode)
    {
    case SB_OPCODE_CONTINUATION:
      return self->message_opcode != 0 ? FAILURE_NONE : FAILURE_NOTHING_TO_CONTINUE;
    case SB_OPCODE_TEXT:
    case SB_OPCODE_BINARY:
      return self->message_opcode == 0 ? FAILURE_NONE : FAILURE_MESSAGE_UNFINISHED;
    case SB_OPCODE_CLOSE:
    case SB_OPCODE_PING:
    case SB_OPCODE_PONG:
      return (byte & FIN) != 0 ? FAILURE_NONE : FAILURE_FRAGMENTED_CONTROL;
    default:
      return FAILURE_UNKNOWN_OPCODE;
    }
}

static Failure
check_second_byte (guint8 opcode, guint8 byte)
{
  guint8 length = byte & LENGTH;

  if ((byte & MASKED) == 0)
    return FAILURE_NOT_MASKED;
  if ((opcode & CONTROL) != 0 && length > MAX_CONTROL_PAYLOAD)
    return FAILURE_CONTROL_TOO_LONG;
  if (opcode == SB_OPCODE_CLOSE && length == 1)
    return FAILURE_CLOSE_BODY;
  return FAILURE_NONE;
}

/* How many bytes stand between the second byte and the mask. */
static gsize
length_bytes (guint8 second_byte)
{
  switch (second_byte & LENGTH)
    {
    case 126: return 2;
    case 127: return 8;
    default: return 0;
    }
}

static Failure
read_length (const guint8 *header, guint64 *length)
{
  guint16 wire16;
  guint64 wire64;

  switch (header[1] & LENGTH)
    {
    case 126:
      memcpy (&wire16, header + 2, sizeof wire16);
      *length = GUINT16_FROM_BE (wire16);
      return *length > 125 ? FAILURE_NONE : FAILURE_LENGTH_NOT_MINIMAL;
    case 127:
      memcpy (&wire64, header + 2, sizeof wire64);
      *length = GUINT64_FROM_BE (wire64);
      if (*length > G_MAXINT64)
        return FAILURE_LENGTH_TOP_BIT;
      return *length > 0xFFFF ? FAILURE_NONE : FAILURE_LENGTH_NOT_MINIMAL;
    default:
      *length = header[1] & LENGTH;
      return FAILURE_NONE;
    }
}

static Failure
check_size (const SbFrameReader *self, guint8 first_byte, guint64 length)
{
  gboolean compressed = (first_byte & RSV1) != 0 || self->inflater != NULL;
  guint64 had = self->inflater != NULL ? sb_inflater_get_length (self->inflater) : sb_frame_reader_get_pending (self);
  guint64 max = self->max_message;

  if ((first_byte & CONTROL) != 0)
    return FAILURE_NONE;
  if (compressed)
    max += max / 8 + 64;
  if (had > max || length > max - had)
    return FAILURE_TOO_BIG;
  return FAILURE_NONE;
}

/* Checks whatever @have bytes tell of a header, so that a bad one is refused before the rest of it comes. Sets @need to
 * the header's whole length as far as it is known, and once the length field is there, @length. */
static Failure
check_header (const SbFrameReader *self, const guint8 *header, gsize have, gsize *need, guint64 *length)
{
  guint8 opcode = header[0] & OPCODE;
  Failure failure;
  gsize before_mask;

  *need = 2 + MASK_LENGTH;
  if ((failure = check_first_byte (self, header[0])) != FAILURE_NONE || have < 2)
    return failure;
  if ((failure = check_second_byte (opcode, header[1])) != FAILURE_NONE)
    return failure;

  before_mask = 2 + length_bytes (header[1]);
  *need = before_mask + MASK_LENGTH;
  if (have < before_mask)
    return FAILURE_NONE;
  if ((failure = read_length (header, length)) != FAILURE_NONE)
    return failure;
  return check_size (self, header[0], *length);
}

/* Takes the header from the front of the buffer: afterwards in_payload, or the buffer is used up, or it failed. */
static Step
take_header (SbFrameReader *self, guint8 **data, gsize *length)
{
  const guint8 *header = *data;
  gsize have = *length;
  gsize kept = self->header_have; /* of an earlier read */
  gsize need;
  guint64 payload_length = 0;

  if (kept > 0)
    {
      gsize more = MIN (*length, sizeof self->header - kept);

      memcpy (self->header + kept, *data, more);
      header = self->header;
      have = kept + more;
    }

  self->failure = check_header (self, header, have, &need, &payload_length);
  if (self->failure != FAILURE_NONE)
    return STEP_FAILED;

  if (have < need)
    {
      if (kept == 0)
        memcpy (self->header, header, have);
      self->header_have = have;
      *length = 0;
      return STEP_GO_ON;
    }

  self->opcode = header[0] & OPCODE;
  self->fin = (header[0] & FIN) != 0;
  if (begins_message (self->opcode))
    self->compressed = (header[0] & RSV1) != 0;
  memcpy (self->mask, header + need - MASK_LENGTH, MASK_LENGTH);
  self->payload_left = payload_length;
  self->in_payload = TRUE;
  self->header_have = 0;
  *data += need - kept;
  *length -= need - kept;
  return STEP_GO_ON;
}

/* Unmasks and leaves the mask turned for the byte that comes next. */
static void
unmask (SbFrameReader *self, guint8 *data, gsize length)
{
  guint turn = length % MASK_LENGTH;

  sb_frame_unmask (data, length, self->mask, 0);
  if (turn != 0)
    {
      guint8 mask[MASK_LENGTH];

      for (guint i = 0; i < MASK_LENGTH; i++)
        mask[i] = self->mask[(i + turn) % MASK_LENGTH];
      memcpy (self->mask, mask, MASK_LENGTH);
    }
}

static Failure
check_close_body (const guint8 *body, gsize length)
{
  guint32 state = 0;

  if (length == 0)
    return FAILURE_NONE;
  if (length == 1)
    return FAILURE_CLOSE_BODY;
  if (!sb_close_code_is_valid (body[0] << 8 | body[1]))
    return FAILURE_CLOSE_CODE;
  if (!sb_utf8_push (&state, body + 2, length - 2) || state != 0)
    return FAILURE_NOT_UTF8;
  return FAILURE_NONE;
}

/* @data: the next @length bytes of a control frame's payload, already counted off payload_left. */
static Step
take_control (SbFrameReader *self, guint8 *data, gsize length, const SbFrameReaderFuncs *funcs, gpointer user_data)
{
  g_autofree guint8 *kept = NULL;
  SbOpcode opcode = self->opcode;

  unmask (self, data, length);
  if (self->payload_left > 0 || self->control != NULL)
    {
      if (self->control == NULL)
        self->control = g_malloc (MAX_CONTROL_PAYLOAD);
      memcpy (self->control + self->control_have, data, length);
      self->control_have += length;
      if (self->payload_left > 0)
        return STEP_GO_ON;

      data = kept = g_steal_pointer (&self->control);
      length = self->control_have;
      self->control_have = 0;
    }

  self->in_payload = FALSE;
  if (opcode == SB_OPCODE_CLOSE)
    {
      self->failure = check_close_body (data, length);
      if (self->failure != FAILURE_NONE)
        return STEP_FAILED;
      self->closed = TRUE;
    }
  return funcs->control (user_data, opcode, data, length) ? STEP_GO_ON : STEP_STOPPED;
}

static Failure
check_text (SbFrameReader *self, SbOpcode opcode, const guint8 *data, gsize length, gboolean whole)
{
  if (opcode != SB_OPCODE_TEXT)
    return FAILURE_NONE;
  if (!sb_utf8_push (&self->utf8_state, data, length) || (whole && self->utf8_state != 0))
    return FAILURE_NOT_UTF8;
  return FAILURE_NONE;
}

/* Joins what @data stands for to what came of the message before. */
static Failure
join_compressed (SbFrameReader *self, const guint8 *data, gsize length, gboolean whole)
{
  gsize before = self->joined->len;
  gsize more;
  SbInflated result;
  Failure failure;

  if (before > self->max_message) /* the limit was lowered meanwhile */
    return FAILURE_TOO_BIG;
  if (self->inflater == NULL)
    self->inflater = sb_deflate_take_inflater (self->deflate);
  if (self->inflater == NULL)
    return FAILURE_BUSY;
  result = sb_inflater_push (self->inflater, data, length, whole, self->max_message, self->joined);
  more = self->joined->len - before;
  failure = check_text (self, self->message_opcode, more > 0 ? self->joined->data + before : NULL, more,
                        whole && result == SB_INFLATED_OK);
  if (failure != FAILURE_NONE || result == SB_INFLATED_OK)
    return failure;
  return result == SB_INFLATED_TOO_BIG ? FAILURE_TOO_BIG : FAILURE_DAMAGED;
}

/* Joins @data to what came of the message before. @whole: it ends with these bytes. */
static Step
take_joined (SbFrameReader            *self,
             guint8                   *data,
             gsize                     length,
             gboolean                  whole,
             const SbFrameReaderFuncs *funcs,
             gpointer                  user_data)
{
  g_autoptr (GByteArray) message = NULL;
  SbOpcode opcode = self->message_opcode;

  if (self->joined == NULL)
    self->joined = g_byte_array_new ();
  if (!self->compressed)
    g_byte_array_append (self->joined, data, length);
  else if ((self->failure = join_compressed (self, data, length, whole)) != FAILURE_NONE)
    return STEP_FAILED;
  if (!whole)
    return STEP_GO_ON;

  release_inflater (self);
  message = g_steal_pointer (&self->joined);
  self->message_opcode = 0;
  if (message->len > 0)
    data = message->data;
  return funcs->message (user_data, opcode, data, message->len) ? STEP_GO_ON : STEP_STOPPED;
}

/* @data: the next @length bytes of a data frame's payload, already counted off payload_left. */
static Step
take_data (SbFrameReader *self, guint8 *data, gsize length, const SbFrameReaderFuncs *funcs, gpointer user_data)
{
  gboolean alone = self->message_opcode == 0; /* nothing of the message came before these bytes */
  gboolean whole = self->fin && self->payload_left == 0;
  SbOpcode opcode = alone ? self->opcode : self->message_opcode;

  unmask (self, data, length);
  self->in_payload = self->payload_left > 0;
  if (!self->compressed && (self->failure = check_text (self, opcode, data, length, whole)) != FAILURE_NONE)
    return STEP_FAILED;

  if (alone && whole && !self->compressed)
    return funcs->message (user_data, opcode, data, length) ? STEP_GO_ON : STEP_STOPPED;

  self->message_opcode = opcode;
  return take_joined (self, data, length, whole, funcs, user_data);
}

static Step
take_payload (SbFrameReader *self, guint8 **data, gsize *length, const SbFrameReaderFuncs *funcs, gpointer user_data)
{
  guint8 *payload = *data;
  gsize n = MIN (self->payload_left, *length);

  *data += n;
  *length -= n;
  self->payload_left -= n;
  if ((self->opcode & CONTROL) != 0)
    return take_control (self, payload, n, funcs, user_data);
  return take_data (self, payload, n, funcs, user_data);
}

gboolean
sb_frame_reader_push (SbFrameReader            *self,
                      guint8                   *data,
                      gsize                     length,
                      const SbFrameReaderFuncs *funcs,
                      gpointer                  user_data,
                      SbFrameError             *error)
{
  Step step = STEP_GO_ON;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (funcs != NULL, FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  if (self->failure != FAILURE_NONE)
    step = STEP_FAILED;

  while (step == STEP_GO_ON && length > 0 && !self->closed)
    {
      if (!self->in_payload)
        step = take_header (self, &data, &length);
      if (step == STEP_GO_ON && self->in_payload)
        step = take_payload (self, &data, &length, funcs, user_data);
    }

  if (step == STEP_FAILED)
    {
      *error = failures[self->failure];
      release_inflater (self);
    }
  return step != STEP_FAILED;
}

/* Sixteen bytes are one SSE2 or NEON register; where there is none, the compiler makes two words of it. */
typedef guint64 Block __attribute__ ((vector_size (16)));

void
sb_frame_unmask (guint8 *data, gsize length, const guint8 mask[4], guint offset)
{
  guint8 turned[8];
  guint64 word;
  gsize i = 0;

  for (guint j = 0; j < sizeof turned; j++)
    turned[j] = mask[(j + offset) % MASK_LENGTH];
  memcpy (&word, turned, sizeof word);

  for (; length - i >= 2 * sizeof (Block); i += 2 * sizeof (Block))
    {
      Block blocks[2];

      memcpy (blocks, data + i, sizeof blocks);
      blocks[0] ^= word;
      blocks[1] ^= word;
      memcpy (data + i, blocks, sizeof blocks);
    }
  for (; length - i >= sizeof word; i += sizeof word)
    {
      guint64 part;

      memcpy (&part, data + i, sizeof part);
      part ^= word;
      memcpy (data + i, &part, sizeof part);
    }
  for (; i < length; i++)
    data[i] ^= turned[i % MASK_LENGTH];
}
