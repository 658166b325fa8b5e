-- SPDX-License-Identifier: GPL-3.0-or-later
-- The newest trial that was counted: one that runs again after a lost COMMIT finds itself and is not counted twice.
ALTER TABLE attempt ADD COLUMN trial TEXT;
