/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include "sb-certificate.h"

/* /certificate */

static void
set_date (JsonObject *object, const char *name, GDateTime *date)
{
  sb_json_set_time (object, name, date != NULL ? g_date_time_to_unix_usec (date) : 0);
}

static JsonObject *
certificate_to_json (SbEngine *engine, GTlsCertificate *certificate)
{
  JsonObject *object = json_object_new ();
  GTlsCertificate *served = sb_engine_get_certificate (engine);
  g_autoptr (GDateTime) begin = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);
  g_autofree char *issuer = g_tls_certificate_get_issuer_name (certificate);
  g_autofree char *fingerprint = sb_certificate_dup_fingerprint (certificate);
  g_autofree char *path = sb_settings_get_text (sb_engine_get_settings (engine), "tls-certificate");
  g_autofree char *pem = NULL;
  g_auto (GStrv) names = sb_certificate_dup_names (certificate);

  g_object_get (certificate, "certificate-pem", &pem, NULL);
  json_object_set_string_member (object, "path", path);
  json_object_set_string_member (object, "fingerprint", fingerprint);
  json_object_set_string_member (object, "subject", subject != NULL ? subject : "");
  json_object_set_string_member (object, "issuer", issuer != NULL ? issuer : "");
  sb_json_set_strings (object, "names", names);
  set_date (object, "not_before", begin);
  set_date (object, "not_after", end);
  json_object_set_boolean_member (object, "in_use", served != NULL && g_tls_certificate_is_same (served, certificate));
  json_object_set_string_member (object, "pem", pem);

  return object;
}

static void
answer (SbRequest *request, guint status, GTlsCertificate *certificate, const GError *error)
{
  if (certificate != NULL)
    sb_request_answer (request, status, certificate_to_json (request->engine, certificate));
  else
    sb_request_fail_error (request, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = sb_engine_read_certificate_finish (SB_ENGINE (source), result, &error);

  answer (user_data, 200, certificate, error);
}

void
sb_control_get_certificate (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_read_certificate_async (request->engine, read_cb, request);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = sb_engine_make_certificate_finish (SB_ENGINE (source), result, &error);

  answer (user_data, 201, certificate, error);
}

void
sb_control_make_certificate (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_make_certificate_async (request->engine, SB_CONTROL_ACTOR, made_cb, request);
}
