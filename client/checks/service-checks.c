/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checks of the way to the service: one answer of GET /service looked at from several sides,
 * and the proxy. */
#include "client/checks/check-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define SLOW_SECONDS 1.0
#define SKEW_WARN 60 /* seconds */
#define SKEW_FAIL 300

static gboolean
failed_with (const NhiCheckContext *context, NhiRemoteError code)
{
  return g_error_matches (context->service_error, NHI_REMOTE_ERROR, (int)code);
}

static void
skip_without_service (NhiCheckOutcome *outcome)
{
  nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("the service cannot be asked"), NULL, NULL);
}

static void
run_service (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *found = NULL;

  if (context->service != NULL)
    {
      found = g_strdup_printf ("%s %s", context->service->name, context->service->version);
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
    }
  else if (failed_with (context, NHI_REMOTE_ERROR_TLS))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("something answers at its address"), NULL,
                        NULL);
  else if (context->service_error != NULL && context->service_error->domain == NHI_REMOTE_ERROR)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL,
                        failed_with (context, NHI_REMOTE_ERROR_OFFLINE) ? _ ("not reachable")
                                                                        : _ ("in trouble"),
                        context->service_error->message,
                        nhi_remote_error_code (context->service_error));
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("did not answer in time"),
                        _ ("Check the network connection."), "not-reachable");
}

static void
run_trust (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *found = NULL;

  if (context->service != NULL && context->service->tls_issuer != NULL)
    {
      /* Translators: %s is the name of who issued a certificate. */
      found = g_strdup_printf (_ ("trusted, issued by %s"), context->service->tls_issuer);
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
    }
  else if (context->service != NULL)
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("without protection"),
                        _ ("The connection is not encrypted. This is only meant for tests on one "
                           "computer."),
                        "NO-TLS");
  else if (failed_with (context, NHI_REMOTE_ERROR_TLS))
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not trusted"),
                        context->service_error->message,
                        nhi_remote_error_code (context->service_error));
  else
    skip_without_service (outcome);
}

static void
run_tls_version (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const char *protocol = context->service != NULL ? context->service->tls_protocol : NULL;

  if (protocol == NULL)
    skip_without_service (outcome);
  else if (g_str_equal (protocol, "TLS 1.2") || g_str_equal (protocol, "TLS 1.3"))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, protocol, NULL, NULL);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, protocol,
                        _ ("The connection uses an old protection. Something in between may be "
                           "weakening it: try another network."),
                        "TLS-OLD");
}

static void
run_latency (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *found = NULL;

  if (context->service == NULL)
    {
      skip_without_service (outcome);
      return;
    }
  /* Translators: milliseconds. */
  found = g_strdup_printf (_ ("%.0f ms"), context->service->latency * 1000);
  if (context->service->latency <= SLOW_SECONDS)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, found,
                        _ ("The network is slow: everything works, but takes longer."), "SLOW");
}

/* "1.10.2" against "1.9": number by number; what is no number counts as 0. */
static int
compare_versions (const char *a, const char *b)
{
  while (*a != '\0' || *b != '\0')
    {
      char *end_a, *end_b;
      guint64 number_a = g_ascii_strtoull (a, &end_a, 10);
      guint64 number_b = g_ascii_strtoull (b, &end_b, 10);

      if (number_a != number_b)
        return number_a < number_b ? -1 : 1;
      a = end_a + strcspn (end_a, ".");
      b = end_b + strcspn (end_b, ".");
      a += *a == '.' ? 1 : 0;
      b += *b == '.' ? 1 : 0;
    }
  return 0;
}

static void
run_client_version (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const char *ours = context->environment->client_version;
  g_autofree char *reason = NULL;

  if (context->service == NULL)
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, ours, NULL, NULL);
  else if (compare_versions (ours, context->service->minimum_client) >= 0)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, ours, NULL, NULL);
  else
    {
      /* Translators: %s is a version number. */
      reason = g_strdup_printf (_ ("The service needs version %s or newer. Update this program."),
                                context->service->minimum_client);
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, ours, reason, "CLIENT-OLD");
    }
}

static void
run_clock (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *found = NULL;
  gint64 skew;

  if (context->service == NULL)
    {
      skip_without_service (outcome);
      return;
    }
  skew = context->service->clock_skew;
  /* Translators: by how much this computer's clock differs; the sign is part of the number. */
  found = g_strdup_printf (_ ("%+d seconds"), (int)CLAMP (skew, G_MININT, G_MAXINT));
  if (ABS (skew) <= SKEW_WARN)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
  else
    nhi_check_conclude (outcome, ABS (skew) <= SKEW_FAIL ? NHI_VERDICT_WARN : NHI_VERDICT_FAIL,
                        found,
                        _ ("The clock of this computer is wrong. Switch on automatic date and "
                           "time in the system's settings."),
                        "CLOCK");
}

static void
run_proxy (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) proxies =
      context->environment->proxies_for (context->base_uri, context->cancellable, &error);

  if (proxies == NULL)
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("cannot be found out"),
                        _ ("The proxy settings of this computer cannot be read. Check them in the "
                           "system's settings."),
                        "PROXY");
  else if (proxies[0] == NULL || g_str_has_prefix (proxies[0], "direct"))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("none"), NULL, NULL);
  else
    /* Not which one: its address may hold a name and a password. */
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("in use"), NULL, NULL);
}

const NhiCheckEntry NHI_CHECKS_SERVICE[] = {
  { "service", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_SERVICE, N_ ("Network service"),
    N_ ("Reachable"), run_service },
  { "tls-trust", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_SERVICE,
    N_ ("Certificate of the service"), N_ ("Trusted"), run_trust },
  { "tls-version", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_SERVICE,
    N_ ("Protection of the connection"), N_ ("TLS 1.2 or newer"), run_tls_version },
  { "latency", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_SERVICE, N_ ("Answer time"),
    N_ ("Below one second"), run_latency },
  { "client-version", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_SERVICE,
    N_ ("Version of this program"), N_ ("As new as the service needs"), run_client_version },
  { "clock", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_SERVICE, N_ ("Clock"),
    N_ ("Less than one minute off"), run_clock },
  { "proxy", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_NOTHING, N_ ("Proxy"),
    N_ ("None, or one that works"), run_proxy },
  { NULL },
};
