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

/* A clock so wrong that no certificate is valid at its date. */
static gboolean
is_clock_to_blame (const NhiCheckContext *context)
{
  return failed_with (context, NHI_REMOTE_ERROR_TLS) && context->skew_known &&
         ABS (context->skew) > SKEW_WARN;
}

/* ---- the way ---- */

static gboolean
has_no_network (const NhiRoute *route)
{
  return !route->has_network && !route->is_local && route->proxy == NHI_PROXY_NONE &&
         nhi_route_is_closed (route);
}

static void
run_network (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  if (has_no_network (context->route))
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("none"),
                          _ ("This computer has no network. Switch on the wireless network, or "
                             "connect the cable."),
                          "NETWORK-NONE");
      nhi_check_offer_settings (context, outcome, "network", NULL);
    }
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS,
                        context->route->has_network ? _ ("connected")
                                                    : _ ("only this computer itself"),
                        NULL, NULL);
}

static void
run_proxy (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  switch (context->route->proxy)
    {
    case NHI_PROXY_NONE:
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("none"), NULL, NULL);
      break;
    case NHI_PROXY_GOOD:
      /* Not which one: its address may hold a name and a password. */
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("in use"), NULL, NULL);
      break;
    case NHI_PROXY_DEAD:
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("does not answer"),
                          _ ("This computer is set to reach the network through a proxy, and the "
                             "proxy does not answer. Correct the proxy in the system’s settings, "
                             "or switch it off."),
                          "PROXY-DEAD");
      nhi_check_offer_settings (context, outcome, "network", NULL);
      break;
    case NHI_PROXY_UNKNOWN:
    default:
      nhi_check_conclude (
          outcome, NHI_VERDICT_WARN, _ ("cannot be found out"),
          _ ("The proxy settings of this computer cannot be read. Check them in the "
             "system's settings."),
          "PROXY");
    }
}

static void
run_ipv6 (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const NhiRoute *route = context->route;

  if (route->ipv6 == NHI_TOUCH_NONE)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("not used"), NULL, NULL);
  else if (route->ipv6 == NHI_TOUCH_GOOD)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("works"), NULL, NULL);
  else if (route->ipv4 != NHI_TOUCH_GOOD)
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("IPv4 does not work either"), NULL, NULL);
  else if (route->ipv6 == NHI_TOUCH_SILENT)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("hangs"),
                          _ ("Connections by IPv6 get no answer, so that every first step waits. "
                             "Everything works by IPv4. Switch IPv6 off for this network, or tell "
                             "who looks after the network."),
                          "IPV6-HANGS");
      nhi_check_offer_settings (context, outcome, "network", NULL);
    }
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("not used, IPv4 works"), NULL, NULL);
}

/* ---- the service ---- */

static const char *
closed_words (const NhiRoute *route)
{
  return route->proxy == NHI_PROXY_DEAD ? _ ("not tried: the proxy does not answer")
                                        : _ ("not tried: there is no network");
}

static void
conclude_closed (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const NhiRoute *route = context->route;

  if (route->proxy == NHI_PROXY_DEAD || has_no_network (route))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, closed_words (route), NULL, NULL);
  else if (route->name == NHI_NAME_UNKNOWN)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("its name is not known"),
                        _ ("The name of the service is not known in the network. Check the address "
                           "of the service in the preferences, and whether the network wants you "
                           "to sign in first."),
                        "name-not-found");
  else if (route->name == NHI_NAME_SILENT)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("its name could not be looked up"),
                        _ ("The network does not look up names (DNS). Connect to the network again "
                           "or try another one."),
                        "name-silent");
  else if (route->ipv4 == NHI_TOUCH_REFUSED || route->ipv6 == NHI_TOUCH_REFUSED)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not running at its address"),
                        _ ("The service is not running at its address. Try again in a few "
                           "minutes."),
                        "connection-refused");
  else if (route->ipv4 == NHI_TOUCH_SILENT || route->ipv6 == NHI_TOUCH_SILENT)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("no answer from its address"),
                        _ ("Nothing comes back from the address of the service. A firewall may be "
                           "in between: try another network."),
                        "no-answer");
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not reachable"),
                        _ ("The network knows no way to the service. Connect to the network again "
                           "or try another one."),
                        "network-unreachable");
}

static void
conclude_failed (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const GError *error = context->service_error;

  if (error == NULL || error->domain != NHI_REMOTE_ERROR)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("did not answer in time"),
                        _ ("Something takes the connection and does not answer. Try again in a few "
                           "minutes, or try another network."),
                        "no-answer");
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL,
                        failed_with (context, NHI_REMOTE_ERROR_OFFLINE) ? _ ("not reachable")
                                                                        : _ ("in trouble"),
                        error->message,
                        nhi_remote_error_code (error) != NULL ? nhi_remote_error_code (error)
                                                              : "service-trouble");
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
  else if (nhi_route_is_closed (context->route))
    conclude_closed (context, outcome);
  else
    conclude_failed (context, outcome);
}

static void
conclude_untrusted (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const char *issuer = nhi_remote_error_issuer (context->service_error);
  g_autofree char *found = NULL;

  if (issuer != NULL)
    /* Translators: %s is the name of who issued a certificate. */
    found = g_strdup_printf (_ ("not trusted, issued by %s"), issuer);
  nhi_check_conclude (outcome, NHI_VERDICT_FAIL, found != NULL ? found : _ ("not trusted"),
                      context->service_error->message,
                      nhi_remote_error_code (context->service_error));
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
  else if (is_clock_to_blame (context))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("cannot be judged with this clock"), NULL,
                        NULL);
  else if (failed_with (context, NHI_REMOTE_ERROR_TLS))
    conclude_untrusted (context, outcome);
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

  if (context->service == NULL && !is_clock_to_blame (context))
    {
      skip_without_service (outcome);
      return;
    }
  skew = context->service != NULL ? context->service->clock_skew : context->skew;
  /* Translators: by how much this computer's clock differs; the sign is part of the number. */
  found = g_strdup_printf (_ ("%+d seconds"), (int)CLAMP (skew, G_MININT, G_MAXINT));
  if (ABS (skew) <= SKEW_WARN)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
      return;
    }
  nhi_check_conclude (
      outcome, ABS (skew) <= SKEW_WARN ? NHI_VERDICT_WARN : NHI_VERDICT_FAIL, found,
      _ ("The clock of this computer is wrong. Switch on automatic date and time in "
         "the system's settings."),
      "CLOCK");
  nhi_check_offer_settings (context, outcome, "datetime",
                            nhi_check_has_systemd (context) ? "timedatectl set-ntp true" : NULL);
}

const NhiCheckEntry NHI_CHECKS_SERVICE[] = {
  { "network", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_ROUTE, N_ ("Network connection"),
    N_ ("Connected"), run_network },
  { "proxy", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_ROUTE, N_ ("Proxy"),
    N_ ("None, or one that works"), run_proxy },
  { "ipv6", NHI_CHECK_GROUP_SERVICE, NHI_CHECK_NEEDS_ROUTE, N_ ("IPv6"),
    N_ ("Works, or is not used"), run_ipv6 },
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
  { NULL },
};
