/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-setting.h"

#include "rules/sb-json-guard.h"
#include "sb-origin-text.h"
#include "sb-settings.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define KIB 1024u
#define MIB (1024u * 1024u)
#define DEFAULT_ADDRESS "127.0.0.1"
#define MAX_ORIGINS 256

/* docs/limits.md says what each does. */
static const SbSetting settings[SB_N_SETTINGS] = {
  [SB_SETTING_LISTEN_ADDRESS] = { "listen-address", SB_SETTING_ADDRESS },
  [SB_SETTING_PORT] = { "port", SB_SETTING_NUMBER, 8080, 0, 65535 },
  [SB_SETTING_ALLOWED_ORIGINS] = { "allowed-origins", SB_SETTING_ORIGINS },
  [SB_SETTING_TOKENS_IN_URL] = { "tokens-in-url", SB_SETTING_BOOLEAN, FALSE },
  [SB_SETTING_MAX_CLIENTS] = { "max-clients", SB_SETTING_NUMBER, 10000, 1, 1000000 },
  [SB_SETTING_MAX_CLIENTS_PER_ADDRESS] = { "max-clients-per-address", SB_SETTING_NUMBER, 1000, 1, 1000000 },
  [SB_SETTING_MAX_ATTEMPTS] = { "max-attempts", SB_SETTING_NUMBER, 30, 1, 1000000 },
  [SB_SETTING_MAX_MESSAGE_SIZE] = { "max-message-size", SB_SETTING_SIZE, MIB, 128, 64 * MIB },
  [SB_SETTING_MAX_BACKLOG] = { "max-backlog", SB_SETTING_SIZE, MIB, 4 * KIB, 1024 * MIB },
  [SB_SETTING_MAX_DEPTH] = { "max-depth", SB_SETTING_NUMBER, 64, 1, SB_JSON_MAX_DEPTH },
  [SB_SETTING_MAX_MEMBERS] = { "max-members", SB_SETTING_NUMBER, 256, 1, 65536 },
  [SB_SETTING_MAX_VALUES] = { "max-values", SB_SETTING_NUMBER, 50000, 1, 10000000 },
  [SB_SETTING_MAX_REJECTED] = { "max-rejected", SB_SETTING_NUMBER, 60, 1, 1000000 },
  [SB_SETTING_MESSAGES_PER_SECOND] = { "messages-per-second", SB_SETTING_NUMBER, 0, 0, 1000000 },
  [SB_SETTING_ALLOW_BINARY] = { "allow-binary", SB_SETTING_BOOLEAN, TRUE },
  [SB_SETTING_PING_INTERVAL] = { "ping-interval", SB_SETTING_NUMBER, 25, 1, 3600 },
  [SB_SETTING_PONG_TIMEOUT] = { "pong-timeout", SB_SETTING_NUMBER, 20, 1, 3600 },
  [SB_SETTING_HANDSHAKE_TIMEOUT] = { "handshake-timeout", SB_SETTING_NUMBER, 10, 1, 300 },
  [SB_SETTING_CLOSE_TIMEOUT] = { "close-timeout", SB_SETTING_NUMBER, 5, 1, 60 },
  [SB_SETTING_START_ON_LAUNCH] = { "start-on-launch", SB_SETTING_BOOLEAN, TRUE },
  [SB_SETTING_LANES] = { "lanes", SB_SETTING_NUMBER, 0, 0, 64 },
  [SB_SETTING_TLS_CERTIFICATE] = { "tls-certificate", SB_SETTING_FILE },
  [SB_SETTING_TLS_KEY] = { "tls-key", SB_SETTING_FILE },
  [SB_SETTING_MAX_QUEUED_MEMORY] = { "max-queued-memory", SB_SETTING_SIZE, 256 * MIB, MIB, 4095 * MIB },
  [SB_SETTING_MAX_ERROR_REPLIES] = { "max-error-replies", SB_SETTING_NUMBER, 10, 1, 1000 },
  [SB_SETTING_DRAIN_TIMEOUT] = { "drain-timeout", SB_SETTING_NUMBER, 5, 1, 300 },
  [SB_SETTING_REQUIRE_JSON] = { "require-json", SB_SETTING_BOOLEAN, TRUE },
  [SB_SETTING_COMPRESSION] = { "compression", SB_SETTING_BOOLEAN, FALSE },
  [SB_SETTING_TRAFFIC_MESSAGES] = { "traffic-messages", SB_SETTING_NUMBER, 100000, 1, 1000000 },
  [SB_SETTING_TRAFFIC_MEMORY] = { "traffic-memory", SB_SETTING_SIZE, 64 * MIB, 64 * KIB, 1024 * MIB },
  [SB_SETTING_AUDIT_ENTRIES] = { "audit-entries", SB_SETTING_NUMBER, 100000, 100, 1000000 },
  [SB_SETTING_AUDIT_DAYS] = { "audit-days", SB_SETTING_NUMBER, 0, 0, 36500 },
  [SB_SETTING_HISTORY_BROADCASTS] = { "history-broadcasts", SB_SETTING_NUMBER, 1000, 1, 10000 },
  [SB_SETTING_HISTORY_DAYS] = { "history-days", SB_SETTING_NUMBER, 0, 0, 36500 },
  [SB_SETTING_RECENTLY_LEFT] = { "recently-left", SB_SETTING_NUMBER, 1000, 1, 100000 },
  [SB_SETTING_METRICS_LISTEN] = { "metrics-listen", SB_SETTING_ENDPOINT },
};

