/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What can be set. The number is also the property's. */
typedef enum
{
  SB_SETTING_LISTEN_ADDRESS = 1,
  SB_SETTING_PORT,
  SB_SETTING_ALLOWED_ORIGINS,
  SB_SETTING_TOKENS_IN_URL,
  SB_SETTING_MAX_CLIENTS,
  SB_SETTING_MAX_CLIENTS_PER_ADDRESS,
  SB_SETTING_MAX_ATTEMPTS,
  SB_SETTING_MAX_MESSAGE_SIZE,
  SB_SETTING_MAX_BACKLOG,
  SB_SETTING_MAX_DEPTH,
  SB_SETTING_MAX_MEMBERS,
  SB_SETTING_MAX_VALUES,
  SB_SETTING_MAX_REJECTED,
  SB_SETTING_MESSAGES_PER_SECOND,
  SB_SETTING_ALLOW_BINARY,
  SB_SETTING_PING_INTERVAL,
  SB_SETTING_PONG_TIMEOUT,
  SB_SETTING_HANDSHAKE_TIMEOUT,
  SB_SETTING_CLOSE_TIMEOUT,
  SB_SETTING_START_ON_LAUNCH,
  SB_SETTING_LANES,
  SB_SETTING_TLS_CERTIFICATE,
  SB_SETTING_TLS_KEY,
  SB_SETTING_MAX_QUEUED_MEMORY,
  SB_SETTING_MAX_ERROR_REPLIES,
  SB_SETTING_DRAIN_TIMEOUT,
  SB_SETTING_REQUIRE_JSON,
  SB_SETTING_COMPRESSION,
  SB_SETTING_TRAFFIC_MESSAGES,
  SB_SETTING_TRAFFIC_MEMORY,
  SB_SETTING_AUDIT_ENTRIES,
  SB_SETTING_AUDIT_DAYS,
  SB_SETTING_HISTORY_BROADCASTS,
  SB_SETTING_HISTORY_DAYS,
  SB_SETTING_RECENTLY_LEFT,
  SB_SETTING_METRICS_LISTEN,
  SB_N_SETTINGS,
} SbSettingId;

typedef enum
{
  SB_SETTING_NUMBER,  /* uint */
  SB_SETTING_SIZE,    /* uint; as text in bytes, or with KiB or MiB */
  SB_SETTING_BOOLEAN,
  SB_SETTING_ADDRESS, /* string */
  SB_SETTING_FILE,    /* string: an absolute path, or empty for none */
  SB_SETTING_ENDPOINT, /* string: an address and a port, or empty for none */
  SB_SETTING_ORIGINS, /* strv; as text separated by commas, semicolons or white space */
} SbSettingKind;

/**
 * SbSetting:
 *
 * One thing that can be set: a row of the one table from which properties, key file, texts and checks are made.
 * Constant, any thread.
 */
typedef struct
{
  const char *key; /* of the key file and of the property */
  SbSettingKind kind;
  guint initial;   /* a number's or a boolean's default; the others' is in sb-setting.c */
  guint min;
  guint max;
} SbSetting;

const SbSetting *sb_setting_get        (SbSettingId id);
const SbSetting *sb_setting_find       (const char *key, SbSettingId *id /* out */); /* NULL: no such key */
GParamSpec      *sb_setting_make_pspec (const SbSetting *self);
/* @value: unset, it is set to the default. */
void             sb_setting_init_value (const SbSetting *self, GValue *value);
/* Puts what a program set into the one way to write it ("LOCALHOST" is "127.0.0.1"), or says what is wrong with it.
 * @value is of the property's type; @canonical: unset. Errors: SB_SETTINGS_ERROR_VALUE, a sentence that begins with the
 * key. */
gboolean         sb_setting_check      (const SbSetting *self, const GValue *value, GValue *canonical, GError **error);
gboolean         sb_setting_parse      (const SbSetting *self, const char *text, GValue *canonical, GError **error);
/* What an endpoint's canonical text is made of. @address: (out) (transfer full): NULL for all. FALSE: it is empty. */
gboolean         sb_setting_split_endpoint (const char *text, GInetAddress **address, guint16 *port);
/* What sb_setting_parse() reads as the same value. */
char            *sb_setting_to_text    (const SbSetting *self, const GValue *value);

G_END_DECLS
