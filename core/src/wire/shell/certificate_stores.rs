//! The stores of VECS, as `vecs-cli` prints them one after the other (KB 376720, KB 326268).

use crate::facts::VecsPermission;

/// One store as it was printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PrintedStore {
    /// Its name.
    pub(crate) name: String,
    /// How many entries it has by its own account; `None` when it could not be listed.
    pub(crate) announced: Option<usize>,
    /// Aliases, each with the first certificate of its entry in PEM.
    pub(crate) entries: Vec<(String, Option<String>)>,
    /// Who may read or write it, in the order of printing, each user once.
    pub(crate) permissions: Vec<VecsPermission>,
}

impl PrintedStore {
    /// True when it was printed from its beginning to its end.
    pub(crate) fn is_whole(&self) -> bool {
        self.announced == Some(self.entries.len())
    }
}

/// Reads what [`ReadCertificateStores`](crate::request::SshLook::ReadCertificateStores) prints.
pub(crate) fn parse(text: &str) -> Vec<PrintedStore> {
    let mut stores = Vec::new();
    let mut store: Option<PrintedStore> = None;
    let mut pem: Option<String> = None;
    let mut in_permissions = false;
    for line in text.lines() {
        if let Some(open) = &mut pem {
            open.push_str(line.trim());
            open.push('\n');
            if line.contains("-----END CERTIFICATE-----") {
                keep(store.as_mut(), pem.take());
            }
        } else if let Some(name) = line.strip_prefix("Store : ") {
            let name = name.trim_end().to_owned();
            stores.extend(store.replace(PrintedStore { name, ..PrintedStore::default() }));
            in_permissions = false;
        } else if let (Some((_, begun)), false) = (line.split_once("-----BEGIN CERTIFICATE-----"), in_permissions) {
            pem = Some(format!("-----BEGIN CERTIFICATE-----{begun}\n"));
        } else if let Some(store) = &mut store {
            in_permissions |= line.starts_with("PERMISSIONS FOR STORE");
            plain_line(store, line, in_permissions);
        }
    }
    stores.extend(store);
    stores
}

fn plain_line(store: &mut PrintedStore, line: &str, in_permissions: bool) {
    let value = |label: &str| Some(line.strip_prefix(label)?.trim_start().strip_prefix(':')?.trim());
    if in_permissions {
        permission(store, line);
    } else if let Some(count) = value("Number of entries in store") {
        store.announced = count.parse().ok();
    } else if let Some(alias) = value("Alias") {
        store.entries.push((alias.to_owned(), None));
    }
}

/// `deploy   read`, beneath the headings; a user may stand on several lines.
fn permission(store: &mut PrintedStore, line: &str) {
    let mut words =
        line.split(|character: char| character.is_whitespace() || character == ',').filter(|word| !word.is_empty());
    let Some(user) = words.next() else { return };
    let (mut read, mut write) = (false, false);
    for word in words {
        read |= word.eq_ignore_ascii_case("read");
        write |= word.eq_ignore_ascii_case("write");
    }
    if !read && !write {
        return;
    }
    match store.permissions.iter_mut().find(|known| known.user == user) {
        Some(known) => (known.read, known.write) = (known.read || read, known.write || write),
        None => store.permissions.push(VecsPermission { user: user.to_owned(), read, write }),
    }
}

/// A chain is printed leaf first; what comes after the leaf is not the entry's own.
fn keep(store: Option<&mut PrintedStore>, pem: Option<String>) {
    if let Some((_, place @ None)) = store.and_then(|store| store.entries.last_mut()) {
        *place = pem;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::fmt::Write as _;

    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAlias0Number1Store+\n-----END CERTIFICATE-----\n";

    fn entry(alias: &str, pem: Option<&str>) -> (String, Option<String>) {
        (alias.to_owned(), pem.map(str::to_owned))
    }

    #[test]
    fn reads_stores_with_odd_aliases_and_entries_without_certificate() {
        let text = format!(
            "Store : SMS\nNumber of entries in store :\t3\nAlias :\tsms_self_signed\nCertificate :\t{PEM}\n\
             Alias :\thttps://esx 01/a:9080/version.xml\nCertificate :\t{PEM}{PEM}Alias :\tbare\n\
             PERMISSIONS FOR STORE: SMS\nOWNER : root\nUSER\t\tACCESS\ndeploy\t\tread\nsps\t\tread\nsps\t\twrite\n\
             Store : my store\nNumber of entries in store :\t0\nPERMISSIONS FOR STORE: my store\nOWNER : root\n\
             USER ACCESS\nvpxd  read,write\n"
        );
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let stores = parse(&text);
            let [sms, own] = stores.as_slice() else { unreachable!("{stores:?}") };
            assert!(sms.is_whole() && own.is_whole());
            assert_eq!(
                sms.entries,
                [
                    entry("sms_self_signed", Some(PEM)),
                    entry("https://esx 01/a:9080/version.xml", Some(PEM)),
                    entry("bare", None)
                ]
            );
            let user = |user: &str, read, write| VecsPermission { user: user.to_owned(), read, write };
            assert_eq!(sms.permissions, [user("deploy", true, false), user("sps", true, true)]);
            assert_eq!((own.name.as_str(), &own.permissions), ("my store", &vec![user("vpxd", true, true)]));
        }
    }

    #[test]
    fn a_store_that_was_cut_or_could_not_be_listed_is_not_whole() {
        let whole = format!("Store : SMS\nNumber of entries in store :\t1\nAlias :\ta\nCertificate :\t{PEM}");
        assert!(parse(&whole).iter().all(PrintedStore::is_whole));
        assert!(!parse("Store : SMS\nPERMISSIONS FOR STORE: SMS\n").first().unwrap().is_whole());
        assert!(!parse("Store : SMS\nNumber of entries in store :\t2\nAlias :\ta\n").first().unwrap().is_whole());
        for end in 0..whole.len() {
            // What is cut within its last certificate has the alias without it, and never half of it.
            for store in parse(whole.get(..end).unwrap_or_default()) {
                assert!(store.entries.iter().all(|(_, pem)| pem.as_deref().is_none_or(|pem| pem == PEM)), "{end}");
            }
        }
        assert_eq!(parse(""), []);
        assert_eq!(parse("sh: vecs-cli: not found\nAlias :\tx\n"), []);
    }

    #[test]
    fn thousands_of_entries_are_read_in_one_go() {
        let mut text = "Store : SMS\nNumber of entries in store :\t5000\n".to_owned();
        for number in 0..5000 {
            write!(text, "Alias :\thttps://esx{number}:9080/version.xml\nCertificate :\t{PEM}\n").unwrap();
        }
        let stores = parse(&text);
        assert!(stores.iter().all(PrintedStore::is_whole));
        assert_eq!(stores.iter().map(|store| store.entries.len()).sum::<usize>(), 5000);
    }
}