const SbSetting *
sb_setting_get (SbSettingId id)
{
  g_return_val_if_fail (id > 0 && id < SB_N_SETTINGS, NULL);

  return &settings[id];
}

const SbSetting *
sb_setting_find (const char *key, SbSettingId *id)
{
  g_return_val_if_fail (key != NULL, NULL);

  for (guint i = 1; i < SB_N_SETTINGS; i++)
    {
      if (g_str_equal (key, settings[i].key))
        {
          *id = (SbSettingId) i;
          return &settings[i];
        }
    }

  return NULL;
}

/**
 * sb_setting_make_pspec:
 *
 * Returns: (transfer floating): the property, with range and default
 */
GParamSpec *
sb_setting_make_pspec (const SbSetting *self)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  switch (self->kind)
    {
    case SB_SETTING_NUMBER:
    case SB_SETTING_SIZE:
      return g_param_spec_uint (self->key, NULL, NULL, self->min, self->max, self->initial, flags);
    case SB_SETTING_BOOLEAN:
      return g_param_spec_boolean (self->key, NULL, NULL, self->initial, flags);
    case SB_SETTING_ADDRESS:
      return g_param_spec_string (self->key, NULL, NULL, DEFAULT_ADDRESS, flags);
    case SB_SETTING_FILE:
    case SB_SETTING_ENDPOINT:
      return g_param_spec_string (self->key, NULL, NULL, "", flags);
    case SB_SETTING_ORIGINS:
      return g_param_spec_boxed (self->key, NULL, NULL, G_TYPE_STRV, flags);
    default:
      g_return_val_if_reached (NULL);
    }
}

void
sb_setting_init_value (const SbSetting *self, GValue *value)
{
  switch (self->kind)
    {
    case SB_SETTING_NUMBER:
    case SB_SETTING_SIZE:
      g_value_init (value, G_TYPE_UINT);
      g_value_set_uint (value, self->initial);
      break;
    case SB_SETTING_BOOLEAN:
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, (gboolean) self->initial);
      break;
    case SB_SETTING_ADDRESS:
      g_value_init (value, G_TYPE_STRING);
      g_value_set_static_string (value, DEFAULT_ADDRESS);
      break;
    case SB_SETTING_FILE:
    case SB_SETTING_ENDPOINT:
      g_value_init (value, G_TYPE_STRING);
      g_value_set_static_string (value, "");
      break;
    case SB_SETTING_ORIGINS:
      g_value_init (value, G_TYPE_STRV);
      g_value_take_boxed (value, g_new0 (char *, 1));
      break;
    default:
      g_return_if_reached ();
    }
}

