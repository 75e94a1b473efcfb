//! Makes `tests/vectors` of the cases of the rules, and of a few that belong to no rule.
//!
//! Everything in a case is fixed, keys and times too: the same cases give the same files, and a test holds the folder to
//! them. `UPDATE=1 cargo test -p iofilter-certs --lib vectors` writes them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the cases are files, and UPDATE=1 writes them")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Answer, Exchange, VECTOR_SCHEMA, Vector, run};
use crate::certificate::Certificate;
use crate::document;
use crate::facts::MissingReason;
use crate::job::Job;
use crate::machine::{Input, Machine as _, Output};
use crate::policy::Policy;
use crate::request::{Failure, FailureKind, HttpResponse, Look, Peer, Response, Trust};
use crate::rules::RULES;
use crate::rules::testing::{Fleet, NOW, unknown};
use crate::survey::Survey;

#[test]
fn the_vectors_are_what_the_cases_say() {
    let update = std::env::var("UPDATE").is_ok_and(|update| update == "1");
    let cases: Vec<Case> = of_rules().chain(healthy()).chain(surveyed()).collect();
    let mut stale: Vec<String> = Vec::new();
    for case in &cases {
        stale.extend(case.compare(update));
    }
    stale.extend(left_over(&cases, update));
    assert!(stale.is_empty(), "{}\nlook at the differences, then run with UPDATE=1", stale.join("\n"));
}

/// A case in the making.
pub(super) struct Case {
    /// `<rule or remedy>/<case>`.
    folder: String,
    title: &'static str,
    /// What is odd, and which incident it is taken from.
    story: &'static str,
    pub(super) input: Vector,
}

impl Case {
    fn of(folder: String, title: &'static str, story: &'static str, fleet: Fleet) -> Self {
        let facts = Box::new(fleet.facts);
        let input = Vector::Judge { schema: VECTOR_SCHEMA.to_owned(), facts, policy: fleet.policy };
        Self { folder, title, story, input }
    }

    /// The files that are not as they should be, after writing them where that is wanted.
    fn compare(&self, update: bool) -> Vec<String> {
        let folder = root().join(&self.folder);
        let input = document::text(&self.input);
        let expect = run(&input).unwrap();
        let files = [("README.md", self.page()), ("input.json", input), ("expect.json", expect)];
        if update {
            std::fs::create_dir_all(&folder).unwrap();
            for (name, text) in &files {
                std::fs::write(folder.join(name), text).unwrap();
            }
        }
        let is_stale =
            |name: &str, text: &str| std::fs::read_to_string(folder.join(name)).ok().as_deref() != Some(text);
        let stale = files.iter().filter(|(name, text)| is_stale(name, text));
        stale.map(|(name, _)| format!("`{}/{name}` is not what its case says", self.folder)).collect()
    }

    fn page(&self) -> String {
        let mut page = format!("# {}\n\n{}\n", self.title, self.story);
        let certificates: Vec<&Certificate> = match &self.input {
            Vector::Judge { facts, .. } => facts.certificates.iter().collect(),
            Vector::Survey { .. } => Vec::new(),
        };
        if !certificates.is_empty() {
            page.push_str("\n## Certificates\n");
        }
        for certificate in certificates {
            write!(page, "\n```text\n{}```\n", certificate.text()).unwrap();
        }
        page
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")
}

/// Folders that belong to no case any more; they go where that is wanted.
fn left_over(cases: &[Case], update: bool) -> Vec<String> {
    let folders = |parent: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
    };
    let mut stale = Vec::new();
    for folder in folders(&root()).iter().flat_map(|rule| folders(rule)) {
        let name = folder.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        if cases.iter().any(|case| case.folder == name) {
            continue;
        }
        if update {
            std::fs::remove_dir_all(&folder).unwrap();
        } else {
            stale.push(format!("`{name}` belongs to no case"));
        }
    }
    stale
}

fn of_rules() -> impl Iterator<Item = Case> {
    RULES.iter().flat_map(|rule| {
        (rule.cases)()
            .into_iter()
            .map(|case| Case::of(format!("{}/{}", rule.code, case.name), case.title, case.story, case.fleet))
    })
}

