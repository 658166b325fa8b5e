# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways of a citizen on the shipped programs."""