/* --- what is wrong, in words --- */

G_GNUC_PRINTF (3, 4)
static gboolean
refuse (const SbSetting *self, GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE, "“%s”: %s", self->key, reason);
  return FALSE;
}

static char *
size_to_text (guint size)
{
  if (size >= MIB && size % MIB == 0)
    return g_strdup_printf ("%u MiB", size / MIB);
  if (size >= KIB && size % KIB == 0)
    return g_strdup_printf ("%u KiB", size / KIB);
  return g_strdup_printf ("%u", size);
}

static char *
number_to_text (const SbSetting *self, guint number)
{
  return self->kind == SB_SETTING_SIZE ? size_to_text (number) : g_strdup_printf ("%u", number);
}

/* @shown: the number as it was written, which may be longer than any integer. */
static gboolean
check_range (const SbSetting *self, guint64 number, const char *shown, GError **error)
{
  g_autofree char *min = number_to_text (self, self->min);
  g_autofree char *max = number_to_text (self, self->max);

  if (number < self->min)
    return refuse (self, error, _("%s is less than the minimum %s"), shown, min);
  if (number > self->max)
    return refuse (self, error, _("%s is more than the maximum %s"), shown, max);
  return TRUE;
}

/* --- values --- */

/* "*", an address, or this computer's name for itself. Other names would have to be looked up, and could mean several
 * addresses. */
static char *
normalize_address (const char *text)
{
  g_autofree char *inner = NULL;
  g_autoptr (GInetAddress) address = NULL;
  gsize length = strlen (text);

  if (g_str_equal (text, "*"))
    return g_strdup (text);
  if (g_ascii_strcasecmp (text, "localhost") == 0)
    return g_strdup (DEFAULT_ADDRESS);

  if (length > 2 && text[0] == '[' && text[length - 1] == ']' && strchr (text, ':') != NULL)
    inner = g_strndup (text + 1, length - 2);
  address = g_inet_address_new_from_string (inner != NULL ? inner : text);
  return address != NULL ? g_inet_address_to_string (address) : NULL;
}

/* Whether it is there and readable is seen when it is used: it may come later, on a disk that is not there yet. */
static gboolean
check_file (const SbSetting *self, const char *path, GValue *canonical, GError **error)
{
  if (path == NULL)
    path = "";
  if (path[0] != '\0' && !g_path_is_absolute (path))
    return refuse (self, error, _("“%s” is not a whole path: it has to begin with “/”"), path);

  g_value_init (canonical, G_TYPE_STRING);
  g_value_set_string (canonical, path);
  return TRUE;
}

static gboolean
check_address (const SbSetting *self, const char *text, GValue *canonical, GError **error)
{
  char *address = text != NULL ? normalize_address (text) : NULL;

  if (address == NULL)
    return refuse (self, error,
                   _("“%s” is not an address: write “*” for all addresses of this computer, “localhost” for it alone, "
                      "or one address such as 192.168.1.5 or fd00::5"),
                   text != NULL ? text : "");

  g_value_init (canonical, G_TYPE_STRING);
  g_value_take_string (canonical, address);
  return TRUE;
}

/* The host is what stands before the last colon. FALSE: there is none, or no port behind it. */
static gboolean
split_port (const char *text, char **host, guint16 *port)
{
  const char *colon = strrchr (text, ':');
  guint64 number;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &number, NULL))
    return FALSE;
  *host = g_strndup (text, (gsize) (colon - text));
  *port = (guint16) number;

  return TRUE;
}

gboolean
sb_setting_split_endpoint (const char *text, GInetAddress **address, guint16 *port)
{
  g_autofree char *host = NULL;
  g_autofree char *plain = NULL;

  if (!split_port (text, &host, port))
    return FALSE;
  plain = host[0] == '[' ? g_strndup (host + 1, strlen (host) - 2) : g_strdup (host);
  *address = g_inet_address_new_from_string (plain); /* "*" is none */

  return TRUE;
}

