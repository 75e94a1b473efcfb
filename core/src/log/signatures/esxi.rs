//! `I`: the IO filter provider's own log on the ESXi host. `V`: the host's daemon for virtual volumes.

use super::ROW;
use crate::log::signature::{Grade, Log, Signature};

pub(super) const ESXI: &[Signature] = &[
    Signature {
        id: "I-01",
        log: Log::IoFilterProvider,
        literals: &["SSL Connection error"],
        pattern: r"(?:^\S+\s+(?P<host>[\w.:-]+)\s+)?iofiltervpd\[\d+\]:.*SSL Connection error",
        meaning: "the provider dropped a TLS session; either side may have refused",
        source: "published parser of the program's syslog lines",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "I-02",
        log: Log::IoFilterProvider,
        literals: &[
            "signed certificate",
            "ertificate verify failed",
            "ertificate has expired",
            "nable to get local issuer",
            "ertificate is not yet valid",
        ],
        pattern: r"(?:^\S+\s+(?P<host>[\w.:-]+)\s+)?iofiltervpd\[\d+\].*(?P<detail>(?i:self[- ]signed certificate|certificate verify failed|certificate has expired|unable to get local issuer|certificate is not yet valid))",
        meaning: "the provider refused vCenter's client certificate: not in castore.pem, expired, or not valid yet",
        source: "OpenSSL's wording of verification results",
        grade: Grade::C,
        ..ROW
    },
    Signature {
        id: "I-03",
        log: Log::IoFilterProvider,
        literals: &["o shared cipher", "nsupported protocol", "rong version number"],
        pattern: r"(?:^\S+\s+(?P<host>[\w.:-]+)\s+)?iofiltervpd\[\d+\].*(?P<detail>(?i:no shared cipher|unsupported protocol|wrong version number))",
        meaning: "the two sides have no TLS version or cipher in common; certificates are not at fault",
        source: "OpenSSL's wording of handshake errors",
        grade: Grade::C,
        ..ROW
    },
    Signature {
        id: "V-01",
        log: Log::VirtualVolumes,
        literals: &["VasaSession::DoSetContext"],
        pattern: r"VasaSession::DoSetContext: setContext for VP .*\(url: \w+://(?P<host>\[[^\]\s]+\]|[^:/\s]+)\S*\) failed \[connectionState: TransportError\]: TRANSPORT_FAULT \((?P<detail>.*)\)",
        meaning: "an array's provider could not be reached, or TLS with it failed; not an IO filter provider",
        source: "KB 412434",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "V-02",
        log: Log::VirtualVolumes,
        literals: &["VasaSession::DoSetContext"],
        pattern: r"VasaSession::DoSetContext: setContext for VP .*\(url: \w+://(?P<host>\[[^\]\s]+\]|[^:/\s]+)\S*\) failed \[connectionState: Connected\]: STORAGE_FAULT \((?P<detail>.*)\)",
        meaning: "an array's provider answered with a fault; not an IO filter provider",
        source: "KB 412434",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "V-03",
        log: Log::VirtualVolumes,
        literals: &["SSL_connect() failed in tcp_connect()"],
        pattern: r"SSL_connect\(\) failed in tcp_connect\(\)",
        implied_by: &["V-01"],
        meaning: "TLS with an array's provider failed or took too long",
        source: "KB 412434",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "V-04",
        log: Log::VirtualVolumes,
        literals: &["===> FINAL FAILURE"],
        pattern: r"(?P<detail>VasaOp::\w+) \[#\d+\]: ===> FINAL FAILURE",
        meaning: "an operation of an array's provider failed in the end",
        source: "trace form: a storage vendor's article of 2019; the failing form: inferred",
        grade: Grade::C,
        ..ROW
    },
];
