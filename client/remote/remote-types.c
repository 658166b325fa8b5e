/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plain values that calls give back: from checked JSON, copied, freed, wiped. */
#include "client/remote/remote-private.h"

#include <string.h>

#define MAX_NAME 200
#define MAX_ITEMS 64
#define MAX_ENTRIES 10000000

void
nhi_wipe_string (char *text)
{
  if (text == NULL)
    return;
  explicit_bzero (text, strlen (text));
  g_free (text);
}

NhiRegistrationForm *
nhi_registration_form_new (void)
{
  NhiRegistrationForm *form = g_new0 (NhiRegistrationForm, 1);

  g_date_clear (&form->birth_date, 1);
  return form;
}

void
nhi_registration_form_free (NhiRegistrationForm *form)
{
  char *const texts[] = {
    form->card_number, form->id_number, form->name,     form->household_number, form->village_code,
    form->email,       form->phone,     form->password, form->idempotency_key
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    nhi_wipe_string (texts[i]);
  explicit_bzero (form, sizeof *form);
  g_free (form);
}

void
nhi_service_info_free (NhiServiceInfo *info)
{
  g_free (info->name);
  g_free (info->version);
  g_free (info->minimum_client);
  g_free (info->tls_protocol);
  g_free (info->tls_issuer);
  g_free (info);
}

void
nhi_registration_receipt_free (NhiRegistrationReceipt *receipt)
{
  g_free (receipt->email_masked);
  g_free (receipt);
}

void
nhi_sign_in_receipt_free (NhiSignInReceipt *receipt)
{
  g_free (receipt->last_sign_in_network);
  g_free (receipt);
}

void
nhi_category_free (NhiCategory *category)
{
  g_free (category->code);
  g_free (category->class_code);
  g_free (category->class_name);
  g_free (category->name);
  g_free (category);
}

static void
item_free (NhiApplicationItem *item)
{
  g_free (item->category);
  g_free (item->class_name);
  g_free (item->name);
  g_free (item->from);
  g_free (item->to);
  g_free (item->mode);
  g_free (item->status);
  g_free (item);
}

static gpointer
item_copy (gconstpointer data, gpointer user_data)
{
  const NhiApplicationItem *from = data;
  NhiApplicationItem *to = g_new0 (NhiApplicationItem, 1);

  to->category = g_strdup (from->category);
  to->class_name = g_strdup (from->class_name);
  to->name = g_strdup (from->name);
  to->from = g_strdup (from->from);
  to->to = g_strdup (from->to);
  to->mode = g_strdup (from->mode);
  to->status = g_strdup (from->status);
  to->entries = from->entries;
  return to;
}

void
nhi_application_free (NhiApplication *application)
{
  g_free (application->application_id);
  g_free (application->state);
  g_free (application->from);
  g_free (application->to);
  g_clear_pointer (&application->items, g_ptr_array_unref);
  g_free (application->file_name);
  g_free (application->sha256);
  g_free (application);
}

NhiApplication *
nhi_application_copy (const NhiApplication *from)
{
  NhiApplication *to = g_new0 (NhiApplication, 1);

  *to = *from;
  to->application_id = g_strdup (from->application_id);
  to->state = g_strdup (from->state);
  to->from = g_strdup (from->from);
  to->to = g_strdup (from->to);
  to->file_name = g_strdup (from->file_name);
  to->sha256 = g_strdup (from->sha256);
  if (from->items != NULL)
    {
      to->items = g_ptr_array_copy (from->items, (GCopyFunc)item_copy, NULL);
      g_ptr_array_set_free_func (to->items, (GDestroyNotify)item_free);
    }
  return to;
}

G_DEFINE_BOXED_TYPE (NhiApplication,
                     nhi_application_boxed,
                     nhi_application_copy,
                     nhi_application_free)

NhiServiceInfo *
nhi_answer_to_service (const NhiAnswer *answer)
{
  g_autoptr (NhiServiceInfo) info = g_new0 (NhiServiceInfo, 1);
  JsonNode *demo = json_object_get_member (answer->object, "demo");

  info->name = nhi_answer_string (answer->object, "name", MAX_NAME);
  info->version = nhi_answer_string (answer->object, "version", 40);
  info->minimum_client = nhi_answer_string (answer->object, "minimum_client", 40);
  info->service_time = nhi_answer_instant (answer->object, "time");
  if (info->name == NULL || info->version == NULL || info->minimum_client == NULL ||
      info->service_time == 0)
    return NULL;

  info->demo = demo != NULL && JSON_NODE_HOLDS_VALUE (demo) &&
               json_node_get_value_type (demo) == G_TYPE_BOOLEAN && json_node_get_boolean (demo);
  info->clock_skew = answer->middle_time - info->service_time;
  info->latency = answer->latency;
  info->tls_protocol = g_strdup (nhi_remote_tls_name (answer->tls_protocol));
  info->tls_issuer = g_strdup (answer->tls_issuer);
  return g_steal_pointer (&info);
}

NhiCategory *
nhi_answer_to_category (JsonObject *object)
{
  g_autoptr (NhiCategory) category = g_new0 (NhiCategory, 1);

  category->code = nhi_answer_string (object, "code", 64);
  category->class_code = nhi_answer_string (object, "class", 64);
  category->class_name = nhi_answer_words (object, "class_name", MAX_NAME);
  category->name = nhi_answer_words (object, "name", MAX_NAME);
  if (category->code == NULL || category->class_code == NULL || category->class_name == NULL ||
      category->name == NULL)
    return NULL;
  return g_steal_pointer (&category);
}

/* Stands in paths and in the terminal. */
gboolean
nhi_application_id_is_valid (const char *application_id)
{
  gsize length = strlen (application_id);

  if (length == 0 || length > 64)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (application_id[i]) && application_id[i] != '-' &&
        application_id[i] != '_')
      return FALSE;
  return TRUE;
}

