# SPDX-License-Identifier: GPL-3.0-or-later
"""The real parts around the programs."""
