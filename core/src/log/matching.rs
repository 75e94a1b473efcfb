//! Which signatures are in a record.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::head::Head;
use super::pattern::pattern;
use super::signature::{Log, Signature};
use super::signatures::SIGNATURES;

/// Every signature, sorted by id.
pub fn signatures() -> &'static [Signature] {
    &SIGNATURES
}

/// The signature with this id.
pub fn signature(id: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|row| row.id == id)
}

/// The signature of an event of vCenter by its type, such as `com.vmware.vc.sms.VasaProviderDisconnectedEvent`: the
/// same rows serve the events that vCenter tells and those that a log or an export names.
pub fn event_signature(event_type: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|row| row.id.starts_with('E') && row.literals.contains(&event_type))
}

/// A signature found in a record.
pub(super) struct Match {
    pub(super) signature: &'static Signature,
    /// Where in the record.
    pub(super) start: usize,
    pub(super) host: Option<String>,
    pub(super) detail: Option<String>,
}

/// Whether a record can hold anything of interest. It is asked of every record, so it is one search for literals.
pub(super) fn may_matter(record: &[u8]) -> bool {
    LITERALS.iter().any(|literals| literals.is_match(record))
}

/// The signatures in a record, sorted by id.
pub(super) fn matches(log: Log, head: &Head, record: &[u8]) -> Vec<Match> {
    let found: Vec<Match> = COMPILED.iter().filter_map(|row| row.find(log, head, record)).collect();
    let ids: Vec<&str> = found.iter().map(|found| found.signature.id).collect();
    found.into_iter().filter(|found| !found.signature.implied_by.iter().any(|id| ids.contains(id))).collect()
}

/// The hosts named by the address of an IO filter provider, each once, in the record's order.
pub(super) fn provider_hosts(record: &[u8]) -> Vec<String> {
    let mut hosts = Vec::new();
    for found in PROVIDER_ADDRESS.iter().flat_map(|address| address.captures_iter(record)) {
        if let Some(host) = found.name("host").and_then(|host| host_name(host.as_bytes()))
            && !hosts.contains(&host)
        {
            hosts.push(host);
        }
    }
    hosts
}

struct Compiled {
    signature: &'static Signature,
    pattern: Regex,
    also: Option<Regex>,
}

impl Compiled {
    fn new(signature: &'static Signature) -> Option<Self> {
        let also = signature.also.and_then(|text| pattern(text).pop());
        Some(Self { signature, pattern: pattern(signature.pattern).pop()?, also })
    }

    fn find(&self, log: Log, head: &Head, record: &[u8]) -> Option<Match> {
        let row = self.signature;
        let fits = log.admits(row.log)
            && head.level.is_none_or(|level| level >= row.level)
            && head.class.as_deref().is_none_or(|class| row.class.is_none_or(|own| last_part(class) == last_part(own)));
        let also_fits = || self.also.as_ref().is_none_or(|also| also.is_match(record));
        // Most rows do not match, and asking for groups costs an allocation.
        if !fits || !self.pattern.is_match(record) || !also_fits() {
            return None;
        }
        let found = self.pattern.captures(record)?;
        Some(Match {
            signature: row,
            start: found.get(0).map_or(0, |whole| whole.start()),
            host: found.name("host").and_then(|host| host_name(host.as_bytes())),
            detail: found.name("detail").map(|detail| String::from_utf8_lossy(detail.as_bytes()).into_owned()),
        })
    }
}

fn last_part(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// A host as the log spells it. `None` for a masked one, and for what is longer than a name may be.
fn host_name(bytes: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let name = name.trim_matches(['[', ']']);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
    let named = name.len() <= 253 && name.chars().all(allowed) && name.contains(|c: char| c.is_ascii_alphanumeric());
    named.then(|| name.to_owned())
}

static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| SIGNATURES.iter().filter_map(Compiled::new).collect());

static LITERALS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let literals = SIGNATURES.iter().flat_map(|row| row.literals).map(|literal| regex::escape(literal));
    let all: Vec<String> = literals.chain([":9080/".to_owned()]).collect();
    pattern(&all.join("|"))
});

static PROVIDER_ADDRESS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| pattern(r"https?:/{1,2}(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:/\s\[\]]+):9080/version\.xml"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_compiles_and_is_where_its_id_belongs() {
        assert_eq!(COMPILED.len(), SIGNATURES.len());
        for row in COMPILED.iter() {
            assert_eq!(row.also.is_some(), row.signature.also.is_some(), "{}", row.signature.id);
            assert!(!row.signature.literals.is_empty(), "{}", row.signature.id);
            assert!(row.signature.implied_by.iter().all(|id| signature(id).is_some()), "{}", row.signature.id);
        }
        assert!(SIGNATURES.is_sorted_by(|a, b| a.id < b.id));
        assert_eq!((LITERALS.len(), PROVIDER_ADDRESS.len()), (1, 1));
    }

    #[test]
    fn a_provider_host_is_read_from_its_address_only() {
        let record = b"https:/ESX01.lab.example:9080/version.xml https://[2001:db8::7]:9080/version.xml \
            https://esx01.lab.example:9080/version.xml https://#####:9080/version.xml https://esx02:443/version.xml";
        assert_eq!(provider_hosts(record), ["esx01.lab.example", "2001:db8::7"]);
    }
}
