//! What answers teach about storage providers.

use super::inquiry::Inquiry;
use super::question::Question;
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{Missing, MissingReason, Observed, Provider, ProviderId, ProviderList, ProviderUrl};
use crate::time::UnixTime;
use crate::wire::MoRef;
use crate::wire::provider_url::ProviderUrl as WireUrl;
use crate::wire::sms::provider_info::ProviderInfo;

/// The list of providers. Those that are not in it any more are gone; those that are new are asked.
pub(crate) fn list(inquiry: &mut Inquiry, now: UnixTime, list: Vec<MoRef>) -> Vec<Question> {
    let known = std::mem::take(&mut inquiry.link.listed_providers);
    let listed = &mut inquiry.link.listed_providers;
    let mut follow = Vec::new();
    for provider in list {
        let is_other = known.get(&provider.value).copied();
        listed.insert(provider.value.clone(), is_other.unwrap_or(false));
        if is_other.is_none() {
            follow.push(Question::ProviderInfo { provider });
        }
    }
    inquiry.facts.providers.retain(|_, provider| listed.contains_key(&provider.object));
    inquiry.facts.other_providers.retain(|_, provider| listed.contains_key(&provider.object));
    count(inquiry, now);
    follow
}

/// A provider was unregistered.
pub(crate) fn gone(inquiry: &mut Inquiry, object: &MoRef) {
    inquiry.link.listed_providers.remove(&object.value);
    inquiry.facts.providers.retain(|_, provider| provider.object != object.value);
    inquiry.facts.other_providers.retain(|_, provider| provider.object != object.value);
}

fn count(inquiry: &mut Inquiry, now: UnixTime) {
    let listed = &inquiry.link.listed_providers;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let others = number(listed.values().filter(|is_other| **is_other).count());
    inquiry.facts.provider_list = Observed::seen(ProviderList { registered: number(listed.len()), others }, now);
}

/// One provider, unless a newer list has it no more.
pub(crate) fn info(inquiry: &mut Inquiry, now: UnixTime, object: &MoRef, info: ProviderInfo) {
    if !inquiry.link.listed_providers.contains_key(&object.value) {
        return;
    }
    let port = inquiry.job.provider_port;
    let url = read_url(info.url.as_deref().unwrap_or_default());
    let is_io_filter = url.port == port && url.text.ends_with("/version.xml");
    let certificate = stored_certificate(inquiry, now, info.certificate.as_deref());
    let provider = Provider {
        id: ProviderId(info.uid),
        object: object.value.clone(),
        name: info.name,
        url,
        array_ids: info.arrays.into_iter().map(|array| array.array_id).collect(),
        status: told(now, info.status, "status"),
        status_fault: info.status_fault.map(|fault| fault.name),
        certificate_status: told(now, info.certificate_status, "certificateStatus"),
        certificate,
        certificate_expires: info.certificate_expiry_date.as_deref().and_then(UnixTime::parse),
        last_sync: info.last_sync_time.as_deref().and_then(UnixTime::parse),
        retains_certificate: info.retain_certificate.unwrap_or(false),
        vasa_version: info.vasa_version,
    };
    if is_io_filter {
        inquiry.facts.providers.insert(provider.id.clone(), provider);
        return;
    }
    inquiry.facts.other_providers.insert(provider.id.clone(), provider);
    let was_known = inquiry.link.listed_providers.insert(object.value.clone(), true) == Some(true);
    if let Observed::Seen { value, .. } = &mut inquiry.facts.provider_list
        && !was_known
    {
        value.others = value.others.saturating_add(1);
    }
}

/// A text that is no URL names no host.
fn read_url(text: &str) -> ProviderUrl {
    let (host, port) = WireUrl::parse(text).map_or((String::new(), 0), |url| (url.host, url.port));
    ProviderUrl { text: text.to_owned(), host, port }
}

fn told<T>(now: UnixTime, value: Option<T>, what: &str) -> Observed<T> {
    match value {
        Some(value) => Observed::seen(value, now),
        None => Observed::Unknown(not_sent(what)),
    }
}

fn not_sent(what: &str) -> Missing {
    Missing {
        reason: MissingReason::NotSent,
        message: format!("SMS did not tell `{what}` of this provider"),
        help: String::new(),
    }
}

fn stored_certificate(inquiry: &mut Inquiry, now: UnixTime, pem: Option<&str>) -> Observed<Fingerprint> {
    let Some(text) = pem else { return Observed::Unknown(not_sent("certificate")) };
    // SMS sends PEM, or the Base64 of it alone.
    let framed = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", text.trim());
    match Certificate::from_pem(if text.contains("-----BEGIN") { text } else { &framed }) {
        Ok(certificate) => Observed::seen(inquiry.facts.certificates.keep(certificate), now),
        Err(error) => Observed::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("the certificate that SMS has stored cannot be read: {error}"),
            help: String::new(),
        }),
    }
}
