/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "tokens/sb-expiry.h"
#include "tokens/sb-token-export.h"
#include "tokens/sb-token-form.h"
#include "tokens/sb-token-words.h"
#include <string.h>

/* What of the tokens page stands without a window: its words, dates, form and export. */

static SbToken *
make_token (const char *label,
            const char *channels,
            gint64      expires_at,
            gint64      revoked_at)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
  const guint8 hash[SB_TOKEN_HASH_SIZE] = { 0xab, 0xcd };

  g_strfreev (spec->channels);
  spec->channels = g_strsplit (channels, ",", -1);
  spec->expires_at = expires_at;
  return sb_token_new (7, spec, hash, "sbx_7Kq2…f3Zd", NULL, 0, G_TIME_SPAN_DAY, revoked_at);
}

static void
test_words (void)
{
  gint64 now = g_get_real_time ();
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  g_autoptr (SbToken) lasting = make_token ("Sensors", "/a,/b", 0, 0);
  g_autoptr (SbToken) ending = make_token ("Sensors", "/c,**", now + 2 * G_TIME_SPAN_HOUR + G_TIME_SPAN_MINUTE, 0);
  g_autofree char *channels = sb_token_words_channels (lasting);
  g_autofree char *all_channels = sb_token_words_channels (ending);
  g_autofree char *never = sb_token_words_expires (lasting, now);
  g_autofree char *soon = sb_token_words_expires (ending, now);
  g_autofree char *past = sb_token_words_expires (ending, ending->spec.expires_at + 5 * G_TIME_SPAN_MINUTE);
  g_autofree char *unused = NULL;
  g_autofree char *used = NULL;
  g_autofree char *facts = NULL;
  g_autofree char *one = sb_token_words_summary (1, 1);
  g_autofree char *many = sb_token_words_summary (5, 1042);

  g_assert_cmpstr (channels, ==, "/a, /b");
  g_assert_cmpstr (all_channels, ==, "All channels");
  g_assert_cmpstr (never, ==, "Never");
  g_assert_cmpstr (soon, ==, "in 2 hours");
  g_assert_cmpstr (past, ==, "5 min ago");
  g_assert_cmpstr (one, ==, "1 active · 1 client");
  g_assert_cmpstr (many, ==, "5 active · 1,042 clients");

  sb_token_list_put (list, ending);
  unused = sb_token_words_last_used (sb_token_list_find (list, 7), now);
  g_assert_cmpstr (unused, ==, "Never");
  sb_token_list_set_used (list, 7, now - 5 * G_TIME_SPAN_MINUTE, "192.168.1.9");
  used = sb_token_words_last_used (sb_token_list_find (list, 7), now);
  g_assert_cmpstr (used, ==, "5 min ago · 192.168.1.9");
  facts = sb_token_words_facts (sb_token_list_find (list, 7), now);
  g_assert_cmpstr (facts, ==, "All channels · expires in 2 hours");

  g_assert_null (sb_token_words_pill_class (SB_TOKEN_ACTIVE));
  for (SbTokenState state = SB_TOKEN_NOT_YET_VALID; state <= SB_TOKEN_REVOKED; state++)
    g_assert_nonnull (sb_token_words_pill_class (state));
}

