-- SPDX-License-Identifier: GPL-3.0-or-later
-- The first shape of the database. One text for SQLite and PostgreSQL: TEXT, BIGINT, SMALLINT, BYTEA mean the same on both.
-- Rules (README.md beside this file): each table leads its key with the person (or job) it belongs to; a natural key that must be
-- unique has a small look-up table of its own; UUIDs as text; instants are Unix seconds UTC; days are YYYY-MM-DD; no triggers.

-- The population the insurer holds: who is insured, with which card, living where.
CREATE TABLE person (
  person_id TEXT NOT NULL PRIMARY KEY,
  id_number TEXT NOT NULL,
  name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  sex TEXT NOT NULL
);
CREATE TABLE person_by_id_number (
  id_number TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL
);
CREATE TABLE card (
  person_id TEXT NOT NULL,
  card_number TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  reason TEXT NOT NULL,       -- first, replacement, renewal
  state TEXT NOT NULL,        -- active, terminated
  ended_on TEXT,
  PRIMARY KEY (person_id, card_number)
);
CREATE TABLE person_by_card_number (
  card_number TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL
);
CREATE TABLE residence (
  person_id TEXT NOT NULL PRIMARY KEY,
  household_number TEXT NOT NULL,
  village_code TEXT NOT NULL,
  neighbourhood SMALLINT NOT NULL
);
CREATE TABLE enrolment (
  person_id TEXT NOT NULL,
  enrolment_id TEXT NOT NULL,
  unit_code TEXT NOT NULL,
  unit_name TEXT NOT NULL,
  insured_class TEXT NOT NULL,     -- 1-2, 2, 3, 6-2 …
  role TEXT NOT NULL,              -- insured, dependant
  insured_person_id TEXT,          -- of a dependant: whose
  insured_amount BIGINT NOT NULL,  -- NT$ a month
  starts_on TEXT NOT NULL,
  ends_on TEXT,
  PRIMARY KEY (person_id, enrolment_id)
);
CREATE TABLE premium_bill (
  person_id TEXT NOT NULL,
  month TEXT NOT NULL,             -- YYYY-MM
  unit_code TEXT NOT NULL,
  unit_name TEXT NOT NULL,
  insured_class TEXT NOT NULL,
  insured_amount BIGINT NOT NULL,
  dependants SMALLINT NOT NULL,
  premium BIGINT NOT NULL,         -- NT$, what the insured person owes
  due_on TEXT NOT NULL,
  PRIMARY KEY (person_id, month, unit_code)
);
CREATE TABLE premium_payment (
  person_id TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  month TEXT NOT NULL,
  paid_on TEXT NOT NULL,
  amount BIGINT NOT NULL,
  channel TEXT NOT NULL,           -- payroll, bank-debit, convenience-store, counter
  PRIMARY KEY (person_id, payment_id)
);
-- Medical entries in the insurer's own field numbers: section r1 … r14, document = compact JSON with children.
CREATE TABLE health_entry (
  person_id TEXT NOT NULL,
  section TEXT NOT NULL,
  entry_date TEXT NOT NULL,        -- YYYY-MM-DD, the section's date field
  entry_id TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (person_id, section, entry_date, entry_id)
);

-- Accounts.
CREATE TABLE registration (
  person_id TEXT NOT NULL,
  registration_id TEXT NOT NULL,
  state TEXT NOT NULL,             -- pending, confirmed, expired, replaced
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  password_hash TEXT NOT NULL,     -- PHC string
  language TEXT NOT NULL,          -- zh-TW, en
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  PRIMARY KEY (person_id, registration_id)
);
CREATE INDEX registration_age ON registration (state, expires_at);
CREATE TABLE registration_by_token (
  token_hash BYTEA NOT NULL PRIMARY KEY, -- SHA-256
  person_id TEXT NOT NULL,
  registration_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX registration_by_token_expiry ON registration_by_token (expires_at);
CREATE TABLE account (
  person_id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  language TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  password_changed_at BIGINT NOT NULL
);
-- Failures are counted per (account, network) and per network. subject = person_id, a hash of an ID number that nobody has,
-- or for the latter the network itself, so that it is not one key for all.
CREATE TABLE attempt (
  subject TEXT NOT NULL,
  network TEXT NOT NULL,
  purpose TEXT NOT NULL,           -- sign-in, registration, registration-letter
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  wait_until BIGINT NOT NULL,
  PRIMARY KEY (subject, network, purpose)
);
CREATE INDEX attempt_age ON attempt (last_at);
CREATE TABLE session (
  person_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  client TEXT NOT NULL,
  network TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,      -- absolute end
  PRIMARY KEY (person_id, session_id)
);
CREATE INDEX session_idle ON session (seen_at);
CREATE TABLE session_by_token (
  token_hash BYTEA NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_token_expiry ON session_by_token (expires_at);
CREATE TABLE sign_in (
  person_id TEXT NOT NULL,
  sign_in_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  network TEXT NOT NULL,
  client TEXT NOT NULL,
  PRIMARY KEY (person_id, sign_in_id)
);
CREATE INDEX sign_in_age ON sign_in (at);
-- The stored answer of a create, so that the same key gives the same answer. scope = person_id, or the network before sign-in.
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,   -- SHA-256 of it, hex
  request_hash BYTEA NOT NULL,     -- HMAC under the key
  answer TEXT NOT NULL,            -- what the same answer is made from again
  created_at BIGINT NOT NULL,
  PRIMARY KEY (scope, idempotency_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What must happen later.
CREATE TABLE job (
  job_id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,              -- package, mail, expiry
  person_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,        -- application_id, mail_id
  state TEXT NOT NULL,             -- waiting, running, done, failed
  run_at BIGINT NOT NULL,          -- waiting: due from; running: the lease holds until
  lease_token TEXT,                -- of the newest claim; who shows another one comes too late
  attempts SMALLINT NOT NULL,
  cursor TEXT,
  error TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX job_due ON job (kind, state, run_at);
CREATE INDEX job_age ON job (state, run_at);
CREATE TABLE outbox (
  person_id TEXT NOT NULL,
  mail_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  message_id TEXT NOT NULL,
  message BYTEA NOT NULL,          -- the rendered RFC 5322 bytes, before the first attempt
  state TEXT NOT NULL,             -- waiting, sent, uncertain, failed
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  PRIMARY KEY (person_id, mail_id)
);
CREATE INDEX outbox_age ON outbox (created_at);

-- The health bank.
CREATE TABLE application (
  person_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  applied_at BIGINT NOT NULL,
  from_month TEXT NOT NULL,
  to_month TEXT NOT NULL,
  state TEXT NOT NULL,             -- processing, ready, failed
  available_until BIGINT NOT NULL, -- 23:59:59 in Taipei of the seventh day after
  package_name TEXT,
  package_size BIGINT,
  package_sha256 TEXT,
  PRIMARY KEY (person_id, application_id)
);
CREATE INDEX application_expiry ON application (available_until);
CREATE INDEX application_package_expiry ON application (available_until) WHERE package_name IS NOT NULL;
CREATE TABLE application_item (
  person_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  category TEXT NOT NULL,
  position SMALLINT NOT NULL,
  status TEXT NOT NULL,            -- processing, ready, none, failed
  entries BIGINT NOT NULL,
  from_month TEXT NOT NULL,
  to_month TEXT NOT NULL,
  PRIMARY KEY (person_id, application_id, category)
);
-- The encrypted package in pieces of 256 KiB: whole or absent by the transaction that writes it, readable from any node, gone when deleted.
CREATE TABLE package_piece (
  person_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  piece BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (person_id, application_id, piece)
);
