/* SPDX-License-Identifier: GPL-3.0-or-later
 * The commands that read the open basic data, and what the known ATRs hint at. */
#include "shared/card/profile.h"

#include <string.h>

const guint8 NHI_APDU_SELECT[21] = {
  0x00, 0xA4, 0x04, 0x00, 0x10, /* SELECT by name, 16 bytes */
  0xD1, 0x58, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11, 0x00,
};
const guint8 NHI_APDU_READ_BASIC[7] = { 0x00, 0xCA, 0x11, 0x00, 0x02, 0x00, 0x00 };
const guint8 NHI_APDU_READ_TERMINATION[7] = { 0x00, 0xCA, 0x24, 0x00, 0x02, 0x00, 0x00 };

/* Historical bytes tell the family; they stand somewhere in the ATR, so that a reader's extra
 * leading byte does no harm. */
typedef struct
{
  NhiAtrHint hint;
  const char *bytes;
  gsize length;
} AtrFamily;

#define FAMILY(hint, bytes)                                                                        \
  {                                                                                                \
    hint, bytes, sizeof (bytes) - 1                                                                \
  }

static const AtrFamily families[] = {
  FAMILY (NHI_ATR_HEALTH_PROFESSIONAL, "PV_J2D081"),
  FAMILY (NHI_ATR_CITIZEN_CERTIFICATE, "CHTMOICA"),
  FAMILY (NHI_ATR_CITIZEN_CERTIFICATE, "CHTGPKI"),
  FAMILY (NHI_ATR_CITIZEN_CERTIFICATE, "\x31\xC1\x64\x08\x40\x21\x30\x00\x90\x00"),
  FAMILY (NHI_ATR_NHI, "\x80\x31\x80\x66\x40\x90\x93\x06\x0F\x17\x83"),
  FAMILY (NHI_ATR_NHI, "\x80\x73\xC8\x21\x13\x66\x02\x04\x03\x55\x00\x02"),
  FAMILY (NHI_ATR_NHI, "JCOP21v231GDT"),
  FAMILY (NHI_ATR_NHI, "THCC10TECOGD"),
  FAMILY (NHI_ATR_NHI, "PVJCOP4SID"),
  FAMILY (NHI_ATR_NHI, "SLJ52Gxxyy"),
};

NhiAtrHint
nhi_atr_hint (const guint8 *atr, gsize length)
{
  if (atr == NULL)
    return NHI_ATR_UNKNOWN;
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (memmem (atr, length, families[i].bytes, families[i].length) != NULL)
      return families[i].hint;
  return NHI_ATR_UNKNOWN;
}