static gboolean
is_hash (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

/* A name and nothing but a name: no folder, not hidden. */
static gboolean
is_file_name (const char *text)
{
  return text != NULL && *text != '\0' && *text != '.' && strpbrk (text, "/\\") == NULL;
}

static gboolean
is_one_of (const char *text, const char *const *words)
{
  return text != NULL && g_strv_contains (words, text);
}

static NhiApplicationItem *
item_from_json (JsonNode *node)
{
  static const char *const states[] = { "processing", "ready", "none", "failed", NULL };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  NhiApplicationItem *item = g_new0 (NhiApplicationItem, 1);
  gint64 entries = 0;

  item->category = nhi_answer_string (object, "category", 64);
  item->class_name = nhi_answer_words (object, "class_name", MAX_NAME);
  item->name = nhi_answer_words (object, "name", MAX_NAME);
  item->from = nhi_answer_string (object, "from", 10);
  item->to = nhi_answer_string (object, "to", 10);
  item->mode = nhi_answer_string (object, "mode", 20);
  item->status = nhi_answer_string (object, "status", 20);
  if (item->category == NULL || item->class_name == NULL || item->name == NULL ||
      item->from == NULL || item->to == NULL || item->mode == NULL ||
      !is_one_of (item->status, states) ||
      !nhi_answer_integer (object, "entries", 0, MAX_ENTRIES, &entries))
    g_clear_pointer (&item, item_free);
  else
    item->entries = (guint)entries;
  return item;
}

static GPtrArray *
items_from_json (JsonArray *array)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)item_free);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      NhiApplicationItem *item = item_from_json (json_array_get_element (array, i));

      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, item);
    }
  return array != NULL ? g_steal_pointer (&items) : NULL;
}

static gboolean
read_package (NhiApplication *application, JsonObject *object)
{
  JsonObject *package = nhi_answer_object (object, "package");

  if (package == NULL)
    return !g_str_equal (application->state, "ready");
  application->file_name = nhi_answer_string (package, "file_name", 240);
  application->sha256 = nhi_answer_string (package, "sha256", 64);
  return is_file_name (application->file_name) && is_hash (application->sha256) &&
         nhi_answer_integer (package, "size", 1, NHI_REMOTE_MAX_PACKAGE, &application->size);
}

NhiApplication *
nhi_answer_to_application (JsonObject *object, gboolean with_items)
{
  static const char *const states[] = { "processing", "ready", "failed", NULL };
  g_autoptr (NhiApplication) application = g_new0 (NhiApplication, 1);

  application->application_id = nhi_answer_string (object, "application_id", 64);
  application->state = nhi_answer_string (object, "state", 20);
  application->from = nhi_answer_string (object, "from", 10);
  application->to = nhi_answer_string (object, "to", 10);
  application->applied_at = nhi_answer_instant (object, "applied_at");
  application->available_until = nhi_answer_instant (object, "available_until");
  if (application->application_id == NULL ||
      !nhi_application_id_is_valid (application->application_id) ||
      !is_one_of (application->state, states) || application->from == NULL ||
      application->to == NULL || application->applied_at == 0 ||
      !read_package (application, object))
    return NULL;

  if (with_items)
    {
      application->items = items_from_json (nhi_answer_array (object, "items", MAX_ITEMS));
      if (application->items == NULL)
        return NULL;
    }
  return g_steal_pointer (&application);
}
