//! What was there before the first act: a picture to compare with, and files to go back by.
//!
//! Only what is public: certificates, lists, records. No key is ever read, so none can be kept.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Run;
use crate::case::{Place, PlaceKind};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{ConnectionState, Facts, Host, HostId, Observed, Presented, VCenter};
use crate::json;
use crate::plan::{HostRef, Plan, StepId};
use crate::rules::Finding;
use crate::time::UnixTime;

/// The hosts of a plan as they were at one time, as far as was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// When it was seen.
    pub at: UnixTime,
    /// The hosts, in the order of their ids.
    pub hosts: Vec<HostPicture>,
    /// What was found at the vCenter itself, by code.
    pub found_at_vcenter: BTreeSet<String>,
    /// What was found elsewhere, by the id of the ESXi host that it is at, or the name of the provider if that is no host's.
    /// `None` in a journal of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<BTreeMap<String, BTreeSet<FoundCode>>>,
}

/// A finding in short.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundCode {
    /// Its code.
    pub code: String,
    /// The code of the finding that it follows from, if it is not a cause itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows_from: Option<String>,
}

/// One host. What was not seen is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostPicture {
    /// The host.
    pub host: HostRef,
    /// What vCenter says of its connection to it.
    #[serde(default)]
    pub connection: Option<ConnectionState>,
    /// The certificate on port 443.
    pub on_443: Option<ShownCertificate>,
    /// The certificate on port 9080.
    pub on_9080: Option<ShownCertificate>,
    /// The fingerprints of its CA store.
    pub ca_store: Option<Vec<Fingerprint>>,
    /// Its storage providers, as SMS has them.
    pub providers: Option<Vec<ProviderPicture>>,
}

/// A certificate, as far as a person compares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownCertificate {
    /// SHA-256 of its DER.
    pub fingerprint: Fingerprint,
    /// When it begins to be valid.
    pub not_before: UnixTime,
    /// When it ends.
    pub not_after: UnixTime,
}

/// A storage provider's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderPicture {
    /// Its uid.
    pub uid: String,
    /// Where it listens.
    pub url: String,
    /// Its status, if told.
    pub status: Option<String>,
    /// The certificate that SMS has stored for it.
    pub certificate: Option<ShownCertificate>,
}

/// Files that are to be kept in the run's folder before anything is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The files.
    pub files: Vec<EvidenceFile>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// The folder's name; empty for none. Letters, digits, dots, hyphens and underscores, and no dot at the beginning.
    pub folder: String,
    /// The file's name, of the same characters.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// The folder in a run's folder that [`Evidence`] is kept in.
pub const EVIDENCE_FOLDER: &str = "evidence";
/// What a signing request of a host is kept as, in the host's folder.
const SIGNING_REQUEST: &str = "signing-request.csr";

impl Run {
    /// What a step has made, as a file to be kept.
    pub(super) fn evidence_of(&self, id: StepId, text: &str) -> Option<Evidence> {
        let host = self.plan.step(id)?.host.as_ref()?;
        let file =
            EvidenceFile { folder: folder_of(host), name: SIGNING_REQUEST.to_owned(), text: lines([text].into_iter()) };
        Some(Evidence { files: vec![file] })
    }

    /// The plan's hosts as they are known now, and what is found.
    pub(super) fn picture(&self, facts: &Facts, findings: &[Finding]) -> Picture {
        let hosts = touched(&self.plan).into_iter().map(|host| of_host(facts, host)).collect();
        let (mut found_at_vcenter, mut found) = (BTreeSet::new(), BTreeMap::<String, BTreeSet<FoundCode>>::new());
        for Finding { place, diagnostic, follows_from, .. } in findings {
            let code = diagnostic.code.clone();
            if place.kind == PlaceKind::Vcenter {
                found_at_vcenter.insert(code);
            } else {
                let follows_from = follows_from.clone();
                found.entry(spot(place).to_owned()).or_default().insert(FoundCode { code, follows_from });
            }
        }
        Picture { at: facts.ended_at, hosts, found_at_vcenter, found: Some(found) }
    }

    /// What is needed to go back, as files.
    pub(super) fn evidence(&self) -> Evidence {
        let facts = &self.inquiry.facts;
        let file = |folder: &str, name: &str, text: String| EvidenceFile {
            folder: folder.to_owned(),
            name: name.to_owned(),
            text,
        };
        let mut files = vec![file("", "vcenter.json", json::text(&facts.vcenter))];
        for (name, list) in certificates_of_vcenter(&facts.vcenter) {
            files.push(file("", name, pems(facts, &list)));
        }
        for host in touched(&self.plan) {
            let Some(seen) = facts.hosts.get(&host.id) else { continue };
            let folder = folder_of(host);
            for (name, list) in certificates_of(seen) {
                files.push(file(&folder, name, pems(facts, &list)));
            }
            if let Some(lists) = seen.ca_revocation_lists.value() {
                files.push(file(&folder, "castore.crl", lines(lists.iter().map(String::as_str))));
            }
            files.push(file(&folder, "host.json", json::text(seen)));
            let providers: Vec<_> = facts.providers_of(seen).collect();
            let stored: Vec<Fingerprint> =
                providers.iter().filter_map(|provider| provider.certificate.value().copied()).collect();
            files.push(file(&folder, "provider.pem", pems(facts, &stored)));
            files.push(file(&folder, "providers.json", json::text(&providers)));
        }
        Evidence { files }
    }
}

