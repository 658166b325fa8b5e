/* SPDX-License-Identifier: GPL-3.0-or-later
 * The entry point that libFuzzer calls. */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
