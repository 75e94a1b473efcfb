//! Asks the system's name service, in both directions.
//!
//! It blocks, so each question has a thread for itself, a few at a time; who does not come back before the deadline is
//! not waited for. An answer that there is nothing is told from an answer that never came.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo, getnameinfo};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::request::{NameAnswer, NameQuestion, NamesFound};

/// Questions that are out at the same time.
const AT_ONCE: usize = 8;
/// `NI_NAMEREQD`: an address without a name is an error, and not a name that is the address.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NAME_REQUIRED: i32 = 8;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NAME_REQUIRED: i32 = 4;

/// Seconds that a name service is waited for which answered nothing at all the last time: a run looks at the same hosts
/// again and again.
const SECONDS_FOR_THE_SILENT: u32 = 1;

/// The system's name service, for as long as one call of ours lasts.
#[derive(Debug, Default)]
pub(super) struct NameService {
    is_silent: AtomicBool,
}

impl NameService {
    /// Asks for all of it. Never fails: what has no answer in time has none.
    pub(super) async fn resolve(&self, mut question: NameQuestion) -> NamesFound {
        if self.is_silent.load(Ordering::Relaxed) {
            question.deadline_seconds = question.deadline_seconds.min(SECONDS_FOR_THE_SILENT);
        }
        let found = resolve(question).await;
        self.heard(&found);
        found
    }

    fn heard(&self, found: &NamesFound) {
        let mut answers = found.addresses.iter().chain(&found.names).peekable();
        if answers.peek().is_some() {
            self.is_silent.store(answers.all(|answer| answer.found.is_none()), Ordering::Relaxed);
        }
    }
}

async fn resolve(question: NameQuestion) -> NamesFound {
    let NameQuestion { names, addresses, deadline_seconds } = question;
    let deadline = Instant::now() + Duration::from_secs(deadline_seconds.into());
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let ask = |list: Vec<String>, lookup: fn(&str) -> Option<Vec<String>>| -> Vec<(String, JoinHandle<_>)> {
        list.into_iter()
            .map(|asked| (asked.clone(), tokio::spawn(in_turn(Arc::clone(&turns), asked, lookup))))
            .collect()
    };
    let (forward, reverse) = (ask(names, addresses_of), ask(addresses, names_of));
    NamesFound { addresses: gather(forward, deadline).await, names: gather(reverse, deadline).await }
}

async fn in_turn(turns: Arc<Semaphore>, asked: String, lookup: fn(&str) -> Option<Vec<String>>) -> Option<Vec<String>> {
    let _turn = turns.acquire_owned().await.ok()?;
    tokio::task::spawn_blocking(move || lookup(&asked)).await.ok().flatten()
}

async fn gather(asked: Vec<(String, JoinHandle<Option<Vec<String>>>)>, deadline: Instant) -> Vec<NameAnswer> {
    let mut answers = Vec::with_capacity(asked.len());
    for (asked, mut task) in asked {
        let found = if let Ok(ended) = timeout_at(deadline, &mut task).await {
            ended.ok().flatten()
        } else {
            task.abort();
            None
        };
        answers.push(NameAnswer { asked, found });
    }
    answers
}

fn addresses_of(name: &str) -> Option<Vec<String>> {
    // Without a type every address comes once for each.
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    match getaddrinfo(Some(name), None, Some(hints)) {
        Ok(found) => {
            let mut addresses: Vec<String> =
                found.filter_map(Result::ok).map(|info| info.sockaddr.ip().to_string()).collect();
            addresses.sort();
            addresses.dedup();
            Some(addresses)
        }
        Err(error) => nothing_or_no_answer(&error),
    }
}

fn names_of(address: &str) -> Option<Vec<String>> {
    let address: IpAddr = address.parse().ok()?;
    match getnameinfo(&SocketAddr::new(address, 0), NAME_REQUIRED) {
        Ok((name, _)) => Some(vec![name.trim_end_matches('.').to_owned()]),
        Err(error) => nothing_or_no_answer(&error),
    }
}

/// Only a name service that said so knows that there is nothing.
fn nothing_or_no_answer(error: &LookupError) -> Option<Vec<String>> {
    matches!(error.kind(), LookupErrorKind::NoName | LookupErrorKind::NoData).then(Vec::new)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn asked(names: &[&str], addresses: &[&str], deadline_seconds: u32) -> NamesFound {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let question = NameQuestion { names: list(names), addresses: list(addresses), deadline_seconds };
        super::super::run(resolve(question)).unwrap()
    }

    #[test]
    fn every_question_has_its_answer_in_its_place() {
        let found = asked(&["localhost", "192.0.2.1"], &["127.0.0.1", "no address"], 30);
        let places: Vec<&str> =
            found.addresses.iter().chain(&found.names).map(|answer| answer.asked.as_str()).collect();
        assert_eq!(places, ["localhost", "192.0.2.1", "127.0.0.1", "no address"]);
        // What stands in the machine's own hosts file; an address is its own.
        let of_localhost = found.addresses.first().unwrap().found.clone().unwrap();
        assert!(of_localhost.iter().any(|address| address == "127.0.0.1" || address == "::1"), "{of_localhost:?}");
        assert_eq!(found.addresses.get(1).unwrap().found.as_deref(), Some(&["192.0.2.1".to_owned()][..]));
        assert_eq!(found.names.last().unwrap().found, None, "what is no address was never asked for");
    }

    #[test]
    fn who_does_not_come_back_is_not_waited_for_and_the_rest_still_counts() {
        let work = async {
            let silent = tokio::spawn(std::future::pending());
            let told = tokio::spawn(async { Some(Vec::new()) });
            while !told.is_finished() {
                tokio::task::yield_now().await;
            }
            gather(vec![("a".to_owned(), silent), ("b".to_owned(), told)], Instant::now()).await
        };
        let found: Vec<_> = super::super::run(work).unwrap().into_iter().map(|answer| answer.found).collect();
        assert_eq!(found, [None, Some(Vec::new())]);
    }

    #[test]
    fn a_service_is_silent_that_answered_nothing_until_it_answers() {
        let service = NameService::default();
        let said = |answers: &[Option<Vec<String>>]| {
            let answer = |found: &Option<Vec<String>>| NameAnswer { asked: "a".to_owned(), found: found.clone() };
            service.heard(&NamesFound { addresses: answers.iter().map(answer).collect(), names: Vec::new() });
            service.is_silent.load(Ordering::Relaxed)
        };
        assert!(!said(&[]), "nobody asked");
        assert!(!said(&[None, Some(Vec::new())]), "one answer is one");
        assert!(said(&[None, None]));
        assert!(said(&[]), "nobody asked meanwhile");
        assert!(!said(&[Some(Vec::new())]));
    }

    #[test]
    fn only_a_service_that_says_so_knows_that_there_is_nothing() {
        let said = |code| nothing_or_no_answer(&LookupError::new(code));
        // EAI_NONAME and EAI_AGAIN.
        #[cfg(target_os = "linux")]
        assert_eq!((said(-2), said(-3)), (Some(Vec::new()), None));
    }
}
