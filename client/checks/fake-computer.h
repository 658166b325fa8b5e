/* SPDX-License-Identifier: GPL-3.0-or-later
 * A computer where all is well, for the tests to break one thing of. */
#pragma once

#include "client/checks/check-private.h"

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  char *socket_path;
  NhiCheckEnvironment environment;
  NhiCheckContext context;
  NhiServiceInfo service;
  NhiRoute route;
  GError *error;
  const char *readers[2];
} NhiFakeComputer;

/* What the made-up parts answer. */
extern const char *nhi_fake_start_up;
extern NhiDaemonSight nhi_fake_daemon;
extern NhiKeyring nhi_fake_keyring;
extern GString *nhi_fake_mended; /* what the environment was asked to mend: "start pcscd.socket;" */

void
nhi_fake_computer_set_up (NhiFakeComputer *computer);
void
nhi_fake_computer_tear_down (NhiFakeComputer *computer);
char *
nhi_fake_computer_write (NhiFakeComputer *computer, const char *name, const char *text);
guint
nhi_fake_no_fonts (const char *language);

G_END_DECLS
