-- SPDX-License-Identifier: GPL-3.0-or-later
-- job_next does its work; a program of the step before only searches longer without it.
DROP INDEX job_due;
