//! What name service says of hosts: from the job's own address book first, then from the host program.

use std::net::IpAddr;

use super::inquiry::Inquiry;
use super::question::Question;
use crate::facts::{Host, HostId, Missing, MissingReason, NamesSeen, Observed};
use crate::job::AddressEntry;
use crate::request::{Look, NameAnswer, NameQuestion, NamesFound};
use crate::time::UnixTime;

/// Hosts that are asked for at once: one request for many, and few enough that one slow answer holds up little.
const HOSTS_AT_ONCE: usize = 50;
/// Seconds that they may take together.
const SECONDS: u32 = 15;

/// Writes what needs no name service, and puts the rest into questions.
pub(crate) fn questions(inquiry: &mut Inquiry, now: UnixTime, hosts: &[HostId]) -> Vec<Question> {
    let mut open = Vec::new();
    for id in hosts {
        let Some(host) = inquiry.facts.hosts.get_mut(id) else { continue };
        match without_asking(host, &inquiry.job.address_book) {
            Some(names) => host.names = Observed::seen(names, now),
            None => open.push(id.clone()),
        }
    }
    open.chunks(HOSTS_AT_ONCE).map(|some| Question::Names { hosts: some.to_vec() }).collect()
}

/// The request for these hosts.
pub(super) fn ask<'a>(hosts: impl Iterator<Item = &'a Host>) -> Look {
    let mut question = NameQuestion { names: Vec::new(), addresses: Vec::new(), deadline_seconds: SECONDS };
    for host in hosts {
        question.names.push(host.name.clone());
        question.addresses.extend(management_addresses(host).cloned());
    }
    Look::Resolve(question)
}

/// What was answered for one of them. An answer that did not come leaves all of it unknown: a name service that is not
/// there says nothing against a host.
pub(super) fn seen(host: &Host, found: &NamesFound, now: UnixTime) -> Observed<NamesSeen> {
    let forward = answer(&found.addresses, &host.name);
    let reverse: Result<Vec<&[String]>, Missing> =
        management_addresses(host).map(|address| answer(&found.names, address)).collect();
    match forward.and_then(|addresses| Ok((addresses, reverse?))) {
        Ok((addresses, reverse)) => {
            let mut addresses = addresses.to_vec();
            addresses.sort();
            addresses.dedup();
            Observed::seen(NamesSeen { addresses, names: reverse.concat() }, now)
        }
        Err(missing) => Observed::Unknown(missing),
    }
}

fn answer<'a>(answers: &'a [NameAnswer], asked: &str) -> Result<&'a [String], Missing> {
    let found = answers.iter().find(|answer| answer.asked == asked).and_then(|answer| answer.found.as_deref());
    found.ok_or_else(|| Missing {
        reason: MissingReason::NoAnswer,
        message: format!("the name service gave no answer for `{asked}`"),
        help: "run this where the name service answers, or give the names by the setting `hosts_file`".to_owned(),
    })
}

/// A host that is known by its address has no name to look up. The address book answers for every host that it names.
fn without_asking(host: &Host, book: &[AddressEntry]) -> Option<NamesSeen> {
    if host.name.parse::<IpAddr>().is_ok() {
        return Some(NamesSeen { addresses: vec![host.name.clone()], names: Vec::new() });
    }
    let is_called = |entry: &&AddressEntry| entry.names.iter().any(|name| name.eq_ignore_ascii_case(&host.name));
    let mut addresses: Vec<String> = book.iter().filter(is_called).map(|entry| entry.address.clone()).collect();
    if addresses.is_empty() {
        return None;
    }
    addresses.sort();
    addresses.dedup();
    let first_name = |address: &String| book.iter().find(|entry| entry.address == *address)?.names.first().cloned();
    Some(NamesSeen { addresses, names: management_addresses(host).filter_map(first_name).collect() })
}

fn management_addresses(host: &Host) -> impl Iterator<Item = &String> {
    host.management_addresses.value().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{NOW, seen as known};

    fn host(name: &str, addresses: &[&str]) -> Host {
        let mut host = Host::named(HostId("host-1".to_owned()), name.to_owned());
        host.management_addresses = known(addresses.iter().map(|address| (*address).to_owned()).collect());
        host
    }

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn said(asked: &str, found: Option<&[&str]>) -> NameAnswer {
        NameAnswer { asked: asked.to_owned(), found: found.map(list) }
    }

    #[test]
    fn a_host_is_asked_for_by_its_name_and_its_addresses_by_their_names() {
        let hosts = [host("esx01.lab.test", &["192.0.2.1"]), host("esx02.lab.test", &[])];
        let Look::Resolve(question) = ask(hosts.iter()) else { unreachable!("names are asked for") };
        assert_eq!(question.names, ["esx01.lab.test", "esx02.lab.test"]);
        assert_eq!(question.addresses, ["192.0.2.1"]);
    }

    #[test]
    fn what_was_not_answered_is_unknown_and_what_is_not_there_is_seen_as_nothing() {
        let host = host("esx01.lab.test", &["192.0.2.1"]);
        let seen = |forward, reverse| {
            let found = NamesFound {
                addresses: vec![said("esx01.lab.test", forward)],
                names: vec![said("192.0.2.1", reverse)],
            };
            seen(&host, &found, NOW)
        };
        let both = seen(Some(&["192.0.2.9", "192.0.2.1"]), Some(&["esx01.lab.test"]));
        let expect = NamesSeen { addresses: list(&["192.0.2.1", "192.0.2.9"]), names: list(&["esx01.lab.test"]) };
        assert_eq!(both.value(), Some(&expect));
        assert_eq!(seen(Some(&[]), Some(&[])).value(), Some(&NamesSeen { addresses: Vec::new(), names: Vec::new() }));
        for missing in [seen(None, Some(&[])), seen(Some(&["192.0.2.1"]), None)] {
            assert_eq!(missing.known().map_err(|missing| missing.reason), Err(MissingReason::NoAnswer));
        }
        let nothing = NamesFound { addresses: Vec::new(), names: Vec::new() };
        assert!(super::seen(&host, &nothing, NOW).value().is_none());
    }

    #[test]
    fn the_address_book_answers_first_and_an_address_needs_no_answer() {
        let entry = |address: &str, names: &[&str]| AddressEntry { address: address.to_owned(), names: list(names) };
        let book = [entry("192.0.2.1", &["esx01.lab.test", "esx01"]), entry("192.0.2.7", &["ESX01.lab.test"])];
        let names = without_asking(&host("esx01.lab.test", &["192.0.2.1"]), &book);
        let expect = NamesSeen { addresses: list(&["192.0.2.1", "192.0.2.7"]), names: list(&["esx01.lab.test"]) };
        assert_eq!(names, Some(expect));
        assert_eq!(without_asking(&host("esx02.lab.test", &["192.0.2.1"]), &book), None);
        let by_address = without_asking(&host("192.0.2.8", &["192.0.2.8"]), &book).map(|names| names.addresses);
        assert_eq!(by_address, Some(list(&["192.0.2.8"])));
    }
}
