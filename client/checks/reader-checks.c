/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checks of reader and card: what is plugged in, what holds it, what kind of card it is. */
#include "client/checks/check-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define SMART_CARD_CLASS "0b"
#define MAX_USB_DEVICES 256
#define MAX_PROCESSES 65536

/* ---- what is plugged in ---- */

typedef enum
{
  USB_NOTHING,
  USB_READER,  /* of the common standard, which PC/SC does not list */
  USB_CLAIMED, /* by the kernel's own driver for contactless chips */
  USB_SPECIAL, /* needs its maker's driver */
} UsbSight;

typedef struct
{
  UsbSight sight;
  char *name; /* "Castles EZ100PU (USB 0ca6:0010)" */
} UsbFound;

static void
usb_found_clear (UsbFound *found)
{
  g_free (found->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsbFound, usb_found_clear)

/* Readers that do not follow the standard (no class 0b), so that libccid leaves them alone. */
typedef struct
{
  const char *vendor;
  const char *product;
  const char *name;
} SpecialReader;

static const SpecialReader SPECIAL_READERS[] = {
  { "0ca6", "0010", "Castles EZ100PU" }, /* sold all over Taiwan; its driver is “ezusb” */
};

static char *
read_word (const char *folder, const char *device, const char *file)
{
  g_autofree char *path = g_build_filename (folder, device, file, NULL);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_strstrip (text);
}

static const char *
special_name (const char *vendor, const char *product)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SPECIAL_READERS); i++)
    if (g_strcmp0 (vendor, SPECIAL_READERS[i].vendor) == 0 &&
        g_strcmp0 (product, SPECIAL_READERS[i].product) == 0)
      return SPECIAL_READERS[i].name;
  return NULL;
}

/* "1-4:1.0" is an interface of the device "1-4", which has the names. */
static char *
name_device (const char *folder, const char *interface)
{
  g_autofree char *device = g_strndup (interface, strcspn (interface, ":"));
  g_autofree char *vendor = read_word (folder, device, "idVendor");
  g_autofree char *product = read_word (folder, device, "idProduct");
  g_autofree char *name = read_word (folder, device, "product");
  const char *special = special_name (vendor, product);

  if (special == NULL)
    special = name != NULL && g_utf8_validate (name, -1, NULL) ? name : _ ("A card reader");
  return g_strdup_printf ("%s (USB %s:%s)", special, vendor != NULL ? vendor : "?",
                          product != NULL ? product : "?");
}

static gboolean
is_claimed (const char *folder, const char *interface)
{
  g_autofree char *link = g_build_filename (folder, interface, "driver", NULL);
  g_autofree char *target = g_file_read_link (link, NULL);
  g_autofree char *driver = target != NULL ? g_path_get_basename (target) : NULL;

  return g_strcmp0 (driver, "pn533_usb") == 0 || g_strcmp0 (driver, "nfcsim") == 0;
}

static UsbSight
look_at_device (const char *folder, const char *device)
{
  g_autofree char *class = read_word (folder, device, "bInterfaceClass");
  g_autofree char *vendor = read_word (folder, device, "idVendor");
  g_autofree char *product = read_word (folder, device, "idProduct");

  if (special_name (vendor, product) != NULL)
    return USB_SPECIAL;
  if (g_strcmp0 (class, SMART_CARD_CLASS) != 0)
    return USB_NOTHING;
  return is_claimed (folder, device) ? USB_CLAIMED : USB_READER;
}

/* The one that says most about what to do. */
static void
look_at_usb (const char *folder, UsbFound *ret_found)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *device;

  for (guint i = 0;
       directory != NULL && i < MAX_USB_DEVICES && (device = g_dir_read_name (directory)) != NULL;
       i++)
    {
      UsbSight sight = look_at_device (folder, device);

      if (sight <= ret_found->sight)
        continue;
      ret_found->sight = sight;
      g_free (ret_found->name);
      ret_found->name = name_device (folder, device);
    }
}

