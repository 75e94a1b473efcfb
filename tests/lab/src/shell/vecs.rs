//! `vecs-cli` on the vCenter appliance, printing as the real one does. Keys are never printed.

use std::fmt::Write as _;

use super::Outcome;
use crate::world::World;
use crate::world::vcenter::VCenter;
use crate::world::vecs::Entry;

/// One command.
pub(super) fn run(world: &mut World, words: &[&str]) -> Outcome {
    let vcenter = &mut world.vcenter;
    match words {
        ["store", "list"] => Outcome::wrote(names(vcenter)),
        ["store", "get-permissions", "--name", store] => wrote(permissions(vcenter, store)),
        ["entry", "list", "--store", store, ..] => wrote(entries(vcenter, store)),
        ["entry", "getcert", "--store", store, "--alias", alias] => {
            let entry = vcenter.entries_of(store).and_then(|entries| entries.get(*alias).cloned());
            wrote(entry.and_then(|entry| entry.certificate).map(|certificate| certificate.pem.clone()))
        }
        ["entry", "getcert", "--store", store, "--alias", alias, "--output", path] => {
            let kept = vcenter.entries_of(store).and_then(|entries| entries.get(*alias).cloned());
            keep(vcenter, path, kept.and_then(|entry| entry.certificate).map(Entry::trusted))
        }
        // The key goes from one place of the appliance to another, and is not printed.
        ["entry", "getkey", "--store", store, "--alias", alias, "--output", path] => {
            let kept = vcenter.entries_of(store).and_then(|entries| entries.get(*alias).cloned());
            keep(vcenter, path, kept.and_then(|entry| entry.key).map(|key| Entry { certificate: None, key: Some(key) }))
        }
        ["entry", "create", "--store", store, "--alias", alias, "--cert", certificate, rest @ ..] => {
            let key = match rest {
                ["--key", path] => vcenter.kept_files.get(*path).and_then(|kept| kept.key),
                _ => None,
            };
            let certificate = vcenter.kept_files.get(*certificate).and_then(|kept| kept.certificate.clone());
            match (vcenter.vecs.stores.get_mut(*store), certificate) {
                (Some(kept), Some(certificate)) if !kept.entries.contains_key(*alias) => {
                    kept.entries.insert((*alias).to_owned(), Entry { certificate: Some(certificate), key });
                    Outcome::wrote(format!("Entry with alias [{alias}] in store [{store}] was created successfully\n"))
                }
                _ => Outcome::failed(
                    1,
                    "vecs-cli failed. Error 183: Operation failed with error ERROR_ALREADY_EXISTS (183)",
                ),
            }
        }
        ["entry", "delete", "--store", store, "--alias", alias, "-y"] => {
            match vcenter.vecs.stores.get_mut(*store).and_then(|store| store.entries.remove(*alias)) {
                Some(_) => {
                    Outcome::wrote(format!("Deleted entry with alias [{alias}] in store [{store}] successfully\n"))
                }
                None => no_entry(),
            }
        }
        _ => Outcome::failed(
            1,
            "vecs-cli: the lab knows `store list|get-permissions` and `entry list|getcert|getkey|create|delete`",
        ),
    }
}

/// What the one line prints that lists every store: names, aliases, certificates and permissions, and nothing else.
pub(super) fn all(vcenter: &VCenter) -> String {
    let mut text = String::new();
    for store in vcenter.vecs.stores.keys() {
        let _ = writeln!(text, "Store : {store}");
        let listed = entries(vcenter, store).unwrap_or_default();
        let mut in_certificate = false;
        for line in listed.lines() {
            in_certificate |= line.contains("-----BEGIN CERTIFICATE-----");
            if in_certificate || line.starts_with("Number of entries") || line.starts_with("Alias :") {
                let _ = writeln!(text, "{line}");
            }
            in_certificate &= !line.contains("-----END CERTIFICATE-----");
        }
        text.push_str(&permissions(vcenter, store).unwrap_or_default());
    }
    text
}

fn names(vcenter: &VCenter) -> String {
    vcenter.vecs.stores.keys().flat_map(|name| [name.as_str(), "\n"]).collect()
}

fn entries(vcenter: &VCenter, store: &str) -> Option<String> {
    let entries = vcenter.entries_of(store)?;
    let mut text = format!("Number of entries in store :\t{}\n", entries.len());
    for (alias, entry) in &entries {
        let _ = write!(text, "Alias :\t{alias}\nEntry type :\t{}\n", entry.kind());
        if let Some(certificate) = &entry.certificate {
            let _ = writeln!(text, "Certificate :\t{}", certificate.pem);
        }
    }
    Some(text)
}

fn permissions(vcenter: &VCenter, store: &str) -> Option<String> {
    let kept = vcenter.vecs.stores.get(store)?;
    let mut text = format!("PERMISSIONS FOR STORE: {store}\nOWNER : root\nUSER\t\tACCESS\n");
    for user in &kept.readers {
        let _ = writeln!(text, "{user}\t\tread");
    }
    for user in &kept.writers {
        let _ = writeln!(text, "{user}\t\twrite");
    }
    Some(text)
}

fn wrote(text: Option<String>) -> Outcome {
    text.map_or_else(no_entry, Outcome::wrote)
}

fn keep(vcenter: &mut VCenter, path: &str, entry: Option<Entry>) -> Outcome {
    match entry {
        Some(entry) => {
            vcenter.kept_files.insert(path.to_owned(), entry);
            Outcome::default()
        }
        None => no_entry(),
    }
}

fn no_entry() -> Outcome {
    Outcome::failed(
        1,
        "vecs-cli failed. Error 4312: Possible errors:\nLDAP error: (null)\nWin Error: ERROR_OBJECT_NOT_FOUND",
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use crate::faults::Faults;
    use crate::lab::LabState;
    use crate::scenario::{Ports, Scenario};
    use crate::shell::{Machine, run};
    use crate::world::World;

    #[test]
    fn an_entry_is_listed_read_and_deleted_by_its_alias() {
        let ports = Ports { https: Some(443), ..Ports::default() };
        let scenario = Scenario::parse("[vcenter]\nmode = \"thumbprint\"\n").unwrap();
        let lab = LabState::new(World::build(&scenario, 44, ports).unwrap(), Faults::default());
        let sh = |line: &str| {
            let outcome = run(&lab, &Machine::VCenter, line, "").unwrap();
            (outcome.status, String::from_utf8(outcome.stdout).unwrap())
        };
        let (_, listed) = sh("vecs-cli entry list --store SMS");
        assert!(listed.starts_with("Number of entries in store :\t5\n"), "{listed}");
        let alias = "https://esx02.lab.example:9080/version.xml";
        assert!(listed.contains(&format!("Alias :\t{alias}\nEntry type :\tTrusted Cert\nCertificate :\t-----BEGIN")));
        assert!(sh(&format!("vecs-cli entry getcert --store SMS --alias \"{alias}\"")).1.starts_with("-----BEGIN"));
        assert_eq!(sh(&format!("vecs-cli entry delete --store SMS --alias '{alias}' -y")).0, 0);
        assert_eq!(sh(&format!("vecs-cli entry getcert --store SMS --alias {alias}")).0, 1);
        assert_eq!(sh("vecs-cli entry getcert --store APPLMGMT_PASSWORD --alias location_password_default").0, 1);
        assert!(sh("vecs-cli store get-permissions --name SMS").1.ends_with("deploy\t\tread\n"));
        assert_eq!(sh("vecs-cli entry getkey --store SMS --alias sms_self_signed").0, 1);
    }
}
