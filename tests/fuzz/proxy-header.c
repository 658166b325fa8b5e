/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a front's PROXY header: every beginning of what is a header must be one, what
 * follows it must not matter, and nothing is longer than the limit. */
#include "service/edge/proxy-header.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
check_done (const guint8 *data, gsize size, const NhiProxyHeader *header)
{
  NhiProxyHeader alone;

  g_assert_cmpuint (header->length, >, 0);
  g_assert_cmpuint (header->length, <=, MIN (size, NHI_PROXY_HEADER_MAXIMUM));
  g_assert_cmpint (nhi_proxy_header_read (data, header->length, &alone), ==, NHI_PROXY_DONE);
  g_assert_cmpmem (&alone, sizeof alone, header, sizeof *header);
  for (gsize length = 0; length < header->length; length++)
    g_assert_cmpint (nhi_proxy_header_read (data, length, &alone), ==, NHI_PROXY_MORE);
  if (header->family != G_SOCKET_FAMILY_INVALID)
    {
      g_autoptr (GSocketAddress) source = nhi_proxy_header_get_source (header);
      g_autoptr (GSocketAddress) destination = nhi_proxy_header_get_destination (header);

      g_assert_true (G_IS_INET_SOCKET_ADDRESS (source) && G_IS_INET_SOCKET_ADDRESS (destination));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  NhiProxyHeader header;
  gboolean bad = FALSE;

  memset (&header, 0, sizeof header);
  switch (nhi_proxy_header_read (data, size, &header))
    {
    case NHI_PROXY_DONE:
      check_done (data, size, &header);
      break;
    case NHI_PROXY_MORE:
      g_assert_cmpuint (size, <, NHI_PROXY_HEADER_MAXIMUM);
      break;
    case NHI_PROXY_BAD:
    default:
      /* What is bad once stays so. */
      for (gsize length = 0; length <= size; length++)
        {
          gboolean now = nhi_proxy_header_read (data, length, &header) == NHI_PROXY_BAD;

          g_assert_true (now || !bad);
          bad = now;
        }
    }
  return 0;
}