/* The one way to write it; NULL: it is none. An address of IPv6 has colons of its own, and needs brackets (RFC 3986
 * §3.2.2). */
static char *
normalize_endpoint (const char *text)
{
  g_autofree char *host = NULL;
  g_autofree char *address = NULL;
  guint16 port;

  if (!split_port (text, &host, &port) || (strchr (host, ':') != NULL && host[0] != '['))
    return NULL;
  address = normalize_address (host);
  if (address == NULL)
    return NULL;

  return g_strdup_printf (strchr (address, ':') != NULL ? "[%s]:%u" : "%s:%u", address, (guint) port);
}

/* Whether that address is there and the port free is seen when it is used. */
static gboolean
check_endpoint (const SbSetting *self, const char *text, GValue *canonical, GError **error)
{
  g_autofree char *endpoint = text == NULL || text[0] == '\0' ? g_strdup ("") : normalize_endpoint (text);

  if (endpoint == NULL)
    return refuse (self, error,
                   _("“%s” is not an address with a port: write one such as 127.0.0.1:9187 or [::1]:9187, “*:9187” for all "
                     "addresses of this computer, or nothing for none"),
                   text);

  g_value_init (canonical, G_TYPE_STRING);
  g_value_set_string (canonical, endpoint);
  return TRUE;
}

static gboolean
check_origins (const SbSetting *self, const char *const *texts, GValue *canonical, GError **error)
{
  g_autoptr (GPtrArray) origins = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      g_autofree char *reason = NULL;
      g_autofree char *origin = sb_origin_text_normalize (texts[i], &reason);

      if (origin == NULL)
        return refuse (self, error, "%s", reason);
      if (!g_ptr_array_find_with_equal_func (origins, origin, g_str_equal, NULL))
        g_ptr_array_add (origins, g_steal_pointer (&origin));
    }

  if (origins->len > MAX_ORIGINS)
    return refuse (self, error, _("%u origins are more than the maximum %d"), origins->len, MAX_ORIGINS);

  g_ptr_array_add (origins, NULL);
  g_value_init (canonical, G_TYPE_STRV);
  g_value_set_boxed (canonical, origins->pdata);
  return TRUE;
}

