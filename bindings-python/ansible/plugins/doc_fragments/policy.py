# Copyright: (c) 2026, the iofilter-certs developers
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Thresholds of findings."""

    DOCUMENTATION = r"""
options:
  soft_days:
    description: Days before a host certificate's end at which it is found to be expiring. vCenter's own threshold when not given.
    type: int
  hard_days:
    description: The same for the urgent finding.
    type: int
  provider_soft_days:
    description: Days before a provider certificate's end at which it is found to be expiring.
    type: int
  provider_hard_days:
    description: The same for the urgent finding.
    type: int
  clock_warn_seconds:
    description: Seconds that two clocks may differ before it is a finding.
    type: int
  fleet_down_percent:
    description: Share of ESXi hosts, in percent, that must fail together before the cause is sought in vCenter.
    type: int
"""
