//! What the files of one machine told: of one bundle, one folder.

use super::name::Kind;
use super::settings::{SystemName, appliance_version, esxi_version, host_agent, system_name};
use super::vecs;
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{Certificates, Missing, MissingReason, VecsStore};
use crate::log::LogFacts;

/// An ESXi host, an appliance, or what lies about.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) system: Option<SystemName>,
    pub(super) esxi_version: Option<String>,
    pub(super) object: Option<String>,
    pub(super) address: Option<String>,
    pub(super) certificate: Option<Chain>,
    pub(super) provider_certificate: Option<Chain>,
    pub(super) ca_store: Option<Store>,
    pub(super) appliance_version: Option<String>,
    pub(super) appliance_build: Option<String>,
    pub(super) stores: Vec<(String, VecsStore)>,
    pub(super) published_roots: Vec<Fingerprint>,
    pub(super) sms: Option<Chain>,
    pub(super) extension: Option<Chain>,
    pub(super) logs: Vec<LogFacts>,
}

/// The certificates of one file, the machine's own first; or why there is none.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) path: String,
    pub(super) certificates: Result<Vec<Fingerprint>, String>,
}

/// A file of trusted certificates.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) path: String,
    pub(super) held: Vec<Fingerprint>,
    pub(super) unreadable: Vec<String>,
}

impl Machine {
    /// True for an ESXi host, as far as files tell.
    pub(super) fn is_host(&self) -> bool {
        let has_files = self.certificate.is_some()
            || self.provider_certificate.is_some()
            || self.ca_store.is_some()
            || self.esxi_version.is_some()
            || self.object.is_some();
        self.system.as_ref().map_or(has_files, |system| system.is_esxi)
    }

    /// Reads a whole file.
    pub(super) fn learn(
        &mut self,
        kind: Kind,
        path: &str,
        bytes: &[u8],
        certificates: &mut Certificates,
        troubles: &mut Vec<Missing>,
    ) {
        let text = String::from_utf8_lossy(bytes);
        match kind {
            Kind::HostCertificate => self.certificate = Some(chain(path, bytes, &text, certificates)),
            Kind::ProviderCertificate => self.provider_certificate = Some(chain(path, bytes, &text, certificates)),
            Kind::SmsCertificate => self.sms = Some(chain(path, bytes, &text, certificates)),
            Kind::SpsExtension => self.extension = Some(chain(path, bytes, &text, certificates)),
            Kind::CaStore => self.ca_store = Some(store(path, &text, certificates)),
            Kind::PublishedRoot => self.learn_root(path, bytes, &text, certificates, troubles),
            Kind::SystemName => self.system = system_name(&text).or(self.system.take()),
            Kind::EsxiVersion => self.esxi_version = esxi_version(&text).or(self.esxi_version.take()),
            Kind::HostAgentSettings => (self.object, self.address) = host_agent(&text),
            Kind::ApplianceVersion => (self.appliance_version, self.appliance_build) = appliance_version(&text),
            Kind::VecsListing => self.learn_stores(path, &text, certificates, troubles),
            Kind::SomeCertificate => troubles.push(nobodys(path, bytes, &text)),
            // Streams, and what is not opened.
            Kind::Log | Kind::Archive | Kind::ForeignArchive => {}
        }
    }

    fn learn_root(
        &mut self,
        path: &str,
        bytes: &[u8],
        text: &str,
        certificates: &mut Certificates,
        troubles: &mut Vec<Missing>,
    ) {
        match chain(path, bytes, text, certificates).certificates {
            Ok(roots) => self.published_roots.extend(roots),
            Err(why) => troubles.push(unused(format!("the root in `{path}` cannot be read: {why}"), "")),
        }
    }

    fn learn_stores(&mut self, path: &str, text: &str, certificates: &mut Certificates, troubles: &mut Vec<Missing>) {
        let listing = vecs::listing(path, text, certificates);
        for store in listing.without_certificates {
            troubles.push(unused(
                format!("the listing `{path}` shows the store `{store}` without its certificates"),
                "list it with `vecs-cli entry list --store NAME`, without `--text`",
            ));
        }
        for store in listing.stores {
            self.stores.retain(|(_, known)| known.name != store.name);
            self.stores.push((path.to_owned(), store));
        }
    }

    /// A store of VECS by name, and the file that it was listed in.
    pub(super) fn store(&self, name: &str) -> Option<&(String, VecsStore)> {
        self.stores.iter().find(|(_, store)| store.name == name)
    }
}

/// The certificates of a PEM or DER file. A key beside them is not looked into, and nothing of the text is kept.
fn chain(path: &str, bytes: &[u8], text: &str, certificates: &mut Certificates) -> Chain {
    let mut found = read(bytes, text).into_iter();
    // The first one is the machine's own; without it the others say nothing.
    let chain = match found.next() {
        Some(Ok(leaf)) => {
            let rest = found.filter_map(Result::ok).map(|one| certificates.keep(one)).collect::<Vec<_>>();
            Ok([vec![certificates.keep(leaf)], rest].concat())
        }
        Some(Err(why)) => Err(why),
        None => Err("there is no certificate in it".to_owned()),
    };
    Chain { path: path.to_owned(), certificates: chain }
}

fn store(path: &str, text: &str, certificates: &mut Certificates) -> Store {
    let (mut held, mut unreadable) = (Vec::new(), Vec::new());
    for certificate in Certificate::all_from_pem(text) {
        match certificate {
            Ok(certificate) => held.push(certificates.keep(certificate)),
            Err(why) => unreadable.push(why.to_string()),
        }
    }
    if held.is_empty() && unreadable.is_empty() && !text.trim().is_empty() {
        unreadable.push("there is no certificate in it".to_owned());
    }
    Store { path: path.to_owned(), held, unreadable }
}

fn nobodys(path: &str, bytes: &[u8], text: &str) -> Missing {
    let whose = match read(bytes, text).into_iter().next() {
        Some(Ok(certificate)) => format!("a certificate of `{}`", certificate.subject),
        Some(Err(why)) => format!("something that is no certificate: {why}"),
        None => "no certificate".to_owned(),
    };
    unused(
        format!("the file `{path}` holds {whose}, and its name does not tell what it is"),
        "name it as its machine does: `rui.crt`, `iofiltervp.pem` or `castore.pem` in a folder of the host's name, `sms_self_signed.pem` for the certificate of vCenter's storage profile service",
    )
}

fn read(bytes: &[u8], text: &str) -> Vec<Result<Certificate, String>> {
    // DER begins with a sequence of long form; PEM is text.
    if bytes.starts_with(&[0x30, 0x82]) {
        return vec![Certificate::from_der(bytes).map_err(|why| why.to_string())];
    }
    Certificate::all_from_pem(text).into_iter().map(|one| one.map_err(|why| why.to_string())).collect()
}

fn unused(message: String, help: &str) -> Missing {
    Missing { reason: MissingReason::Malformed, message, help: help.to_owned() }
}