/// What a finding is kept under: the id of its host, or the name of the provider that is no host's, which has another id
/// when it registers anew.
pub(super) fn spot(place: &Place) -> &str {
    place.host.as_deref().unwrap_or(&place.name)
}

/// Where what a step has made for a host is kept, in the run's folder.
pub(super) fn kept_at(host: &HostRef) -> String {
    format!("{EVIDENCE_FOLDER}/{}/{SIGNING_REQUEST}", folder_of(host))
}

/// Every host that a step of the plan is for.
pub(super) fn touched(plan: &Plan) -> BTreeSet<&HostRef> {
    plan.steps().filter_map(|step| step.host.as_ref()).chain(plan.hosts().map(|host| &host.host)).collect()
}

fn of_host(facts: &Facts, host: &HostRef) -> HostPicture {
    let seen = facts.hosts.get(&host.id);
    let leaf = |of: fn(&Host) -> &Observed<Presented>| {
        let presented = seen.and_then(|seen| of(seen).value())?;
        shown(facts, &presented.leaf)
    };
    let providers = facts.provider_list.value().and(seen).map(|seen| {
        let picture = |provider: &crate::facts::Provider| ProviderPicture {
            uid: provider.id.0.clone(),
            url: provider.url.text.clone(),
            status: provider.status.value().cloned(),
            certificate: provider.certificate.value().and_then(|one| shown(facts, one)),
        };
        facts.providers_of(seen).map(picture).collect()
    });
    HostPicture {
        host: host.clone(),
        connection: seen.and_then(|seen| seen.connection.value().cloned()),
        on_443: leaf(|host| &host.on_443),
        on_9080: leaf(|host| &host.on_9080),
        ca_store: seen.and_then(|seen| seen.ca_store.value().cloned()),
        providers,
    }
}

fn shown(facts: &Facts, fingerprint: &Fingerprint) -> Option<ShownCertificate> {
    let certificate = facts.certificates.find(fingerprint)?;
    let Certificate { not_before, not_after, .. } = certificate;
    Some(ShownCertificate { fingerprint: *fingerprint, not_before: *not_before, not_after: *not_after })
}

/// What it trusts, and what the store `SMS` holds: all entries where the appliance's shell told them, otherwise the two that
/// SPS shows to hosts.
fn certificates_of_vcenter(vcenter: &VCenter) -> Vec<(&'static str, Vec<Fingerprint>)> {
    let entries = vcenter.vecs.value().and_then(|stores| stores.iter().find(|store| store.name == "SMS"));
    let entries = entries.map(|store| store.entries.iter().filter_map(|entry| entry.certificate).collect());
    let shown = [&vcenter.sms.sms_self_signed, &vcenter.sms.sps_extension];
    let shown = || shown.into_iter().filter_map(|one| one.value().copied()).collect();
    let lists = [
        ("trusted-roots.pem", vcenter.trusted_roots.value().cloned()),
        ("vecs-sms.pem", Some(entries.unwrap_or_else(shown))),
    ];
    lists.into_iter().filter_map(|(name, list)| Some((name, list?))).collect()
}

fn certificates_of(host: &Host) -> Vec<(&'static str, Vec<Fingerprint>)> {
    let chain = |presented: &Presented| std::iter::once(presented.leaf).chain(presented.rest.iter().copied()).collect();
    let lists = [
        ("443.pem", host.on_443.value().map(chain)),
        ("9080.pem", host.on_9080.value().map(chain)),
        ("castore.pem", host.ca_store.value().cloned()),
    ];
    lists.into_iter().filter_map(|(name, list)| Some((name, list?))).collect()
}

fn pems(facts: &Facts, list: &[Fingerprint]) -> String {
    let found = list.iter().filter_map(|one| facts.certificates.find(one));
    let texts: Vec<String> = found.map(Certificate::to_pem).collect();
    lines(texts.iter().map(String::as_str))
}

/// One after the other, each with one line end.
fn lines<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.flat_map(|text| [text.trim_end(), "\n"]).collect()
}

/// `host-21-esx01.example.com`: the id keeps two hosts of one name apart.
fn folder_of(host: &HostRef) -> String {
    let HostId(id) = &host.id;
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    format!("{id}-{}", host.name).trim_start_matches('.').chars().map(kept).take(200).collect()
}
