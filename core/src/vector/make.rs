//! Makes the cases of `tests/vectors` that are not there yet: `cargo test -p iofilter-certs make_vectors -- --ignored`.
//!
//! A case that exists is left alone: its keys and certificates were made once, and what is committed counts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "writes files, on demand and only here")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Answer, Exchange, VECTOR_SCHEMA, Vector, run};
use crate::certificate::Certificate;
use crate::document;
use crate::facts::{ConnectionState, MissingReason};
use crate::job::Job;
use crate::machine::{Input, Machine as _, Output};
use crate::policy::Policy;
use crate::request::{Failure, FailureKind, HttpResponse, Look, Peer, Response, Trust};
use crate::rules::testing::{Fleet, Leaf, NOW, seen, unknown};
use crate::survey::Survey;
use crate::time::DAY_SECONDS;

#[test]
#[ignore = "makes the cases that are missing in tests/vectors"]
fn make_vectors() {
    for case in judged().into_iter().chain(surveyed()) {
        case.write();
    }
}

/// A case in the making.
pub(super) struct Case {
    /// `<rule or remedy>/<case>`.
    folder: &'static str,
    title: &'static str,
    /// What is odd, and which incident it is taken from.
    story: &'static str,
    pub(super) input: Vector,
}

impl Case {
    fn of(folder: &'static str, title: &'static str, story: &'static str, fleet: Fleet) -> Self {
        let facts = Box::new(fleet.facts);
        let input = Vector::Judge { schema: VECTOR_SCHEMA.to_owned(), facts, policy: fleet.policy };
        Self { folder, title, story, input }
    }

    fn write(&self) {
        let folder = root().join(self.folder);
        if folder.exists() {
            return;
        }
        std::fs::create_dir_all(&folder).unwrap();
        let input = document::text(&self.input);
        std::fs::write(folder.join("README.md"), self.page()).unwrap();
        std::fs::write(folder.join("expect.json"), run(&input).unwrap()).unwrap();
        std::fs::write(folder.join("input.json"), input).unwrap();
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

fn judged() -> Vec<Case> {
    let mut expired = Fleet::ending_in(-1);
    expired.provider(1).status = seen("offline".to_owned());
    expired.provider(1).certificate_status = seen("expired".to_owned());
    let mut unseen = Fleet::healthy();
    unseen.host(1).on_443 = unknown(MissingReason::NoAnswer);
    let mut refreshed = Fleet::healthy();
    refreshed.host(1).ca_store = refreshed.vcenter().trusted_roots.clone();
    refreshed.provider(1).status = seen("disconnected".to_owned());
    let mut other_root = Fleet::healthy();
    let foreign = crate::rules::testing::Authority::root("CA", "Another Organisation");
    let leaf = foreign.sign(&Leaf::of("esx01.lab.test"));
    let leaf = other_root.keep(leaf);
    other_root.serve(1, leaf);
    let mut gone = Fleet::healthy();
    gone.lose(2, ConnectionState::NotResponding);
    vec![
        Case::of(
            "healthy/three-hosts",
            "Nothing is wrong and nothing is unknown",
            "One vCenter 8.0.3 in mode `vmca` and three hosts, each with its provider. The report must say `healthy`, \
             which it may only when everything was asked.",
            Fleet::healthy(),
        ),
        Case::of(
            "healthy/one-host-unseen",
            "What was not seen is not fine",
            "As `three-hosts`, but port 443 of `esx01.lab.test` did not answer the survey. Nothing is found, and the \
             report must still not say `healthy`.",
            unseen,
        ),
        Case::of(
            "host-cert-expired/by-one-second",
            "A host certificate that ended one second ago",
            "The host certificate of `esx01.lab.test` ended one second before the survey did, and the provider shows the \
             same one. Provider trouble must follow from it and not stand beside it: the incident of KB 320568.",
            expired,
        ),
        Case::of(
            "host-cert-expired/last-second",
            "A host certificate in its last second",
            "RFC 5280 counts the second of `not after` as valid. The near miss of `by-one-second`: it is expiring, and \
             it is not expired.",
            Fleet::ending_in(0),
        ),
        Case::of(
            "vp-cert-stale/older-copy-on-9080",
            "The host was renewed, its provider was not",
            "Port 443 of `esx01.lab.test` shows a new certificate and port 9080 the one before it: the puzzle of KB \
             320568 in which the expiry date is still the same after the renewal.",
            Fleet::copy_ending_in(600 * DAY_SECONDS),
        ),
        Case::of(
            "vp-cert-stale/same-on-both-ports",
            "The same certificate on both ports",
            "The near miss of `older-copy-on-9080`: the certificate is as old, but the host itself shows it too.",
            Fleet::ending_in(600 * DAY_SECONDS),
        ),
        Case::of(
            "castore-missing-sms/after-refresh",
            "\"Refresh CA certificates\" took the certificate of SPS away",
            "The CA certificates of `esx01.lab.test` hold the roots of vCenter and no longer the self-signed certificate \
             that SPS shows as a client. Host and provider certificates are good, so renewing them would not help.",
            refreshed,
        ),
        Case::of(
            "host-cert-foreign-ca/root-of-the-same-name",
            "Signed by a CA that only has the right common name",
            "The root that signed the certificate of `esx01.lab.test` is called `CA` like that of vCenter, and has \
             another key. Comparing names would let it pass.",
            other_root,
        ),
        Case::of(
            "host-not-responding/one-of-three",
            "A host that neither vCenter nor we can reach",
            "`esx02.lab.test` does not respond. Its provider is offline because of that, and no certificate of it may \
             be blamed.",
            gone,
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
    let case = |folder, title, story, input| Case { folder, title, story, input };
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
