/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-certificate.h"

#include "sb-engine.h"
#include "sb-uris.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#define DAY (24 * 60 * 60)
#define CLOCK_SKEW (60 * 60) /* s: a client whose clock is a little behind takes it, too */
#define SERIAL_SIZE 16       /* RFC 5280 §4.1.2.2: at most 20 octets, positive */
#define MAX_COMMON_NAME 64   /* RFC 5280 appendix A: ub-common-name */

typedef struct gnutls_x509_crt_int X509;
typedef struct gnutls_x509_privkey_int Key;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, gnutls_x509_crt_deinit)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Key, gnutls_x509_privkey_deinit)

/* --- names --- */

static void
add_name (GPtrArray *names, char *name)
{
  if (g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_free (name);
  else
    g_ptr_array_add (names, name);
}

char **
sb_certificate_list_names (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  g_autoptr (GPtrArray) addresses = sb_uris_list_addresses ();
  g_autofree char *host = g_ascii_strdown (g_get_host_name (), -1);

  /* A host name that is none in DNS (RFC 1123 §2.1) would spoil the certificate. */
  if (host[0] != '\0' && host[strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0')
    {
      add_name (names, g_strdup (host));
      if (strchr (host, '.') == NULL && strcmp (host, "localhost") != 0)
        add_name (names, g_strconcat (host, ".local", NULL));
    }
  add_name (names, g_strdup ("localhost"));
  add_name (names, g_strdup ("127.0.0.1"));
  add_name (names, g_strdup ("::1"));
  for (guint i = 0; i < addresses->len; i++)
    add_name (names, g_inet_address_to_string (g_ptr_array_index (addresses, i)));

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* --- making one --- */

/* @code: negative is an error. */
static gboolean
check (int code, GError **error)
{
  if (code >= 0)
    return TRUE;

  g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE, _("The certificate cannot be made: %s"), gnutls_strerror (code));
  return FALSE;
}

static gboolean
set_names (X509 *certificate, const char *const *names, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (names[i]);
      int code;

      if (address != NULL)
        code = gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
                                                     g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND);
      else
        code = gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, names[i], strlen (names[i]),
                                                     GNUTLS_FSAN_APPEND);
      if (!check (code, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
set_serial (X509 *certificate, GError **error)
{
  guint8 serial[SERIAL_SIZE];

  if (!check (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial), error))
    return FALSE;
  serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and none of its octets is left out */

  return check (gnutls_x509_crt_set_serial (certificate, serial, sizeof serial), error);
}

/* RFC 5280 §4.2.1.2, what those who check strictly look for. */
static gboolean
set_key_ids (X509 *certificate, Key *key, GError **error)
{
  guint8 id[64];
  size_t size = sizeof id;

  return check (gnutls_x509_crt_set_key (certificate, key), error) &&
         check (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA1, id, &size), error) &&
         check (gnutls_x509_crt_set_subject_key_id (certificate, id, size), error) &&
         check (gnutls_x509_crt_set_authority_key_id (certificate, id, size), error);
}

/* It is for this server and vouches for nothing else: who trusts it trusts no other certificate with it. */
static gboolean
fill (X509 *certificate, Key *key, const char *const *names, GError **error)
{
  time_t now = (time_t) (g_get_real_time () / G_USEC_PER_SEC);
  gsize length = MIN (strlen (names[0]), MAX_COMMON_NAME);

  return check (gnutls_x509_crt_set_version (certificate, 3), error) &&
         set_serial (certificate, error) &&
         check (gnutls_x509_crt_set_activation_time (certificate, now - CLOCK_SKEW), error) &&
         check (gnutls_x509_crt_set_expiration_time (certificate, now + SB_CERTIFICATE_DAYS * DAY), error) &&
         check (gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_ORGANIZATION_NAME, 0, "Signalbox", 9), error) &&
         check (gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, names[0], length), error) &&
         set_names (certificate, names, error) &&
         set_key_ids (certificate, key, error) &&
         check (gnutls_x509_crt_set_basic_constraints (certificate, 0, -1), error) &&
         check (gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE), error) &&
         check (gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0), error) &&
         check (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), error);
}

/* That a file has another name is on disk once its directory is. Where that cannot be had the file is right all the same: at worst a power
 * failure brings back the one before. */
static void
sync_directory (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = g_open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0 || fsync (fd) != 0)
    g_message ("“%s” may not be on disk yet: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

/* GLib would keep the mode of a file that is there; the key is nobody else's to read, whatever was there before. */
static gboolean
replace_file (const char *path, const GString *text, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".new", NULL);

  g_unlink (beside);
  if (!g_file_set_contents_full (beside, text->str, (gssize) text->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error))
    return FALSE;
  if (g_rename (beside, path) == 0)
    {
      sync_directory (path);
      return TRUE;
    }

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _("“%s” cannot be written: %s"), path, g_strerror (errno));
  g_unlink (beside);
  return FALSE;
}

/* Key first, as programs that write both in one file do. */
static gboolean
write_pem (const char *path, X509 *certificate, Key *key, GError **error)
{
  gnutls_datum_t key_pem = { 0 }, certificate_pem = { 0 };
  gboolean done = FALSE;

  if (check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_pem), error) &&
      check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_pem), error))
    {
      /* Never moved while it grows: a copy of the key would stay in freed memory. */
      GString *text = g_string_sized_new (key_pem.size + certificate_pem.size + 1);

      g_string_append_len (text, (const char *) key_pem.data, key_pem.size);
      g_string_append_len (text, (const char *) certificate_pem.data, certificate_pem.size);
      done = replace_file (path, text, error);
      explicit_bzero (text->str, text->len);
      g_string_free (text, TRUE);
    }
  if (key_pem.data != NULL)
    explicit_bzero (key_pem.data, key_pem.size);
  gnutls_free (key_pem.data);
  gnutls_free (certificate_pem.data);

  return done;
}

gboolean
sb_certificate_make (const char *path, const char *const *names, GError **error)
{
  g_autoptr (X509) certificate = NULL;
  g_autoptr (Key) key = NULL;

  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (names != NULL && names[0] != NULL, FALSE);

  return check (gnutls_x509_privkey_init (&key), error) &&
         check (gnutls_x509_crt_init (&certificate), error) &&
         check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), error) &&
         fill (certificate, key, names, error) &&
         write_pem (path, certificate, key, error);
}

/* --- what is shown --- */

char *
sb_certificate_dup_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *hex = NULL;
  GString *fingerprint = g_string_new (NULL);

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_object_get (certificate, "certificate", &der, NULL);
  hex = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  for (gsize i = 0; hex[i] != '\0'; i += 2)
    g_string_append_printf (fingerprint, "%s%c%c", i > 0 ? ":" : "", g_ascii_toupper (hex[i]), g_ascii_toupper (hex[i + 1]));

  return g_string_free (fingerprint, FALSE);
}

char **
sb_certificate_dup_names (GTlsCertificate *certificate)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) addresses = NULL;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  names = g_tls_certificate_get_dns_names (certificate);
  addresses = g_tls_certificate_get_ip_addresses (certificate);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      gsize size;
      const char *name = g_bytes_get_data (g_ptr_array_index (names, i), &size);

      g_strv_builder_take (builder, g_utf8_make_valid (name, (gssize) size));
    }
  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    g_strv_builder_take (builder, g_inet_address_to_string (g_ptr_array_index (addresses, i)));

  return g_strv_builder_end (builder);
}
