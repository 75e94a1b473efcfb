//! `R` and `S`: vCenter's storage profile service, what it prints and what it logs.

use super::ROW;
use crate::log::Level;
use crate::log::signature::{Grade, Log, Signature};

pub(super) const STORAGE_PROFILE_SERVICE: &[Signature] = &[
    Signature {
        id: "R-01",
        log: Log::StorageProfileRuntime,
        literals: &["SSLHandshakeException", "SSLException", "CertificateException", "TlsFatalAlert", "PKIX path "],
        pattern: r"(?P<detail>SSLHandshakeException|SSLException|CertificateException|TlsFatalAlert|PKIX path )",
        least: 100,
        meaning: "the same failure of TLS is printed over and over, as entries missing in thumbprint mode cause it before 7.0 U3",
        source: "KB 318194, which does not quote the lines",
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
        begins_story: true,
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
        pattern: r"(?P<detail>(?:TlsFatalAlert(?:Received)?: )?(?:bad_certificate\(42|unsupported_certificate\(43|certificate_revoked\(44|certificate_expired\(45|certificate_unknown\(46|unknown_ca\(48|access_denied\(49|protocol_version\(70|handshake_failure\(40)\))",
        implied_by: &["S-04"],
        meaning: "a TLS alert; its name does not say who raised it, but `TlsFatalAlertReceived` says that the other side did",
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
];
