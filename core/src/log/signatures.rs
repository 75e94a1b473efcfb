//! The table: one row for each trace that a known trouble leaves, sorted by id.
//!
//! `I` is the provider's own log on the ESXi host, `S` vCenter's storage profile service, `V` the host's virtual volume
//! daemon, `X` the other services of both. Where a text is a vendor's but its reading is ours, the grade is the
//! reading's. A new row needs a sample that matches and one that nearly does, in the tests of `samples.rs`.

use super::head::Level;
use super::signature::{Grade, Log, Signature};

pub(super) const SIGNATURES: &[Signature] = &[
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
        id: "S-01",
        log: Log::StorageProfileService,
        level: Level::Error,
        class: Some("com.vmware.vim.sms.client.VasaClientImpl"),
        literals: &["AxisFault: self"],
        pattern: r"InterruptedException: org\.apache\.axis2\.AxisFault: (?P<detail>self[- ]signed certificate)",
        also: Some(r"Setcontext\(\) was interrupted|VasaClientImpl\.(?:executeWithTimeout|setContext)"),
        meaning: "the host refused vCenter's client certificate; look whether castore.pem holds the SMS certificate",
        source: "text: KB 320568; which side refused: inferred from OpenSSL's wording inside a SOAP fault",
        grade: Grade::C,
        ..ROW
    },
    Signature {
        id: "S-02",
        log: Log::StorageProfileService,
        level: Level::Error,
        class: Some("com.vmware.vim.sms.provider.vasa.VasaProviderImpl"),
        literals: &["SetContext failed!"],
        pattern: "SetContext failed!",
        meaning: "no session with the provider could be set up",
        source: "KB 320568",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "S-03",
        log: Log::StorageProfileService,
        level: Level::Error,
        class: Some("com.vmware.vim.sms.provider.vasa.VasaProviderImpl"),
        literals: &["Provider loading failed"],
        pattern: r"\[load\] Provider loading failed",
        ends_story: true,
        meaning: "the provider was not loaded when the storage profile service started, and shows as offline",
        source: "KB 320568",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "S-04",
        log: Log::StorageProfileService,
        level: Level::Warn,
        class: Some("com.vmware.vim.sms.provider.vasa.VersionHandler"),
        literals: &["Failed to retrieve version information from provider"],
        pattern: r"\[isLegacyProvider\] Failed to retrieve version information from provider - https?:/{1,2}(?P<host>\[[^\]\s]+\]|[^:/\s]+):9080/version\.xml: (?P<detail>\w+\(\d+\))",
        meaning: "a TLS alert ended the reading of the provider's version.xml; which side raised it, the line does not say",
        source: "KB 402809",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "S-05",
        log: Log::StorageProfileService,
        level: Level::Warn,
        class: Some("com.vmware.vim.sms.provider.vasa.VasaProviderUtils"),
        literals: &["[isValidatorexception]"],
        pattern: r"\[isValidatorexception\]: Unknown certificate",
        meaning: "vCenter's trust validator refused the certificate that the host serves",
        source: "text: KB 402809; which side refused: inferred",
        grade: Grade::C,
        ..ROW
    },
    Signature {
        id: "S-06",
        log: Log::StorageProfileService,
        level: Level::Error,
        class: Some("com.vmware.vim.sms.provider.vasa.VersionHandler"),
        literals: &["sms.fault.CertificateNotTrusted"],
        pattern: r"com\.vmware\.vim\.binding\.sms\.fault\.CertificateNotTrusted",
        also: Some("Exception while retrieving version info for provider"),
        meaning: "registering or reconnecting the provider was stopped because its certificate is not trusted",
        source: "KB 402809",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "S-07",
        log: Log::StorageProfileService,
        literals: &["VersionHandler."],
        pattern: r"VersionHandler\.(?P<detail>isLegacyProvider|retrieveVersionAndVirtualHostInfoInfoFromUrl|retrieveProviderVerisonAndVirtualHostInfo)",
        implied_by: &["S-04", "S-06"],
        meaning: "a stack of the reading of version.xml whose head line is missing or unknown",
        source: "KB 402809, the vendor's spelling",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "S-08",
        log: Log::StorageProfileService,
        literals: &["VasaClientImpl.", "VasaClientHandler."],
        pattern: r"(?P<detail>VasaClientImpl\.(?:executeWithTimeout|setContext)|VasaClientHandler\.invoke)",
        implied_by: &["S-01", "S-02", "S-03"],
        meaning: "a stack of the setting up of a session whose head line is missing or unknown",
        source: "KB 320568",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "S-09",
        log: Log::StorageProfileService,
        level: Level::Debug,
        class: Some("com.vmware.vim.sms.task.TaskImpl"),
        literals: &["type = SmsTask"],
        pattern: r"Created a task - ManagedObjectReference: type = SmsTask, value = (?P<detail>SmsTask-\d+)",
        meaning: "a task of the storage monitoring service was created; no trouble by itself",
        source: "a field report of 2018 on removing a provider",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "S-10",
        log: Log::StorageProfileService,
        level: Level::Error,
        literals: &["while removing", "WHILE REMOVING"],
        pattern: "(?i:error while removing .*entry .*provider.*providerCache)",
        meaning: "removing the provider got stuck: its entry stays in the service's cache",
        source: "a field report of 2018 on removing a provider",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "S-11",
        log: Log::StorageProfileService,
        literals: &["sms.fault."],
        pattern: r"sms\.fault\.(?P<detail>InvalidCertificate|CertificateNotImported|CertificateRefreshFailed|ProviderConnectionFailed|ProviderRegistrationFault|ProviderUnregistrationFault|ProviderSyncFailed)",
        meaning: "the storage monitoring service answered with this fault",
        source: "the fault types of the SMS API; that they show in the log: inferred",
        grade: Grade::C,
        ..ROW
    },
    Signature {
        id: "S-12",
        log: Log::StorageProfileService,
        literals: &["PKIX path "],
        pattern: "PKIX path (?P<detail>building|validation) failed",
        meaning: "vCenter does not trust the chain that the host serves",
        source: "Java's wording",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "S-13",
        log: Log::StorageProfileService,
        literals: &["CertificateExpiredException", "Exception: NotAfter:"],
        pattern: "CertificateExpiredException|Exception: NotAfter:",
        meaning: "the certificate that the host serves has expired",
        source: "Java's wording; a bare `NotAfter:` also stands in listings of certificates",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "S-14",
        log: Log::StorageProfileService,
        literals: &["CertificateNotYetValidException", "Exception: NotBefore:"],
        pattern: "CertificateNotYetValidException|Exception: NotBefore:",
        meaning: "the certificate that the host serves is not valid yet: a clock is off, or it was just issued",
        source: "Java's wording; a bare `NotBefore:` also stands in listings of certificates",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "S-15",
        log: Log::StorageProfileService,
        literals: &["No subject alternative ", "SSLPeerUnverifiedException"],
        pattern: "No subject alternative (?:DNS )?names?.* (?:found|matching|present)|SSLPeerUnverifiedException",
        meaning: "the host's certificate does not carry the name that vCenter uses",
        source: "Java's wording",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "S-16",
        log: Log::StorageProfileService,
        literals: &[
            "bad_certificate(42)",
            "unsupported_certificate(43)",
            "certificate_revoked(44)",
            "certificate_expired(45)",
            "certificate_unknown(46)",
            "unknown_ca(48)",
            "access_denied(49)",
            "protocol_version(70)",
            "handshake_failure(40)",
        ],
        pattern: r"(?P<detail>(?:bad_certificate\(42|unsupported_certificate\(43|certificate_revoked\(44|certificate_expired\(45|certificate_unknown\(46|unknown_ca\(48|access_denied\(49|protocol_version\(70|handshake_failure\(40)\))",
        implied_by: &["S-04"],
        meaning: "a TLS alert; which side raised it, its name does not say",
        source: "46: KB 402809; the others: names of RFC 5246 and RFC 8446 in the same shape",
        grade: Grade::C,
        ..ROW
    },
    Signature {
        id: "S-17",
        log: Log::StorageProfileService,
        literals: &[
            "Connection refused",
            "onnect timed out",
            "Connection timed out",
            "No route to host",
            "UnknownHostException",
        ],
        pattern: "(?P<detail>Connection refused|[Cc]onnect timed out|Connection timed out|No route to host|UnknownHostException)",
        also: Some(r":9080\b"),
        meaning: "the provider's port could not be reached, or its name not resolved; certificates are not at fault",
        source: "Java's wording",
        grade: Grade::D,
        ..ROW
    },
    Signature {
        id: "S-18",
        log: Log::StorageProfileService,
        literals: &["sms_self_signed", "sps-extension"],
        pattern: "(?P<detail>sms_self_signed|sps-extension).*(?i:renew|expire|fail)|(?i:renew|expire|fail).*(?:sms_self_signed|sps-extension)",
        meaning: "vCenter's client certificate is being renewed, has expired, or failed to renew",
        source: "names: KB 440183; that they show in the log: inferred",
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

/// What a row is unless it says otherwise.
const ROW: Signature = Signature {
    id: "",
    log: Log::Any,
    level: Level::Trace,
    class: None,
    literals: &[],
    pattern: "",
    also: None,
    implied_by: &[],
    ends_story: false,
    meaning: "",
    source: "",
    grade: Grade::D,
};
