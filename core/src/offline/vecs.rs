//! Listings of VECS as `vecs-cli entry list` prints them, one store or several.

use super::name::shown;
use crate::certificate::Certificate;
use crate::facts::{Certificates, VecsEntry, VecsStore};

/// What a listing told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// The stores that were listed with their certificates.
    pub(super) stores: Vec<VecsStore>,
    /// Stores of which only a description is there, as `--text` and `grep` leave it, or of which no entry could be read.
    pub(super) without_certificates: Vec<String>,
}

/// Reads a listing. Which store it is, a line above it says (`Store : SMS`), or the file's name, or the aliases in it.
pub(super) fn listing(path: &str, text: &str, certificates: &mut Certificates) -> Listing {
    let mut listing = Listing { stores: Vec::new(), without_certificates: Vec::new() };
    let mut store = STORES.iter().find(|name| names_store(path, name)).map(|name| (*name).to_owned());
    let mut entry: Option<(String, String)> = None;
    for line in text.lines().chain(["Alias :"]) {
        let alias = value(line, "Alias");
        let next_store = store_of(line);
        if alias.is_some() || next_store.is_some() {
            if let Some((alias, body)) = entry.take() {
                let name = store.clone().or_else(|| store_by_alias(&alias)).unwrap_or_default();
                listing.add(name, alias, &body, certificates);
            }
            entry = alias.filter(|alias| !alias.is_empty()).map(|alias| (shown(alias), String::new()));
            store = next_store.map(str::to_owned).or(store);
        } else if let Some((_, body)) = &mut entry {
            body.push_str(line);
            body.push('\n');
        }
    }
    listing.stores.retain(|store| !listing.without_certificates.contains(&store.name));
    listing.without_certificates.sort();
    listing.without_certificates.dedup();
    listing
}

impl Listing {
    fn add(&mut self, store: String, alias: String, body: &str, certificates: &mut Certificates) {
        if store.is_empty() {
            return;
        }
        // The first line of a certificate stands behind `Certificate :`.
        let pem = body.replace("-----BEGIN", "\n-----BEGIN");
        let is_secret = body.lines().any(|line| value(line, "Entry type").is_some_and(|kind| kind == "Secret Key"));
        let certificate = Certificate::from_pem(&pem).ok().map(|one| certificates.keep(one));
        if certificate.is_none() && !pem.contains("-----BEGIN") && !is_secret {
            self.without_certificates.push(store);
            return;
        }
        let entry = VecsEntry { alias, certificate };
        match self.stores.iter_mut().find(|known| known.name == store) {
            Some(known) if known.entry(&entry.alias).is_none() => known.entries.push(entry),
            Some(_) => {}
            None => self.stores.push(VecsStore { name: store, entries: vec![entry], permissions: Vec::new() }),
        }
    }
}

/// `Alias : sms_self_signed`, with any space around the colon, as a rule a tab behind it.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.trim_start().strip_prefix(name)?.trim_start().strip_prefix(':').map(str::trim)
}

/// `[*] Store : SMS`, `STORE SMS`, `### SMS`: a line of its own that names a store.
fn store_of(line: &str) -> Option<&str> {
    let words: Vec<&str> =
        line.split(|c: char| c.is_whitespace() || c == ':').filter(|word| !word.is_empty()).collect();
    let (last, before) = words.split_last()?;
    let is_heading = before
        .iter()
        .all(|word| word.eq_ignore_ascii_case("store") || !word.contains(|c: char| c.is_ascii_alphanumeric()));
    (is_heading && STORES.contains(last)).then_some(*last)
}

fn names_store(path: &str, store: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.match_indices(store).any(|(place, _)| {
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        let before = file.get(..place).and_then(|before| before.chars().next_back());
        is_edge(before) && is_edge(file.get(place + store.len()..).and_then(|after| after.chars().next()))
    })
}

/// Aliases that stand in one store only.
fn store_by_alias(alias: &str) -> Option<String> {
    let store = match alias {
        "__MACHINE_CERT" => "MACHINE_SSL_CERT",
        "sms_self_signed" | "sps-extension" => "SMS",
        _ if alias.ends_with(":9080/version.xml") => "SMS",
        _ => return None,
    };
    Some(store.to_owned())
}

