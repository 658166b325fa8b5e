/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whom the calls trust: a server with a certificate made for the test, its CA file given or not. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "client/remote/remote-private.h"

#define GOOD_SERVICE                                                                               \
  "{\"name\":\"test\",\"version\":\"0.1.0\",\"minimum_client\":\"0.1\","                           \
  "\"time\":\"2026-01-05T00:00:00Z\",\"demo\":true,\"languages\":[\"zh-TW\"]}"

typedef struct
{
  char *pem; /* path of key and certificate in one file */
  SoupServer *server;
  GAsyncResult *result;
} Fixture;

static char *
write_certificate (const char *names)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  X509_NAME *subject = X509_get_subject_name (certificate);
  X509_EXTENSION *extension;
  char *path = NULL;
  int fd = g_file_open_tmp ("nhicard-trust-XXXXXX", &path, NULL);
  FILE *file = fdopen (fd, "w");

  g_assert_nonnull (file);
  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -3600);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 3600);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC, (const guchar *)"Test", -1, -1, 0);
  X509_set_issuer_name (certificate, subject);
  X509_set_pubkey (certificate, key);
  extension = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name, names);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  g_assert_true (PEM_write_PrivateKey (file, key, NULL, NULL, 0, NULL, NULL));
  g_assert_true (PEM_write_X509 (file, certificate));
  fclose (file);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return path;
}

static void
handle (SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer data)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, GOOD_SERVICE,
                                    sizeof GOOD_SERVICE - 1);
}

static void
set_up (Fixture *fixture, gconstpointer names)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;

  fixture->pem = write_certificate (names);
  certificate = g_tls_certificate_new_from_file (fixture->pem, &error);
  g_assert_no_error (error);
  fixture->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (fixture->server, NULL, handle, fixture, NULL);
  soup_server_listen_local (fixture->server, 0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer names)
{
  soup_server_disconnect (fixture->server);
  g_object_unref (fixture->server);
  g_unlink (fixture->pem);
  g_free (fixture->pem);
}

static NhiRemote *
make_remote (Fixture *fixture, const char *ca_file)
{
  g_autoslist (GUri) uris = soup_server_get_uris (fixture->server);
  g_autofree char *uri = g_strdup_printf ("https://127.0.0.1:%d", g_uri_get_port (uris->data));
  NhiRemote *remote = nhi_remote_new (uri, ca_file);

  remote->pause_ms = 1;
  return remote;
}

static void
keep (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *)data)->result = g_object_ref (result);
}

static void
assert_trust (Fixture *fixture, NhiRemote *remote, gboolean trusted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiServiceInfo) info = NULL;

  nhi_remote_service_async (remote, NULL, keep, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  info = nhi_remote_service_finish (remote, fixture->result, &error);
  g_clear_object (&fixture->result);
  if (trusted)
    {
      g_assert_no_error (error);
      g_assert_nonnull (info);
      return;
    }
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_TLS);
  /* A certificate of somebody else, signed by itself: who says so is told. */
  g_assert_true (g_str_has_prefix (nhi_remote_error_code (error), "certificate-"));
  g_assert_cmpstr (nhi_remote_error_issuer (error), ==, "Test");
}

static void
test_own_file (Fixture *fixture, gconstpointer names)
{
  g_autoptr (NhiRemote) remote = make_remote (fixture, fixture->pem);

  assert_trust (fixture, remote, TRUE);
}

static void
test_other_file (Fixture *fixture, gconstpointer names)
{
  g_autofree char *other = write_certificate (names);
  g_autoptr (NhiRemote) remote = make_remote (fixture, other);

  assert_trust (fixture, remote, FALSE);
  g_unlink (other);
}

/* Made before or after it, a remote without the file gets nothing from one that has it. */
static void
test_files_are_not_shared (Fixture *fixture, gconstpointer names)
{
  g_autoptr (NhiRemote) before = make_remote (fixture, NULL);
  g_autoptr (NhiRemote) with = make_remote (fixture, fixture->pem);
  g_autoptr (NhiRemote) after = NULL;

  assert_trust (fixture, before, FALSE);
  assert_trust (fixture, with, TRUE);
  assert_trust (fixture, before, FALSE);
  after = make_remote (fixture, NULL);
  assert_trust (fixture, after, FALSE);
}

static void
test_other_name (Fixture *fixture, gconstpointer names)
{
  g_autoptr (NhiRemote) remote = make_remote (fixture, fixture->pem);

  assert_trust (fixture, remote, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/trust/files-are-not-shared", Fixture, "IP:127.0.0.1", set_up,
              test_files_are_not_shared, tear_down);
  g_test_add ("/trust/own-file", Fixture, "IP:127.0.0.1", set_up, test_own_file, tear_down);
  g_test_add ("/trust/other-file", Fixture, "IP:127.0.0.1", set_up, test_other_file, tear_down);
  g_test_add ("/trust/other-name", Fixture, "DNS:example.org", set_up, test_other_name, tear_down);
  return g_test_run ();
}
