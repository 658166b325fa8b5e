-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is due of one kind, in order: (kind, state, run_at) would have to sort whatever waits before it gives the first.
CREATE INDEX IF NOT EXISTS job_next ON job (kind, run_at) WHERE state IN ('waiting', 'running');