static void
conclude_no_reader (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_auto (UsbFound) usb = { 0 };
  g_autofree char *found = NULL;

  look_at_usb (context->environment->usb_folder, &usb);
  switch (usb.sight)
    {
    case USB_SPECIAL:
      /* Translators: %s is the name of a card reader. */
      found = g_strdup_printf (_ ("%s without its driver"), usb.name);
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, found,
                          _ ("This reader does not follow the common standard. Install its maker's "
                             "driver for Linux (ezusb) from the maker's website and start the card "
                             "reader service anew, or use a reader that needs no driver."),
                          "READER-EZ100PU");
      break;
    case USB_CLAIMED:
      found =
          g_strdup_printf (_ ("%s, held by the system’s driver for contactless chips"), usb.name);
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, found,
                          _ ("The system keeps this reader for something else. Give it free, then "
                             "connect the reader again."),
                          "READER-CLAIMED");
      nhi_check_offer (outcome, NHI_FIX_COMMAND, NULL, "sudo modprobe -r pn533_usb pn533 nfc");
      break;
    case USB_READER:
      found = g_strdup_printf (_ ("%s, connected, but without a driver"), usb.name);
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, found,
                          _ ("Install the package libccid, then connect the reader again."),
                          "READER-NO-DRIVER");
      nhi_check_offer_package (context, outcome, "libccid");
      break;
    case USB_NOTHING:
    default:
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("none"),
                          _ ("Connect a card reader to this computer."), "READER-NONE");
    }
}

/* The states in which nothing is known about readers. */
static gboolean
is_without_service (NhiCardState state)
{
  return state == NHI_CARD_STATE_STARTING || state == NHI_CARD_STATE_NO_SERVICE;
}

static void
run_reader (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *names = NULL;

  if (is_without_service (context->card_state))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("the service is not running"), NULL, NULL);
  else if (context->reader_names == NULL || context->reader_names[0] == NULL)
    conclude_no_reader (context, outcome);
  else
    {
      /* Translators: between the names of card readers. */
      names = g_strjoinv (_ (", "), (char **)context->reader_names);
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, names, NULL, NULL);
    }
}

/* ---- the card ---- */

static gboolean
is_without_reader (NhiCardState state)
{
  return is_without_service (state) || state == NHI_CARD_STATE_NO_READER;
}

/* Programs that are known to keep cards for themselves; the first fifteen letters, as the kernel
 * keeps them. */
typedef struct
{
  const char *command;
  const char *name;
} CardUser;

static const CardUser CARD_USERS[] = {
  { "scdaemon", "GnuPG" },
  { "mLNHIICC", "mLNHIICC" },
  { "mNHIICC", "mNHIICC" },
  { "LocalSignServer", "HiPKI LocalSignServer" },
  { "HiPKILocalSign", "HiPKI LocalSignServer" },
  { "firefox", "Firefox" },
  { "firefox-esr", "Firefox" },
  { "chrome", "Chrome" },
  { "chromium", "Chromium" },
  { "java", "Java" },
};

/* The names of likely holders, or NULL. Nothing of anybody's command line. */
static char *
likely_holders (const char *proc_folder)
{
  g_autoptr (GDir) directory = g_dir_open (proc_folder, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  gboolean seen[G_N_ELEMENTS (CARD_USERS)] = { FALSE };
  const char *process;

  for (guint i = 0;
       directory != NULL && i < MAX_PROCESSES && (process = g_dir_read_name (directory)) != NULL;
       i++)
    {
      g_autofree char *command =
          g_ascii_isdigit (process[0]) ? read_word (proc_folder, process, "comm") : NULL;

      for (gsize k = 0; command != NULL && k < G_N_ELEMENTS (CARD_USERS); k++)
        if (!seen[k] && g_str_equal (command, CARD_USERS[k].command))
          {
            seen[k] = TRUE;
            g_strv_builder_add (builder, CARD_USERS[k].name);
          }
    }
  names = g_strv_builder_end (builder);
  return names[0] != NULL ? g_strjoinv (_ (", "), names) : NULL;
}

static void
conclude_busy (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *holders = likely_holders (context->environment->proc_folder);
  g_autofree char *found = NULL;

  if (holders != NULL)
    /* Translators: %s are names of programs. */
    found = g_strdup_printf (_ ("in use by another program, perhaps %s"), holders);
  nhi_check_conclude (outcome, NHI_VERDICT_WARN,
                      found != NULL ? found : nhi_card_state_title (NHI_CARD_STATE_BUSY),
                      nhi_card_state_advice (NHI_CARD_STATE_BUSY), context->fault_code);
}

static void
run_card (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  NhiCardState state = context->card_state;

  if (is_without_reader (state))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("there is no reader"), NULL, NULL);
  else if (state == NHI_CARD_STATE_NO_CARD)
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("none"), nhi_card_state_advice (state),
                        "CARD-NONE");
  else if (state == NHI_CARD_STATE_MUTE)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, nhi_card_state_title (state),
                        nhi_card_state_advice (state),
                        context->fault_code != NULL ? context->fault_code : "CARD-MUTE");
  else if (state == NHI_CARD_STATE_BUSY)
    conclude_busy (context, outcome);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("inserted"), NULL, NULL);
}

