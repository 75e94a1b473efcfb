//! `SmsProvider.QueryProviderInfo`: how the storage monitoring service sees one provider.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError, fault};

/// One provider. `None` is what the service did not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderInfo {
    /// The type of the answer, normally `VasaProviderInfo`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The id to unregister it by.
    pub uid: String,
    /// Its name, such as `IOFILTER Provider esx01.example.com`; only for people.
    pub name: String,
    /// Its URL, such as `https://esx01.example.com:9080/version.xml`.
    pub url: Option<String>,
    /// The certificate that the service holds for it, PEM or Base64 alone.
    pub certificate: Option<String>,
    /// `online`, `offline` (no answer; it is asked again), `disconnected` (TLS failed; it is not asked again),
    /// `syncError`, `connected` or `unknown`; others may come.
    pub status: Option<String>,
    /// Why it is not online (SMS API 6.5 and later).
    pub status_fault: Option<Fault>,
    /// The version of VASA that it speaks: `1.5` for I/O filters of ESXi below 9.0, `5.0` from 9.0 on (KB 440183).
    pub vasa_version: Option<String>,
    /// `IOFILTERS` for I/O filters.
    pub namespace: Option<String>,
    /// When the service last spoke with it, as the service writes it.
    pub last_sync_time: Option<String>,
    /// The arrays that it stands for; an I/O filter provider has one, `IOFILTERS:<UUID of the host>`.
    pub arrays: Vec<RelatedArray>,
    /// Its own id; not what it is unregistered by.
    pub provider_id: Option<String>,
    /// When its certificate ends, as the service writes it.
    pub certificate_expiry_date: Option<String>,
    /// `valid`, `expirySoftLimitReached` (6 months, KB 323232), `expiryHardLimitReached` (1 month), `expired` or
    /// `invalid`; others may come.
    pub certificate_status: Option<String>,
    /// True when the service leaves the provider's certificate alone.
    pub retain_certificate: Option<bool>,
    /// `PERSISTENCE`, `DATASERVICE` or `UNKNOWN` (`type`).
    pub provider_type: Option<String>,
    /// `internal` or `external` (SMS API 6.7 and later).
    pub category: Option<String>,
}

/// An array that a provider stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedArray {
    /// The array's id.
    pub array_id: String,
    /// Whether this provider is the one in use for it.
    pub active: Option<bool>,
}

/// Asks for one provider. Needs the privilege `StorageViews.View`.
pub fn request(vcenter: &VCenter, provider: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Sms, "QueryProviderInfo", provider, |_| {}))
}

/// Reads the answer. A provider that was unregistered meanwhile is the fault `ManagedObjectNotFound`.
pub fn parse(response: &HttpResponse) -> Result<ProviderInfo, WireError> {
    soap::one(response, "QueryProviderInfo", info)
}

fn info(xml: &mut Xml<'_>, value: &Tag<'_>) -> Result<ProviderInfo, WireError> {
    let (mut uid, mut name) = (None, None);
    let mut info = ProviderInfo::of(value.kind.clone());
    xml.children(|xml, tag| {
        let slot = match tag.name() {
            "uid" => &mut uid,
            "name" => &mut name,
            "url" => &mut info.url,
            "certificate" => &mut info.certificate,
            "status" => &mut info.status,
            "vasaVersion" => &mut info.vasa_version,
            "namespace" => &mut info.namespace,
            "lastSyncTime" => &mut info.last_sync_time,
            "providerId" => &mut info.provider_id,
            "certificateExpiryDate" => &mut info.certificate_expiry_date,
            "certificateStatus" => &mut info.certificate_status,
            "type" => &mut info.provider_type,
            "category" => &mut info.category,
            _ => return structured(xml, tag, &mut info),
        };
        *slot = Some(xml.text()?);
        Ok(())
    })?;
    info.uid = xml.required(uid, "uid")?;
    info.name = xml.required(name, "name")?;
    Ok(info)
}

/// The fields that are not texts.
fn structured(xml: &mut Xml<'_>, tag: &Tag<'_>, info: &mut ProviderInfo) -> Result<(), WireError> {
    match tag.name() {
        "statusFault" => info.status_fault = Some(fault::of_field(xml)?),
        "relatedStorageArray" => info.arrays.push(array(xml)?),
        "retainVasaProviderCertificate" => info.retain_certificate = Some(xml.boolean()?),
        _ => {}
    }
    Ok(())
}

fn array(xml: &mut Xml<'_>) -> Result<RelatedArray, WireError> {
    let (mut array_id, mut active) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "arrayId" => array_id = Some(xml.text()?),
            "active" => active = Some(xml.boolean()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(RelatedArray { array_id: xml.required(array_id, "arrayId")?, active })
}

impl ProviderInfo {
    /// A provider of which nothing is known yet.
    fn of(kind: Option<String>) -> Self {
        Self {
            kind,
            uid: String::new(),
            name: String::new(),
            url: None,
            certificate: None,
            status: None,
            status_fault: None,
            vasa_version: None,
            namespace: None,
            last_sync_time: None,
            arrays: Vec::new(),
            provider_id: None,
            certificate_expiry_date: None,
            certificate_status: None,
            retain_certificate: None,
            provider_type: None,
            category: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, sample, soap_body, vcenter};

    #[test]
    fn reads_an_offline_provider_as_the_java_service_writes_it() {
        assert_eq!(
            soap_body(&look(request(&vcenter(), &MoRef::new("VasaProvider", "vasaProvider-1")))),
            "<QueryProviderInfo xmlns=\"urn:sms\"><_this type=\"VasaProvider\">vasaProvider-1</_this></QueryProviderInfo>"
        );
        let info = parse(&sample!(200, "provider-info-offline.xml")).unwrap();
        assert_eq!(info.kind.as_deref(), Some("VasaProviderInfo"), "the prefix of an xsi:type is not part of its name");
        assert_eq!(info.uid, "6d3f2f6e-0000-4000-8000-000000000001");
        assert_eq!(info.name, "IOFILTER Provider esx01.lab.test");
        assert_eq!(info.url.as_deref(), Some("https://esx01.lab.test:9080/version.xml"));
        assert_eq!(info.status.as_deref(), Some("offline"));
        let fault = info.status_fault.unwrap();
        assert_eq!((fault.name.as_str(), fault.certificate()), ("CertificateNotTrusted", Some("MIIB")));
        assert_eq!(fault.message, "not trusted");
        assert_eq!(info.certificate.unwrap(), "-----BEGIN CERTIFICATE-----\r\nMIIB...\r\n-----END CERTIFICATE-----");
        assert_eq!(info.vasa_version.as_deref(), Some("1.5"));
        assert_eq!(info.namespace.as_deref(), Some("IOFILTERS"));
        assert_eq!(info.arrays, [RelatedArray { array_id: "IOFILTERS:6d3f".to_owned(), active: Some(true) }]);
        assert_eq!(info.certificate_status.as_deref(), Some("expired"));
        assert_eq!(info.certificate_expiry_date.as_deref(), Some("2026-09-10T08:55:01Z"));
        assert_eq!(info.last_sync_time.as_deref(), Some("2026-09-13T08:55:01.681Z"));
        assert_eq!((info.provider_id.as_deref(), info.retain_certificate), (Some("6d3f"), Some(false)));
        assert_eq!((info.provider_type.as_deref(), info.category.as_deref()), (Some("DATASERVICE"), Some("internal")));
    }
}
