//! `E`: events of vCenter and ESXi, wherever their type is named.

use super::ROW;
use crate::log::signature::{Grade, Signature};

pub(super) const EVENTS: &[Signature] = &[
    Signature {
        id: "E-01",
        literals: &["com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent"],
        pattern: r"com\.vmware\.vc\.iofilter\.(?P<detail>HostVendorProviderRegistrationFailedEvent)",
        meaning: "the provider of a host could not register itself",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-02",
        literals: &["com.vmware.vc.iofilter.HostVendorProviderUnregistrationFailedEvent"],
        pattern: r"com\.vmware\.vc\.iofilter\.(?P<detail>HostVendorProviderUnregistrationFailedEvent)",
        meaning: "the provider of a host could not be unregistered",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-03",
        literals: &["com.vmware.vc.sms.VasaProviderDisconnectedEvent", "com.vmware.vc.sms.VasaProviderConnectedEvent"],
        pattern: r"com\.vmware\.vc\.sms\.(?P<detail>VasaProviderDisconnectedEvent|VasaProviderConnectedEvent)",
        meaning: "the connection between vCenter and a provider was lost or came back",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-04",
        literals: &[
            "com.vmware.vc.sms.VasaProviderCertificateSoftLimitReachedEvent",
            "com.vmware.vc.sms.VasaProviderCertificateHardLimitReachedEvent",
            "com.vmware.vc.sms.VasaProviderCertificateValidEvent",
        ],
        pattern: r"com\.vmware\.vc\.sms\.(?P<detail>VasaProviderCertificateSoftLimitReachedEvent|VasaProviderCertificateHardLimitReachedEvent|VasaProviderCertificateValidEvent)",
        meaning: "a provider's certificate has six months left, one month left, or is good again",
        source: "KB 323232",
        grade: Grade::A,
        ..ROW
    },
    Signature {
        id: "E-05",
        literals: &["com.vmware.vc.sms.VasaProviderRefreshCACertsAndCRLsFailure"],
        pattern: r"com\.vmware\.vc\.sms\.(?P<detail>VasaProviderRefreshCACertsAndCRLsFailure)",
        meaning: "vCenter could not bring its trusted certificates to a provider",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-06",
        literals: &[
            "com.vmware.vc.sms.RegisterVcClientCertOnRenewalFailure",
            "com.vmware.vc.sms.VcClientAndVpCertRefreshOnVmcaRootCertRotationFailure",
        ],
        pattern: r"com\.vmware\.vc\.sms\.(?P<detail>RegisterVcClientCertOnRenewalFailure|VcClientAndVpCertRefreshOnVmcaRootCertRotationFailure)",
        meaning: "vCenter renewed a certificate that it shows to providers, and a provider did not take it",
        source: "the published catalogue of vCenter's events from 8.0 U2 on",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-07",
        literals: &[
            "com.vmware.vc.sms.EsxiVasaClientCertificateProvisionFailure",
            "com.vmware.vc.sms.EsxiVasaClientCertificateRegisterFailure",
        ],
        pattern: r"com\.vmware\.vc\.sms\.(?P<detail>EsxiVasaClientCertificateProvisionFailure|EsxiVasaClientCertificateRegisterFailure)",
        meaning: "the certificate that a host shows to array providers could not be renewed; not an IO filter provider",
        source: "the published catalogue of vCenter's events from 8.0 U2 on",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-08",
        literals: &["com.vmware.vc.certmgr.HostCaCertsAndCrlsUpdatedEvent"],
        pattern: r"com\.vmware\.vc\.certmgr\.(?P<detail>HostCaCertsAndCrlsUpdatedEvent)",
        meaning: "vCenter replaced what a host trusts; the SMS certificate may have gone with it, look at castore.pem",
        source: "the published catalogue of vCenter's events; that the push drops the certificate: a field report",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-09",
        literals: &["com.vmware.vc.certmgr.HostCertUpdatedEvent"],
        pattern: r"com\.vmware\.vc\.certmgr\.(?P<detail>HostCertUpdatedEvent)",
        meaning: "a host got another certificate; compare what it shows on 443 and on 9080",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-10",
        literals: &["com.vmware.vc.certmgr.HostCertManagementModeChangedEvent"],
        pattern: r"com\.vmware\.vc\.certmgr\.(?P<detail>HostCertManagementModeChangedEvent)",
        meaning: "the way in which vCenter issues host certificates was changed",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-11",
        literals: &["com.vmware.vc.vecs.CertExpirationEvent"],
        pattern: r"com\.vmware\.vc\.vecs\.(?P<detail>CertExpirationEvent)",
        meaning: "an entry of a certificate store of vCenter is about to expire; which store, the event says",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
    Signature {
        id: "E-12",
        literals: &["esx.problem.iofilter.disabled"],
        pattern: r"esx\.problem\.iofilter\.(?P<detail>disabled)",
        meaning: "an IO filter itself was switched off; certificates are not at fault",
        source: "the published catalogue of vCenter's events",
        grade: Grade::B,
        ..ROW
    },
];
