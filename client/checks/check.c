/* SPDX-License-Identifier: GPL-3.0-or-later
 * One check as the page and the report see it, and the words of verdicts and groups. */
#include "client/checks/check-private.h"

#include <glib/gi18n.h>

struct _NhiCheck
{
  GObject parent_instance;

  const NhiCheckEntry *entry;
  guint number;
  NhiCheckOutcome outcome;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NUMBER,
  PROP_GROUP,
  PROP_TITLE,
  PROP_RECOMMENDED,
  PROP_FOUND,
  PROP_VERDICT,
  PROP_REASON,
  PROP_CODE,
  PROP_FIX,
  PROP_COMMAND,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (NhiCheck, nhi_check, G_TYPE_OBJECT)

static const char *const FIXES[] = {
  [NHI_FIX_NONE] = "none",
  [NHI_FIX_START_UNIT] = "start",
  [NHI_FIX_RESTART_UNIT] = "restart",
  [NHI_FIX_UNMASK_UNIT] = "allow",
  [NHI_FIX_INSTALL_PACKAGE] = "install",
  [NHI_FIX_RESTART_APP] = "restart-app",
  [NHI_FIX_OPEN_SETTINGS] = "settings",
  [NHI_FIX_COMMAND] = "command",
};

typedef struct
{
  const char *nick;
  const char *label;
  const char *icon_name;
} VerdictInfo;

static const VerdictInfo VERDICTS[] = {
  [NHI_VERDICT_RUNNING] = { "running", N_ ("Checking"), "content-loading-symbolic" },
  [NHI_VERDICT_PASS] = { "pass", N_ ("Fine"), "emblem-ok-symbolic" },
  [NHI_VERDICT_WARN] = { "warn", N_ ("Attention"), "dialog-warning-symbolic" },
  [NHI_VERDICT_FAIL] = { "fail", N_ ("Needs action"), "dialog-error-symbolic" },
  [NHI_VERDICT_SKIP] = { "skip", N_ ("Skipped"), "action-unavailable-symbolic" },
};

static const char *const GROUPS[] = {
  [NHI_CHECK_GROUP_CARD_READER] = N_ ("Card reader and card"),
  [NHI_CHECK_GROUP_SERVICE] = N_ ("Service"),
  [NHI_CHECK_GROUP_COMPUTER] = N_ ("This computer"),
};

GType
nhi_verdict_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static GEnumValue values[G_N_ELEMENTS (VERDICTS) + 1];

      for (guint i = 0; i < G_N_ELEMENTS (VERDICTS); i++)
        values[i] = (GEnumValue){ (int)i, VERDICTS[i].nick, VERDICTS[i].nick };
      g_once_init_leave (&type, g_enum_register_static ("NhiVerdict", values));
    }
  return type;
}

GType
nhi_fix_kind_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static GEnumValue values[G_N_ELEMENTS (FIXES) + 1];

      for (guint i = 0; i < G_N_ELEMENTS (FIXES); i++)
        values[i] = (GEnumValue){ (int)i, FIXES[i], FIXES[i] };
      g_once_init_leave (&type, g_enum_register_static ("NhiFixKind", values));
    }
  return type;
}

const char *
nhi_fix_kind_nick (NhiFixKind kind)
{
  g_return_val_if_fail ((guint)kind < G_N_ELEMENTS (FIXES), "");
  return FIXES[kind];
}

const char *
nhi_verdict_nick (NhiVerdict verdict)
{
  g_return_val_if_fail ((guint)verdict < G_N_ELEMENTS (VERDICTS), "");
  return VERDICTS[verdict].nick;
}

const char *
nhi_verdict_label (NhiVerdict verdict)
{
  g_return_val_if_fail ((guint)verdict < G_N_ELEMENTS (VERDICTS), "");
  return _ (VERDICTS[verdict].label);
}

const char *
nhi_verdict_icon_name (NhiVerdict verdict)
{
  g_return_val_if_fail ((guint)verdict < G_N_ELEMENTS (VERDICTS), "");
  return VERDICTS[verdict].icon_name;
}

const char *
nhi_check_group_title (NhiCheckGroup group)
{
  g_return_val_if_fail ((guint)group < G_N_ELEMENTS (GROUPS), "");
  return _ (GROUPS[group]);
}

void
nhi_check_outcome_clear (NhiCheckOutcome *outcome)
{
  g_clear_pointer (&outcome->found, g_free);
  g_clear_pointer (&outcome->reason, g_free);
  g_clear_pointer (&outcome->code, g_free);
  g_clear_pointer (&outcome->fix_argument, g_free);
  g_clear_pointer (&outcome->command, g_free);
  outcome->fix = NHI_FIX_NONE;
}

void
nhi_check_conclude (NhiCheckOutcome *outcome,
                    NhiVerdict verdict,
                    const char *found,
                    const char *reason,
                    const char *code)
{
  nhi_check_outcome_clear (outcome);
  outcome->verdict = verdict;
  outcome->found = g_strdup (found);
  outcome->reason = g_strdup (reason);
  outcome->code = g_strdup (code);
}

void
nhi_check_offer (NhiCheckOutcome *outcome,
                 NhiFixKind fix,
                 const char *argument,
                 const char *command)
{
  g_free (outcome->fix_argument);
  g_free (outcome->command);
  outcome->fix = fix;
  outcome->fix_argument = g_strdup (argument);
  outcome->command = g_strdup (command);
}