static void
test_dates (void)
{
  static const struct
  {
    const char *text;
    const char *normal; /* NULL: not a date */
  } cases[] = {
    { "2027-10-12 18:00", "2027-10-12 18:00" },
    { "  2027-10-12T18:00 ", "2027-10-12 18:00" },
    { "2027-1-2 3:04", "2027-01-02 03:04" },
    { "2027-10-12", "2027-10-12 23:59" },
    { "2028-02-29", "2028-02-29 23:59" },
    { "2027-02-29", NULL },
    { "2027-13-01", NULL },
    { "2027-10-12 24:00", NULL },
    { "2027-10-12 18:60", NULL },
    { "2027-10-12 18", NULL },
    { "2027-10-12 18:00:00", NULL },
    { "2027-10-12x", NULL },
    { "12.10.2027", NULL },
    { "-1-1-1", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 time;
      g_autofree char *text = NULL;

      g_test_message ("“%s”", cases[i].text);
      g_assert_cmpint (sb_expiry_parse (cases[i].text, &time), ==, cases[i].normal != NULL);
      if (cases[i].normal == NULL)
        continue;
      text = sb_expiry_format (time);
      g_assert_cmpstr (text, ==, cases[i].normal);
    }
}

static void
test_calendar_keeps_time (void)
{
  g_autofree char *kept = sb_expiry_set_day ("2027-10-12 18:30", 2028, 3, 4);
  g_autofree char *given = sb_expiry_set_day ("nonsense", 2028, 3, 4);

  g_assert_cmpstr (kept, ==, "2028-03-04 18:30");
  g_assert_cmpstr (given, ==, "2028-03-04 23:59");
}

static void
test_export_has_no_secrets (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  g_autoptr (SbToken) token = make_token ("=HYPERLINK(\"x\"), \"quoted\"", "/a,/b", 1900000000 * G_TIME_SPAN_SECOND, 0);
  g_autofree char *csv = NULL;
  g_autofree char *json = NULL;

  sb_token_list_put (list, token);
  csv = sb_token_export (list, TRUE);
  json = sb_token_export (list, FALSE);
  g_assert_cmpstr (csv, ==,
                   "label,hint,state,channels,may_publish,max_connections,messages_per_second,created,not_before,expires,revoked,"
                   "last_used,last_address\r\n"
                   "\"'=HYPERLINK(\"\"x\"\"), \"\"quoted\"\"\",sbx_7Kq2…f3Zd,active,/a /b,true,0,0,1970-01-02T00:00:00Z,\"\","
                   "2030-03-17T17:46:40Z,\"\",\"\",\"\"\r\n");
  g_assert_nonnull (strstr (json, "\"hint\" : \"sbx_7Kq2…f3Zd\""));
  g_assert_nonnull (strstr (json, "\"expires\" : \"2030-03-17T17:46:40Z\""));
  g_assert_nonnull (strstr (json, "\"revoked\" : null"));
  g_assert_null (strstr (json, "abcd"));
  g_assert_null (strstr (json, "hash"));
}

/* --- the form --- */

static void
test_edit_keeps_what_is_not_touched (void)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Sensors");
  g_autoptr (SbTokenSpec) kept = NULL;
  g_autoptr (GtkWidget) form = g_object_ref_sink (g_object_new (SB_TYPE_TOKEN_FORM, NULL));

  spec->expires_at = g_get_real_time () + G_TIME_SPAN_DAY + 12345;
  spec->not_before = 1234567;
  spec->max_connections = 7;
  spec->messages_per_second = 9;
  spec->may_publish = FALSE;
  sb_token_form_set_spec (SB_TOKEN_FORM (form), spec);
  g_assert_true (sb_token_form_is_valid (SB_TOKEN_FORM (form)));
  kept = sb_token_form_dup_spec (SB_TOKEN_FORM (form));
  g_assert_cmpint (kept->expires_at, ==, spec->expires_at);
  g_assert_cmpint (kept->not_before, ==, spec->not_before);
  g_assert_cmpuint (kept->max_connections, ==, 7);
  g_assert_cmpuint (kept->messages_per_second, ==, 9);
  g_assert_false (kept->may_publish);
  g_assert_cmpstrv (kept->channels, spec->channels);
}

/* An expired token can be given another name without another date. */
static void
test_edit_of_expired (void)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Sensors");
  g_autoptr (GtkWidget) form = g_object_ref_sink (g_object_new (SB_TYPE_TOKEN_FORM, NULL));

  spec->expires_at = g_get_real_time () - G_TIME_SPAN_DAY;
  sb_token_form_set_spec (SB_TOKEN_FORM (form), spec);
  g_assert_true (sb_token_form_is_valid (SB_TOKEN_FORM (form)));
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (form, ADW_TYPE_ENTRY_ROW, "Day and Time, as in 2027-10-12 18:00")), "2020-01-01 00:00");
  g_assert_false (sb_token_form_is_valid (SB_TOKEN_FORM (form)));
}

static void
add_tests (void)
{
  g_test_add_func ("/token-words/edit-keeps-what-is-not-touched", test_edit_keeps_what_is_not_touched);
  g_test_add_func ("/token-words/edit-of-expired", test_edit_of_expired);
  g_test_add_func ("/token-words/words", test_words);
  g_test_add_func ("/token-words/dates", test_dates);
  g_test_add_func ("/token-words/calendar-keeps-time", test_calendar_keeps_time);
  g_test_add_func ("/token-words/export-has-no-secrets", test_export_has_no_secrets);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
