"""Finds, explains, repairs and proves repaired the certificate trouble of vSphere IOFilter storage providers.

Everything is decided in the Rust core behind `iofilter_certs._native`; there is no check, default or message here.
"""

from ._codes import Code
from ._native import (
    BrokenOffError,
    ConnectError,
    Finding,
    IofilterCertsError,
    JournalError,
    LockedError,
    LoginError,
    MistakeError,
    Outcome,
    Plan,
    Policy,
    Report,
    SshAccess,
    Stop,
    UsageError,
    VCenter,
    apply,
    check,
    explain,
    judge,
    plan,
    resume,
    rules,
    vector_run,
)
from .asynchronous import apply_async, check_async, plan_async, resume_async, scan_logs_async
from .logs import scan_logs

__all__ = [
    "BrokenOffError",
    "Code",
    "ConnectError",
    "Finding",
    "IofilterCertsError",
    "JournalError",
    "LockedError",
    "LoginError",
    "MistakeError",
    "Outcome",
    "Plan",
    "Policy",
    "Report",
    "SshAccess",
    "Stop",
    "UsageError",
    "VCenter",
    "apply",
    "apply_async",
    "check",
    "check_async",
    "explain",
    "judge",
    "plan",
    "plan_async",
    "resume",
    "resume_async",
    "rules",
    "scan_logs",
    "scan_logs_async",
    "vector_run",
]