static void
nhi_check_finalize (GObject *object)
{
  nhi_check_outcome_clear (&NHI_CHECK (object)->outcome);
  G_OBJECT_CLASS (nhi_check_parent_class)->finalize (object);
}

static void
nhi_check_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NhiCheck *self = NHI_CHECK (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->entry->id);
      break;
    case PROP_NUMBER:
      g_value_set_uint (value, self->number);
      break;
    case PROP_GROUP:
      g_value_set_uint (value, self->entry->group);
      break;
    case PROP_TITLE:
      g_value_set_string (value, _ (self->entry->title));
      break;
    case PROP_RECOMMENDED:
      g_value_set_string (value, _ (self->entry->recommended));
      break;
    case PROP_FOUND:
      g_value_set_string (value, self->outcome.found);
      break;
    case PROP_VERDICT:
      g_value_set_enum (value, self->outcome.verdict);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->outcome.reason);
      break;
    case PROP_CODE:
      g_value_set_string (value, self->outcome.code);
      break;
    case PROP_FIX:
      g_value_set_enum (value, self->outcome.fix);
      break;
    case PROP_COMMAND:
      g_value_set_string (value, self->outcome.command);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
nhi_check_class_init (NhiCheckClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = nhi_check_finalize;
  object_class->get_property = nhi_check_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NUMBER] = g_param_spec_uint ("number", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_GROUP] = g_param_spec_uint ("group", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_RECOMMENDED] = g_param_spec_string ("recommended", NULL, NULL, NULL, flags);
  properties[PROP_FOUND] = g_param_spec_string ("found", NULL, NULL, NULL, flags);
  properties[PROP_VERDICT] =
      g_param_spec_enum ("verdict", NULL, NULL, NHI_TYPE_VERDICT, NHI_VERDICT_RUNNING, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  properties[PROP_CODE] = g_param_spec_string ("code", NULL, NULL, NULL, flags);
  properties[PROP_FIX] =
      g_param_spec_enum ("fix", NULL, NULL, NHI_TYPE_FIX_KIND, NHI_FIX_NONE, flags);
  properties[PROP_COMMAND] = g_param_spec_string ("command", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
nhi_check_init (NhiCheck *self)
{
  self->outcome.verdict = NHI_VERDICT_RUNNING;
}

NhiCheck *
nhi_check_new (const NhiCheckEntry *entry, guint number)
{
  NhiCheck *self = g_object_new (NHI_TYPE_CHECK, NULL);

  self->entry = entry;
  self->number = number;
  return self;
}

const NhiCheckEntry *
nhi_check_get_entry (NhiCheck *self)
{
  return self->entry;
}

void
nhi_check_take_outcome (NhiCheck *self, NhiCheckOutcome *outcome)
{
  NhiCheckOutcome old = self->outcome;

  self->outcome = *outcome;
  *outcome = (NhiCheckOutcome){ 0 };

  g_object_freeze_notify (G_OBJECT (self));
  if (g_strcmp0 (old.found, self->outcome.found) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOUND]);
  if (g_strcmp0 (old.reason, self->outcome.reason) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASON]);
  if (g_strcmp0 (old.code, self->outcome.code) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CODE]);
  if (old.fix != self->outcome.fix)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIX]);
  if (g_strcmp0 (old.command, self->outcome.command) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMMAND]);
  if (old.verdict != self->outcome.verdict)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VERDICT]);
  g_object_thaw_notify (G_OBJECT (self));
  nhi_check_outcome_clear (&old);
}

void
nhi_check_set_running (NhiCheck *self)
{
  NhiCheckOutcome running = { .verdict = NHI_VERDICT_RUNNING };

  nhi_check_take_outcome (self, &running);
}

const char *
nhi_check_get_id (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return self->entry->id;
}

guint
nhi_check_get_number (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), 0);
  return self->number;
}

NhiCheckGroup
nhi_check_get_group (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NHI_CHECK_GROUP_COMPUTER);
  return self->entry->group;
}

const char *
nhi_check_get_title (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return _ (self->entry->title);
}

const char *
nhi_check_get_recommended (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return _ (self->entry->recommended);
}

const char *
nhi_check_get_found (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return self->outcome.found;
}

NhiVerdict
nhi_check_get_verdict (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NHI_VERDICT_SKIP);
  return self->outcome.verdict;
}

const char *
nhi_check_get_reason (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return self->outcome.reason;
}

const char *
nhi_check_get_code (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return self->outcome.code;
}

NhiFixKind
nhi_check_get_fix (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NHI_FIX_NONE);
  return self->outcome.fix;
}

const char *
nhi_check_get_fix_argument (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return self->outcome.fix_argument;
}

const char *
nhi_check_get_command (NhiCheck *self)
{
  g_return_val_if_fail (NHI_IS_CHECK (self), NULL);
  return self->outcome.command;
}

gboolean
nhi_check_can_be_fixed (NhiCheck *self)
{
  NhiFixKind fix = nhi_check_get_fix (self);

  return fix == NHI_FIX_START_UNIT || fix == NHI_FIX_RESTART_UNIT || fix == NHI_FIX_UNMASK_UNIT ||
         fix == NHI_FIX_INSTALL_PACKAGE;
}