/// Stores of VECS (KB 376720, KB 326268).
const STORES: &[&str] = &[
    "MACHINE_SSL_CERT",
    "TRUSTED_ROOTS",
    "TRUSTED_ROOT_CRLS",
    "machine",
    "vsphere-webclient",
    "vpxd",
    "vpxd-extension",
    "hvc",
    "data-encipherment",
    "APPLMGMT_PASSWORD",
    "SMS",
    "wcp",
    "BACKUP_STORE",
    "BACKUP_STORE_H5C",
    "STS_INTERNAL_SSL_CERT",
    "KMS_ENCRYPTION",
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::rules::testing::Leaf;

    fn entry(alias: &str) -> (String, Certificate) {
        let certificate = Leaf::of("sms").self_signed(alias);
        let text = format!("Alias :\t{alias}\nEntry type :\tPrivate Key\nCertificate :\t{}\n", certificate.to_pem());
        (text, certificate)
    }

    fn told(listing: &Listing) -> Vec<String> {
        let entries = |store: &VecsStore| {
            let name = store.name.clone();
            let shown = |entry: &VecsEntry| format!("{name}/{} {}", entry.alias, entry.certificate.is_some());
            store.entries.iter().map(shown).collect::<Vec<_>>()
        };
        listing.stores.iter().flat_map(entries).collect()
    }

    #[test]
    fn a_listing_of_one_store_is_read() {
        let (sms, certificate) = entry("sms_self_signed");
        let (extension, _) = entry("sps-extension");
        let text = format!("Number of entries in store :\t2\r\n{}{}", sms.replace('\n', "\r\n"), extension);
        let mut certificates = Certificates::default();
        let found = listing("b/commands/vecs-cli_entry-list.txt", &text, &mut certificates);
        assert_eq!(told(&found), ["SMS/sms_self_signed true", "SMS/sps-extension true"]);
        let fingerprint = found.stores.first().unwrap().entries.first().unwrap().certificate.unwrap();
        assert_eq!(certificates.find(&fingerprint), Some(&certificate));
    }

    #[test]
    fn several_stores_are_told_apart_by_their_headings() {
        let text = format!(
            "[*] Store : MACHINE_SSL_CERT\n{}STORE TRUSTED_ROOTS\n{}[*] Store : APPLMGMT_PASSWORD\nAlias :\tx\nEntry type :\tSecret Key\n",
            entry("__MACHINE_CERT").0,
            entry("0a1b 2c").0
        );
        let found = listing("vecs.txt", &text, &mut Certificates::default());
        let expected =
            ["MACHINE_SSL_CERT/__MACHINE_CERT true", "TRUSTED_ROOTS/0a1b 2c true", "APPLMGMT_PASSWORD/x false"];
        assert_eq!((told(&found), found.without_certificates), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn the_name_of_the_file_tells_the_store() {
        let text = entry("anything").0;
        let found = listing("x/vecs-cli_entry-list---store-TRUSTED_ROOTS.txt", &text, &mut Certificates::default());
        assert_eq!(told(&found), ["TRUSTED_ROOTS/anything true"]);
        assert!(
            told(&listing("x/vecs.txt", &text, &mut Certificates::default())).is_empty(),
            "nobody says which store"
        );
    }

    #[test]
    fn a_description_without_certificates_is_not_taken_for_the_store() {
        let text = "[*] Store : SMS\nAlias :\tsms_self_signed\n            Not After : Apr 16 12:22:15 2032 GMT\n";
        let found = listing("vecs.txt", text, &mut Certificates::default());
        assert_eq!((found.stores, found.without_certificates), (vec![], vec!["SMS".to_owned()]));
    }

    #[test]
    fn a_certificate_that_does_not_read_is_an_entry_without_one() {
        let text = "Alias :\tsms_self_signed\nEntry type :\tPrivate Key\nCertificate :\t-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
        assert_eq!(told(&listing("vecs.txt", text, &mut Certificates::default())), ["SMS/sms_self_signed false"]);
    }
}
