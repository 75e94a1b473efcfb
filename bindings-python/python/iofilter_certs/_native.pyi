"""The Rust core. What is documented here is the package's reference."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, final

from ._codes import Code
from ._types import Approve, Document, Progress, StrPath

__all__ = [
    "BrokenOffError",
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
    "check",
    "check_files",
    "command",
    "explain",
    "judge",
    "plan",
    "resume",
    "rollback",
    "rules",
    "scan_log",
    "vector_run",
]

@final
class VCenter:
    """A vCenter, and how to get to it and to its ESXi hosts. Shows no secret, and cannot be pickled."""

    def __new__(
        cls,
        hostname: str,
        username: str,
        password: str,
        *,
        port: int | None = None,
        ca_file: StrPath | None = None,
        thumbprint: str | None = None,
        validate_certs: bool | None = None,
        proxy: str | None = None,
        esxi_ssh: SshAccess | None = None,
        appliance_ssh: SshAccess | None = None,
        appliance_address: str | None = None,
        known_hosts: Sequence[StrPath] = (),
        host_keys: Sequence[str] = (),
        sms_certificate: StrPath | None = None,
        hosts_file: StrPath | None = None,
        logs: Sequence[StrPath] = (),
        esxi_https_port: int | None = None,
        provider_port: int | None = None,
        concurrency: int | None = None,
        timeout_seconds: int | None = None,
    ) -> VCenter:
        """
        hostname: name or address; a port may follow after a colon.
        port: where `hostname` names none; 443 when None.
        ca_file: a PEM file with the CA of vCenter's certificate.
        thumbprint: the SHA-256 of vCenter's own certificate, in place of a CA.
        validate_certs: False only to not judge vCenter's certificate at all.
        proxy: the URL of an HTTP proxy; the environment's is never used.
        esxi_ssh, appliance_ssh: how to log in to ESXi hosts and to the appliance; not asked when None.
        appliance_address: of the appliance's SSH, where it differs from `hostname`.
        known_hosts: files of known SSH hosts, as OpenSSH writes them.
        host_keys: SSH host keys that are trusted wherever they are met, as `SHA256:...`.
        sms_certificate: a PEM file with the certificate that SPS shows to ESXi hosts below 9.0.
        hosts_file: a file in the form of `/etc/hosts` with the names of ESXi hosts, asked before the name service.
        logs: saved `sps.log` files.
        esxi_https_port, provider_port: when not 443 and 9080.
        concurrency: requests that may be open at the same time, when not 64.
        timeout_seconds: that one exchange may take, when not 60.
        """

    @property
    def hostname(self) -> str: ...
    @property
    def username(self) -> str: ...

@final
class SshAccess:
    """An account for SSH, `root` when None, with a password or a private key. Shows no secret."""

    def __new__(
        cls,
        username: str | None = None,
        *,
        password: str | None = None,
        key_file: StrPath | None = None,
        passphrase: str | None = None,
        port: int | None = None,
    ) -> SshAccess: ...

@final
class Policy:
    """What the user allows. None keeps the core's default, which is safe on a production vCenter."""

    def __new__(
        cls,
        *,
        soft_days: int | None = None,
        hard_days: int | None = None,
        provider_soft_days: int | None = None,
        provider_hard_days: int | None = None,
        clock_warn_seconds: int | None = None,
        clock_block_seconds: int | None = None,
        fleet_down_percent: int | None = None,
        renew_by: Literal["auto", "vcenter", "shell"] | None = None,
        renew_soft: bool | None = None,
        ceiling: Literal["safe", "disturbs", "ask_first"] | None = None,
        clusters_at_once: int | None = None,
        only_hosts: Sequence[str] | None = None,
        waivers: Mapping[str, str] | None = None,
        allow_fleet_wide: bool | None = None,
        host_certificates: Mapping[str, Mapping[str, str]] | None = None,
        time_servers: Sequence[str] | None = None,
        backup_days: int | None = None,
        step_timeout_seconds: int | None = None,
        poll_seconds: int | None = None,
        canary: bool | None = None,
        approve: Literal["plan", "host", "step"] | None = None,
        until: str | int | None = None,
        proof_seconds: int | None = None,
        stop_seconds: int | None = None,
    ) -> Policy:
        """
        soft_days, hard_days: days before a host certificate's end; vCenter's own thresholds when None.
        provider_soft_days, provider_hard_days: the same for provider certificates.
        clock_warn_seconds, clock_block_seconds: that clocks may differ.
        fleet_down_percent: share of ESXi hosts that must fail together before the cause is sought in vCenter.
        renew_by: how host certificates are renewed.
        renew_soft: whether those only within the soft threshold are renewed too.
        ceiling: the most careful class of step that is carried out.
        clusters_at_once: clusters worked on side by side.
        only_hosts: names of the ESXi hosts that are worked on; all when empty.
        waivers: gates that are passed although closed, by name, each with the reason.
        allow_fleet_wide: whether what SPS shows to ESXi hosts may be made anew, which disturbs the whole fleet.
        host_certificates: by the host's name, the `certificate` that the customer's CA signed, in PEM, and the `request`
            that it answers; for certificate mode `custom`.
        time_servers: for ESXi hosts whose clock is wrong.
        backup_days: that a backup of vCenter may be old.
        step_timeout_seconds: that a step may take to show its effect.
        poll_seconds: between two looks.
        canary: whether one host is repaired alone, and seen to be well, before any other.
        approve: what is approved one at a time: `plan`, `host` or `step`.
        until: the end of the maintenance window, as `2026-02-04T05:00:00Z` or in seconds since 1970.
        proof_seconds: between the look after the last step and one more; 0 for none.
        stop_seconds: that a step in hand may wait on after a wish to stop.
        """

    @staticmethod
    def from_json(document: str | Mapping[str, Any]) -> Policy: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> Document: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Finding:
    """One trouble at one place."""

    @property
    def code(self) -> Code:
        """Its stable name; see `explain`."""
    @property
    def severity(self) -> Literal["info", "low", "medium", "high", "critical"]: ...
    @property
    def place(self) -> str:
        """Where, by name."""
    @property
    def message(self) -> str: ...
    @property
    def help(self) -> str:
        """What a person can do; may be empty."""
    @property
    def evidence(self) -> list[tuple[str, str]]:
        """What was looked at, and what was seen there."""
    @property
    def follows_from(self) -> str | None:
        """The code of the finding at its root; None for a root cause."""
    @property
    def explains(self) -> int:
        """How many other findings follow from it."""
    @property
    def confidence(self) -> Literal["low", "medium", "high"]:
        """How sure it is: by what is known of vSphere, and by what the logs say for or against it."""
    @property
    def remedy(self) -> str | None: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> Document: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Plan:
    """Ordered steps for a fleet."""

    @staticmethod
    def from_json(document: str | Mapping[str, Any]) -> Plan: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> Document: ...
    @property
    def digest(self) -> str:
        """What is approved: SHA-256 of the plan, lower-case hex."""
    @property
    def summary(self) -> str: ...
    @property
    def is_empty(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Report:
    """One check of one vCenter."""

    @staticmethod
    def from_json(document: str | Mapping[str, Any]) -> Report: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> Document: ...
    @property
    def vcenter(self) -> str:
        """`host:port`."""
    @property
    def verdict(self) -> Literal["healthy", "findings", "incomplete", "stopped"]:
        """`incomplete` is not `healthy`: nothing was found, but something could not be asked."""
    @property
    def exit_code(self) -> int:
        """0 healthy, 1 stopped, 2 findings, 3 incomplete."""
    @property
    def hosts(self) -> int: ...
    @property
    def providers(self) -> int: ...
    @property
    def findings(self) -> list[Finding]:
        """What is wrong, the root cause first."""
    @property
    def lead(self) -> Finding | None:
        """The one finding to begin with; None when nothing is wrong."""
    @property
    def root_causes(self) -> list[Finding]: ...
    @property
    def notes(self) -> list[Finding]:
        """What is worth knowing and no trouble; severity `info` only."""
    @property
    def unanswered(self) -> list[Document]:
        """What is not known: each with `missing`, the `codes` that nobody can tell for want of it, and the `places`."""
    @property
    def gates(self) -> list[Document]:
        """What would stand in the way of a repair."""
    @property
    def plan(self) -> Plan | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Outcome:
    """A run that is over."""

    @staticmethod
    def from_json(document: str | Mapping[str, Any]) -> Outcome: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> Document: ...
    @property
    def ending(self) -> str | Document:
        """`"cured"`, or an object with one member: `rolled_back`, `stuck`, `halted`, `taken_back` or `refused`.

        `rolled_back` and `taken_back` name in `kept` what is not as it was before: `{"host", "what", "why"}`, with the
        host's name or `None` for the vCenter.
        """
    @property
    def cured(self) -> bool: ...
    @property
    def changed(self) -> bool:
        """True when something was changed and not taken back."""
    @property
    def exit_code(self) -> int: ...
    @property
    def steps(self) -> list[Document]: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def journal(self) -> str | None:
        """The journal's file."""
    @property
    def after(self) -> Report | None:
        """What was found when everything was looked at again."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Stop:
    """A wish to stop, to be voiced from any thread."""

    def __new__(cls) -> Stop: ...
    def ask(self) -> None:
        """Once: what is in hand is finished. Twice: it is broken off."""

class IofilterCertsError(Exception):
    """The base of all errors."""

    diagnostic: Document
    report: Report | None

class UsageError(IofilterCertsError):
    """What was said cannot be used. Nothing was connected to."""

class ConnectError(IofilterCertsError):
    """The vCenter cannot be asked; `report` says so too."""

class LoginError(ConnectError):
    """The vCenter refused the login."""

class JournalError(IofilterCertsError):
    """The journal cannot be written or read."""

class LockedError(IofilterCertsError):
    """Another run works on this vCenter."""

class BrokenOffError(IofilterCertsError):
    """A second wish to stop broke off what was under way; `resume` sees what became of it."""

class MistakeError(IofilterCertsError):
    """A mistake in iofilter-certs. Please report it."""

def check(
    vcenter: VCenter,
    policy: Policy | None = None,
    *,
    facts: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Report:
    """Looks and judges. Changes nothing. With `facts`, the report holds what was seen."""

def plan(
    vcenter: VCenter,
    policy: Policy | None = None,
    *,
    facts: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Report:
    """Looks, judges and plans. Changes nothing."""

def apply(
    vcenter: VCenter,
    policy: Policy | None = None,
    *,
    run_dir: StrPath,
    approve: Approve,
    plan: Plan | None = None,
    lock_dir: StrPath | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome | Report:
    """Carries out a plan, one made now when None is given, behind its approval and with a journal in `run_dir`.

    Gives the report when there is nothing to carry out. `approve` is called in another thread. `lock_dir` is shared by
    those who must not act on one vCenter at the same time; by default it is the user's own.
    """

def resume(
    vcenter: VCenter,
    *,
    run_dir: StrPath,
    approve: Approve,
    until: str | int | None = None,
    lock_dir: StrPath | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Goes on where the journal in `run_dir` ends.

    until: the end of the maintenance window, as `2026-02-04T05:00:00Z` or in seconds since 1970; None for none, whatever
        the first one was.
    """

def rollback(
    vcenter: VCenter,
    *,
    run_dir: StrPath,
    approve: Approve,
    waivers: Mapping[str, str] | None = None,
    lock_dir: StrPath | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Takes back what the run in `run_dir` did, in the reverse of its order, as far as its steps can be.

    It goes on in the same journal. What cannot be taken back stands in the ending, with what to do by hand.
    """

def judge(facts: str | Mapping[str, Any], policy: Policy | None = None) -> Report:
    """Judges facts that were kept. Asks nobody."""

def check_files(paths: Sequence[StrPath], policy: Policy | None = None, *, facts: bool = False) -> Report:
    """Judges logs, certificates and support bundles (`.tgz`) that lie on disk, files and folders. Connects to nothing."""

def scan_log(path: StrPath) -> Document:
    """What a saved log holds, packed with gzip or not, in bounded memory: `facts`, and `verdicts` by ESXi host."""

def command(arguments: Sequence[StrPath]) -> int:
    """The command `iofilter-certs`; `arguments` begin with the program's name. Gives the exit code."""

def rules() -> list[Document]:
    """Every rule, by code."""

def explain(code: str) -> str:
    """A rule's page, as Markdown."""

def vector_run(input: str) -> str:
    """Plays a test vector: the text of `input.json` in, the text of `expect.json` out."""