fn healthy() -> Vec<Case> {
    let mut unseen = Fleet::healthy();
    unseen.host(1).on_443 = unknown(MissingReason::NoAnswer);
    vec![
        Case::of(
            "healthy/three-hosts".to_owned(),
            "Nothing is wrong and nothing is unknown",
            "One vCenter 8.0.3 in mode `vmca` and three hosts, each with its provider. The report must say `healthy`, \
             which it may only when everything was asked.",
            Fleet::healthy(),
        ),
        Case::of(
            "healthy/one-host-unseen".to_owned(),
            "What was not seen is not fine",
            "As `three-hosts`, but port 443 of `esx01.lab.test` did not answer the survey. Nothing is found, and the \
             report must still not say `healthy`.",
            unseen,
        ),
    ]
}

pub(super) fn surveyed() -> Vec<Case> {
    let failed = |kind, message: &str| Answer::Failed(Failure { kind, message: message.to_owned() });
    let unknown_name = record(&mut |_| failed(FailureKind::NameUnknown, "the name `vc.lab.test` has no address"));
    let untrusted = record(&mut |look| match look {
        Look::Http(_) => {
            failed(FailureKind::Untrusted, "the certificate of `vc.lab.test:443` is signed by an unknown CA")
        }
        _ => Answer::Response(Response::Peer(Peer {
            chain_der: vec![b"no certificate at all".to_vec()],
            protocol: "TLSv1.3".to_owned(),
        })),
    });
    let something_else = record(&mut |look| match look {
        Look::Http(_) => Answer::Response(Response::Http(HttpResponse {
            status: 404,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: b"<html><body>It works!</body></html>".to_vec(),
        })),
        _ => failed(FailureKind::TimedOut, "no answer from `vc.lab.test:443` within 60 seconds"),
    });
    let case = |folder: &str, title, story, input| Case { folder: folder.to_owned(), title, story, input };
    vec![
        case(
            "survey/name-unknown",
            "The name of the vCenter has no address",
            "Every request fails, in the way a mistyped name does. The survey must stop, say so once, and blame nothing.",
            unknown_name,
        ),
        case(
            "survey/untrusted",
            "The vCenter's certificate is not trusted",
            "What it shows in the handshake is not even a certificate. No request was sent to it, so nothing of what a \
             login would tell is known.",
            untrusted,
        ),
        case(
            "survey/not-a-vcenter",
            "Some other web server answers",
            "Every HTTP request is answered by 404 and a page, as by a proxy or a wrong address.",
            something_else,
        ),
    ]
}

/// Drives a survey, answers what it asks in the order of asking, and writes down what was said.
fn record(responder: &mut dyn FnMut(&Look) -> Answer) -> Vector {
    let job = Job::new("vc.lab.test:443", "reader@vsphere.local", Trust::HostRoots);
    let mut survey = Survey::new(job.clone(), NOW);
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut open = BTreeMap::new();
    let (mut now, mut input) = (NOW, Input::Wake);
    loop {
        survey.handle(now, input).unwrap();
        let until = loop {
            match survey.poll() {
                Output::Request(id, look) => {
                    let answer = responder(&look);
                    open.insert(id, exchanges.len());
                    exchanges.push(Exchange { request: look, at: now, answer });
                }
                Output::Event(_) => {}
                Output::Wait(until) => break until,
                Output::Done => {
                    let (schema, job, policy) = (VECTOR_SCHEMA.to_owned(), Box::new(job), Policy::default());
                    return Vector::Survey { schema, job, now: NOW, exchanges, policy };
                }
            }
        };
        (now, input) = match open.pop_first() {
            Some((id, index)) => {
                let exchange = exchanges.get_mut(index).unwrap();
                exchange.at = now.plus_seconds(1);
                (exchange.at, super::answer(id, exchange))
            }
            None => (until.unwrap().max(now), Input::Wake),
        };
    }
}
