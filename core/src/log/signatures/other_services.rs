//! `X`: the other services of vCenter and of ESXi hosts.

use super::ROW;
use crate::log::Level;
use crate::log::signature::{Grade, Log, Signature};

pub(super) const OTHER_SERVICES: &[Signature] = &[
    Signature {
        id: "X-01",
        log: Log::VirtualCenter,
        literals: &["Invalid certificate string"],
        pattern: r"opID=CheckCertificateExpiry-\w+\] Invalid certificate string",
        meaning: "vCenter's TRUSTED_ROOTS store holds an entry that is not a certificate",
        source: "KB 403980",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "X-02",
        log: Log::VirtualCenter,
        literals: &["Start Time Error (70034)"],
        pattern: r"Unable to get signed certificate for host(?:: (?P<host>[\w.:-]*\w))?.*Error: Start Time Error \(70034\)",
        meaning: "vCenter's own authority is younger than 24 hours, and certificates are dated back by as much",
        source: "field reports",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "X-03",
        log: Log::VirtualCenter,
        literals: &["Failed to read X509 cert"],
        pattern: "Failed to read X509 cert",
        meaning: "vCenter met a certificate that it cannot read",
        source: "KB 316619",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "X-04",
        log: Log::HostAgent,
        level: Level::Warn,
        literals: &["castore", "/etc/vmware/ssl"],
        pattern: "(?P<detail>castore|/etc/vmware/ssl).*(?i:PEM|parse|bad base64|failed).*",
        meaning: "the host cannot read its certificates or its trusted ones",
        source: "effect: KB 367381; text: practice",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "X-05",
        log: Log::VirtualCenter,
        literals: &["SSLVerifyFault", "humbprint mismatch", "humbprint does not match"],
        pattern: "SSLVerifyFault|(?i:thumbprint (?:mismatch|does not match))",
        meaning: "the host's certificate is another than vCenter remembers",
        source: "the API's fault name",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "X-06",
        log: Log::HostAgent,
        literals: &["hostd detected to be non-responsive"],
        pattern: "hostd detected to be non-responsive",
        meaning: "the host's agent hangs; certificates are not at fault",
        source: "KB 442474",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "X-07",
        literals: &["nested asn1 error"],
        pattern: "asn1 encoding routines::nested asn1 error",
        meaning: "a certificate was refused as malformed, as elliptic-curve ones are in FIPS mode",
        source: "field reports, few",
        grade: Grade::B,
        ..ROW
    },
];