gboolean
sb_setting_check (const SbSetting *self, const GValue *value, GValue *canonical, GError **error)
{
  switch (self->kind)
    {
    case SB_SETTING_NUMBER:
    case SB_SETTING_SIZE:
      {
        g_autofree char *shown = number_to_text (self, g_value_get_uint (value));

        if (!check_range (self, g_value_get_uint (value), shown, error))
          return FALSE;
        g_value_init (canonical, G_TYPE_UINT);
        g_value_copy (value, canonical);
        return TRUE;
      }
    case SB_SETTING_BOOLEAN:
      g_value_init (canonical, G_TYPE_BOOLEAN);
      g_value_copy (value, canonical);
      return TRUE;
    case SB_SETTING_ADDRESS:
      return check_address (self, g_value_get_string (value), canonical, error);
    case SB_SETTING_FILE:
      return check_file (self, g_value_get_string (value), canonical, error);
    case SB_SETTING_ENDPOINT:
      return check_endpoint (self, g_value_get_string (value), canonical, error);
    case SB_SETTING_ORIGINS:
      return check_origins (self, g_value_get_boxed (value), canonical, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* --- texts --- */

/* How many bytes one of the unit is: "" and "B" one; 0 for no unit. */
static guint
parse_unit (const char *unit)
{
  if (unit[0] == '\0' || g_ascii_strcasecmp (unit, "B") == 0)
    return 1;
  if (g_ascii_strcasecmp (unit, "KiB") == 0)
    return KIB;
  if (g_ascii_strcasecmp (unit, "MiB") == 0)
    return MIB;
  return 0;
}

static gboolean
parse_number (const SbSetting *self, const char *text, GValue *canonical, GError **error)
{
  gboolean is_size = self->kind == SB_SETTING_SIZE;
  gsize sign = text[0] == '-' ? 1 : 0;
  gsize n_digits = strspn (text + sign, "0123456789");
  const char *unit = text + sign + n_digits;
  guint64 number;
  guint factor;

  while (is_size && g_ascii_isspace (*unit))
    unit++;
  factor = is_size ? parse_unit (unit) : *unit == '\0';
  if (n_digits == 0 || factor == 0)
    return refuse (self, error,
                   is_size
                       ? _("“%s” is not a size: write a number of bytes, or a number with KiB or MiB, such as 512 KiB")
                       : _("“%s” is not a whole number"),
                   text);

  number = g_ascii_strtoull (text + sign, NULL, 10); /* G_MAXUINT64 where it is too long */
  number = number > G_MAXUINT64 / factor ? G_MAXUINT64 : number * factor;
  /* What is negative is below any minimum, but “-0”. */
  if (sign != 0 && number != 0)
    {
      g_autofree char *min = number_to_text (self, self->min);

      return refuse (self, error, _("%s is less than the minimum %s"), text, min);
    }
  if (!check_range (self, number, text, error))
    return FALSE;

  g_value_init (canonical, G_TYPE_UINT);
  g_value_set_uint (canonical, (guint) number);
  return TRUE;
}

static gboolean
parse_boolean (const SbSetting *self, const char *text, GValue *canonical, GError **error)
{
  static const char *const words[][2] = { { "false", "true" }, { "no", "yes" }, { "off", "on" }, { "0", "1" } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      for (int on = FALSE; on <= TRUE; on++)
        {
          if (g_ascii_strcasecmp (text, words[i][on]) == 0)
            {
              g_value_init (canonical, G_TYPE_BOOLEAN);
              g_value_set_boolean (canonical, on);
              return TRUE;
            }
        }
    }

  return refuse (self, error, _("“%s” is neither “true” nor “false”"), text);
}

static gboolean
parse_origins (const SbSetting *self, const char *text, GValue *canonical, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ",; \t\r\n", -1);
  guint n = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (parts[i][0] != '\0')
        parts[n++] = parts[i];
      else
        g_free (parts[i]);
    }
  parts[n] = NULL;

  return check_origins (self, (const char *const *) parts, canonical, error);
}

gboolean
sb_setting_parse (const SbSetting *self, const char *text, GValue *canonical, GError **error)
{
  g_autofree char *stripped = NULL;

  g_return_val_if_fail (text != NULL, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    return refuse (self, error, "%s", _("the text is not UTF-8"));

  stripped = g_strstrip (g_strdup (text));
  switch (self->kind)
    {
    case SB_SETTING_NUMBER:
    case SB_SETTING_SIZE:
      return parse_number (self, stripped, canonical, error);
    case SB_SETTING_BOOLEAN:
      return parse_boolean (self, stripped, canonical, error);
    case SB_SETTING_ADDRESS:
      return check_address (self, stripped, canonical, error);
    case SB_SETTING_FILE:
      return check_file (self, stripped, canonical, error);
    case SB_SETTING_ENDPOINT:
      return check_endpoint (self, stripped, canonical, error);
    case SB_SETTING_ORIGINS:
      return parse_origins (self, stripped, canonical, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

/**
 * sb_setting_to_text:
 *
 * Returns: (transfer full): the value as text
 */
char *
sb_setting_to_text (const SbSetting *self, const GValue *value)
{
  switch (self->kind)
    {
    case SB_SETTING_NUMBER:
    case SB_SETTING_SIZE:
      return number_to_text (self, g_value_get_uint (value));
    case SB_SETTING_BOOLEAN:
      return g_strdup (g_value_get_boolean (value) ? "true" : "false");
    case SB_SETTING_ADDRESS:
    case SB_SETTING_FILE:
    case SB_SETTING_ENDPOINT:
      return g_value_dup_string (value);
    case SB_SETTING_ORIGINS:
      return g_strjoinv (", ", g_value_get_boxed (value));
    default:
      g_return_val_if_reached (NULL);
    }
}