/* ---- what kind of card ---- */

/* In the historical bytes of citizens' and organizations' certificate cards (自然人憑證): CHTMOICA
 * and CHTGPKI. */
static gboolean
is_certificate_card (const char *const *atrs)
{
  for (gsize i = 0; atrs != NULL && atrs[i] != NULL; i++)
    {
      g_autofree char *digits = g_ascii_strup (atrs[i], -1);

      if (strstr (digits, "4348544D4F494341") != NULL || strstr (digits, "43485447504B49") != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
run_nhi_card (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  NhiCardState state = context->card_state;

  if (state == NHI_CARD_STATE_READ && context->termination == NHI_CARD_TERMINATION_YES)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("a cancelled NHI card"),
                        _ ("This card has been cancelled. Use your newest card."),
                        "CARD-TERMINATED");
  else if (state == NHI_CARD_STATE_READ)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, nhi_card_state_title (state), NULL, NULL);
  else if (state == NHI_CARD_STATE_OTHER_CARD)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL,
                        is_certificate_card (context->atrs) ? _ ("a certificate card")
                                                            : nhi_card_state_title (state),
                        nhi_card_state_advice (state), "CARD-OTHER");
  else if (state == NHI_CARD_STATE_UNREADABLE)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, nhi_card_state_title (state),
                        nhi_card_state_advice (state), context->fault_code);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("there is no card that can be read"), NULL,
                        NULL);
}

/* ---- the module for certificate cards ---- */

static char *
card_modules (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  const char *file;

  while (directory != NULL && (file = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *name = g_strdup (file);

      if (!g_str_has_suffix (name, ".module") || g_str_has_prefix (name, "p11-kit-") ||
          g_str_has_prefix (name, "gnome-keyring"))
        continue;
      name[strlen (name) - strlen (".module")] = '\0';
      g_strv_builder_add (builder, name);
    }
  names = g_strv_builder_end (builder);
  return names[0] != NULL ? g_strjoinv (_ (", "), names) : NULL;
}

static void
run_module (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *modules = card_modules (context->environment->module_folder);

  if (modules != NULL)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, modules, NULL, NULL);
  else if (!is_certificate_card (context->atrs))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("only needed for certificate cards"), NULL,
                        NULL);
  else
    {
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("none"),
                          _ ("A certificate card is inserted, but no program that speaks with it "
                             "is installed. The NHI card needs none."),
                          "PKCS11-NONE");
      nhi_check_offer_package (context, outcome, "opensc");
    }
}

const NhiCheckEntry NHI_CHECKS_READER[] = {
  { "reader", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS, N_ ("Card reader"),
    N_ ("Connected, with a driver"), run_reader },
  { "card", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS, N_ ("Card in the reader"),
    N_ ("Inserted"), run_card },
  { "nhi-card", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS, N_ ("NHI card"),
    N_ ("Readable and valid"), run_nhi_card },
  { "pkcs11", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS,
    N_ ("Module for certificate cards"), N_ ("Where a certificate card is used"), run_module },
  { NULL },
};
