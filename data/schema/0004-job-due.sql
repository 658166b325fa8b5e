-- SPDX-License-Identifier: GPL-3.0-or-later
-- removes: job_next does the work of job_due; a program of the step before only searches longer without it.
DROP INDEX job_due;
