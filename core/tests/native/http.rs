//! HTTPS as the native driver performs it: what is sent, what is kept back, and what every failure means.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use crate::servers::{Identity, PASSWORD, SESSION, Server, host, post, read_request, silence, tcp, tls};
use flate2::Compression;
use flate2::write::GzEncoder;
use iofilter_certs::native::{Host, HostBuilder, Kind, Perform as _, Permit};
use iofilter_certs::request::{
    Change, Failure, FailureKind, Header, HttpRequest, HttpResponse, Keep, KeepFrom, Look, Method, Piece, Response,
    SecretEncoding, Trust, Work,
};
use rustls::ALL_VERSIONS;
use tokio::io::AsyncWriteExt as _;

/// A server on `localhost` that answers every request with the same bytes and then closes, or goes on if they allow it.
async fn canned(identity: &Identity, answer: impl Into<Vec<u8>>) -> (Server, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (seen, answer) = (Arc::clone(&requests), answer.into());
    let server = tls(identity.config(ALL_VERSIONS), move |mut stream| {
        let (seen, answer) = (Arc::clone(&seen), answer.clone());
        async move {
            loop {
                let request = read_request(&mut stream).await;
                if request.is_empty() {
                    return;
                }
                seen.lock().unwrap().push(request);
                if stream.write_all(&answer).await.is_err() || !answer.ends_with(b"whole") {
                    let _ = stream.shutdown().await;
                    return;
                }
            }
        }
    })
    .await;
    (server, requests)
}

fn anchored(identity: &Identity) -> Trust {
    Trust::Anchors(identity.ca_pem.clone())
}

async fn look(host: &Host, request: HttpRequest) -> Result<HttpResponse, Failure> {
    match host.perform(Look::Http(request)).await? {
        Response::Http(response) => Ok(response),
        other => panic!("not an http answer: {other:?}"),
    }
}

async fn change(host: &Host, request: HttpRequest) -> Result<Response, Failure> {
    host.perform(Work::Change { step: 1, idempotent: false, change: Change::Http(request) }).await
}

/// Fails the test when the failure shows a secret or is not one plain line.
fn kind(failure: &Failure) -> FailureKind {
    let message = &failure.message;
    assert!(!message.contains("hush"), "{message}");
    assert!(!message.contains('\n') && !message.ends_with('.') && !message.is_empty(), "{message}");
    failure.kind
}

const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 5\r\n\r\nwhole";

#[tokio::test]
async fn pieces_are_joined_as_they_are_sent_and_one_connection_serves_many_requests() {
    let identity = Identity::of(&["127.0.0.1"]);
    let (server, requests) = canned(&identity, WHOLE).await;
    let host = host();
    for _ in 0..3 {
        let response = look(&host, post(&server.authority, anchored(&identity))).await.unwrap();
        assert_eq!((response.status, response.body.as_slice()), (200, &b"whole"[..]));
        assert_eq!(response.headers, [("content-type".to_owned(), "text/xml".to_owned())]);
    }
    assert_eq!(server.count(), 1);
    let requests = requests.lock().unwrap();
    let request = requests.first().unwrap();
    assert!(request.starts_with("POST /sdk?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("soapaction: \"urn:vim25/8.0.3.0\"\r\n"), "{request}");
    assert!(request.contains("content-length: 42\r\n") && !request.contains("transfer-encoding"), "{request}");
    assert!(request.ends_with("<password>hush-p&lt;ssw&quot;rd</password>"), "{request}");
}

#[tokio::test]
async fn a_session_is_kept_sent_back_and_never_shown() {
    let identity = Identity::of(&["127.0.0.1"]);
    let answer = format!(
        "HTTP/1.1 200 OK\r\nset-cookie: vmware_soap_session=\"{SESSION}\"; Path=/; HttpOnly; Secure;\r\n\
         content-length: {}\r\n\r\n<key>{SESSION}</key>whole",
        SESSION.len() + 16
    );
    let (server, requests) = canned(&identity, answer).await;
    let host = host();
    let keep = Keep { slot: "session.vim".into(), from: KeepFrom::Cookie("vmware_soap_session".into()) };
    let login = HttpRequest { keep: Some(keep), ..post(&server.authority, anchored(&identity)) };
    let response = look(&host, login).await.unwrap();
    assert_eq!(response.body, b"<key></key>whole");
    assert!(!format!("{response:?} {host:?}").contains("hush"));
    // A session that nobody asked to keep is dropped all the same.
    let unasked = look(&host, post(&server.authority, anchored(&identity))).await.unwrap();
    assert_eq!((response.headers, unasked.headers), (vec![], vec![]));
    let session = Piece::Secret { name: "session.vim".into(), encoding: SecretEncoding::Raw };
    let cookie = vec![Piece::Text("vmware_soap_session=\"".into()), session, Piece::Text("\"".into())];
    let header = Header { name: "cookie".into(), value: cookie };
    let next = HttpRequest { headers: vec![header], ..post(&server.authority, anchored(&identity)) };
    look(&host, next).await.unwrap();
    let requests = requests.lock().unwrap();
    let last = requests.last().unwrap();
    assert!(last.contains(&format!("cookie: vmware_soap_session=\"{SESSION}\"\r\n")), "{last}");
    assert!(!requests.first().unwrap().contains("cookie"));
}

#[tokio::test]
async fn a_missing_session_is_said_before_anything_is_sent() {
    let session = Piece::Secret { name: "session.vim".into(), encoding: SecretEncoding::Raw };
    let identity = Identity::of(&["127.0.0.1"]);
    let (server, _) = canned(&identity, WHOLE).await;
    let request = HttpRequest { body: vec![session], ..post(&server.authority, anchored(&identity)) };
    assert_eq!(kind(&look(&host(), request).await.unwrap_err()), FailureKind::Authentication);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_secret_that_http_cannot_carry_is_not_shown_in_the_refusal() {
    let host = HostBuilder {
        secrets: iofilter_certs::native::Secrets::new().with("vcenter.password", "hush\nhush"),
        ..HostBuilder::default()
    };
    let password = Piece::Secret { name: "vcenter.password".into(), encoding: SecretEncoding::Raw };
    let header = Header { name: "authorization".into(), value: vec![password] };
    let request = HttpRequest { headers: vec![header], ..post("127.0.0.1:1", Trust::ValidateCertsFalse) };
    assert_eq!(kind(&look(&host.build().unwrap(), request).await.unwrap_err()), FailureKind::Protocol);
}

#[tokio::test]
async fn errors_and_redirects_are_answers_like_any_other() {
    let identity = Identity::of(&["127.0.0.1"]);
    for (status, head) in [(500, "500 Internal Server Error"), (302, "302 Found\r\nlocation: https://127.0.0.1:1/")] {
        let (server, _) = canned(&identity, format!("HTTP/1.1 {head}\r\ncontent-length: 5\r\n\r\nwhole")).await;
        let response = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap();
        assert_eq!((response.status, response.body.as_slice()), (status, &b"whole"[..]));
    }
}

#[tokio::test]
async fn trust_is_by_anchors_by_pin_or_not_asked_for() {
    let identity = Identity::of(&["127.0.0.1"]);
    let (server, requests) = canned(&identity, WHOLE).await;
    let with_colons =
        identity.sha256().to_uppercase().as_bytes().chunks(2).map(String::from_utf8_lossy).fold(
            String::new(),
            |text, byte| if text.is_empty() { byte.into_owned() } else { format!("{text}:{byte}") },
        );
    let good = [
        anchored(&identity),
        Trust::PinnedLeaf(identity.sha256()),
        Trust::PinnedLeaf(with_colons),
        Trust::ValidateCertsFalse,
    ];
    for trust in good {
        assert_eq!(look(&host(), post(&server.authority, trust)).await.unwrap().status, 200);
    }
    let sent_before = requests.lock().unwrap().len();
    let other = Identity::of(&["127.0.0.1"]);
    for trust in [Trust::HostRoots, anchored(&other), Trust::PinnedLeaf(other.sha256())] {
        let failure = look(&host(), post(&server.authority, trust)).await.unwrap_err();
        assert_eq!(kind(&failure), FailureKind::Untrusted);
        assert!(failure.message.contains(&identity.sha256()), "{}", failure.message);
        assert!(failure.message.contains("CN=the lab's server"), "{}", failure.message);
    }
    assert_eq!(requests.lock().unwrap().len(), sent_before, "nothing may be sent to a server that is not trusted");
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said() {
    let cases = [(Identity::expired(&["127.0.0.1"]), "expired"), (Identity::of(&["other.example"]), "another name")];
    for (identity, words) in cases {
        let (server, _) = canned(&identity, WHOLE).await;
        let failure = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap_err();
        assert_eq!(kind(&failure), FailureKind::Untrusted);
        assert!(failure.message.contains(words), "{}", failure.message);
        // A pin looks at nothing but the leaf.
        let pinned = post(&server.authority, Trust::PinnedLeaf(identity.sha256()));
        assert_eq!(look(&host(), pinned).await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn a_self_signed_server_is_trusted_when_it_is_itself_the_ca_file() {
    let good = Identity::self_signed(&["127.0.0.1"], 2100);
    let (server, _) = canned(&good, WHOLE).await;
    assert_eq!(look(&host(), post(&server.authority, anchored(&good))).await.unwrap().status, 200);
    let failure = look(&host(), post(&server.authority, anchored(&Identity::of(&["127.0.0.1"])))).await.unwrap_err();
    assert_eq!(kind(&failure), FailureKind::Untrusted);
    assert!(failure.message.contains("self-signed"), "{}", failure.message);
    // It must still be for this name, and in its time.
    for identity in [Identity::self_signed(&["other.example"], 2100), Identity::self_signed(&["127.0.0.1"], 2001)] {
        let (server, _) = canned(&identity, WHOLE).await;
        let failure = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap_err();
        assert_eq!(kind(&failure), FailureKind::Untrusted, "{}", failure.message);
    }
}

#[tokio::test]
async fn trust_that_cannot_be_used_is_refused_before_connecting() {
    let damaged = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    for trust in [Trust::Anchors(String::new()), Trust::Anchors(damaged.into()), Trust::PinnedLeaf("abc".into())] {
        let failure = look(&host(), post("127.0.0.1:1", trust)).await.unwrap_err();
        assert_eq!(kind(&failure), FailureKind::Untrusted);
    }
}

#[tokio::test]
async fn what_was_never_sent_is_told_from_what_may_have_acted() {
    let identity = Identity::of(&["127.0.0.1"]);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let garbage = tcp(|mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_8.8\r\n").await;
        read_request(&mut stream).await;
    });
    let garbage = garbage.await;
    let cases = [
        (closed, FailureKind::Refused),
        ("no-such-host.invalid:443".to_owned(), FailureKind::NameUnknown),
        ("no port".to_owned(), FailureKind::NameUnknown),
        (garbage.authority.clone(), FailureKind::Tls),
    ];
    for (authority, expected) in cases {
        for failure in [
            look(&host(), post(&authority, anchored(&identity))).await.unwrap_err(),
            change(&host(), post(&authority, anchored(&identity))).await.unwrap_err(),
        ] {
            assert_eq!(kind(&failure), expected, "{authority}: {}", failure.message);
        }
    }
}

#[tokio::test]
async fn a_broken_answer_to_a_change_leaves_its_outcome_unknown() {
    let identity = Identity::of(&["127.0.0.1"]);
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<returnval>";
    for (answer, of_look) in [
        ("", FailureKind::OutcomeUnknown),
        (cut, FailureKind::OutcomeUnknown),
        ("220 smtp\r\n\r\n", FailureKind::Protocol),
    ] {
        let (server, requests) = canned(&identity, answer).await;
        let failure = change(&host(), post(&server.authority, anchored(&identity))).await.unwrap_err();
        assert_eq!(kind(&failure), FailureKind::OutcomeUnknown, "{answer}: {}", failure.message);
        let failure = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap_err();
        assert_eq!(kind(&failure), of_look, "{answer}: {}", failure.message);
        assert_eq!(requests.lock().unwrap().len(), 2, "nothing is ever sent twice");
    }
}

#[tokio::test]
async fn a_late_answer_means_something_else_for_a_change() {
    let identity = Identity::of(&["127.0.0.1"]);
    let mute = tls(identity.config(ALL_VERSIONS), silence).await;
    let before_tls = tcp(silence).await;
    let request = |server: &Server| HttpRequest { deadline_seconds: 2, ..post(&server.authority, anchored(&identity)) };
    let host = host();
    let bodiless = HttpRequest { method: Method::Get, body: vec![], ..request(&mute) };
    let (sent_look, sent_change, unsent_change, bodiless_change) = tokio::join!(
        look(&host, request(&mute)),
        change(&host, request(&mute)),
        change(&host, request(&before_tls)),
        change(&host, bodiless),
    );
    assert_eq!(kind(&sent_look.unwrap_err()), FailureKind::TimedOut);
    assert_eq!(kind(&sent_change.unwrap_err()), FailureKind::OutcomeUnknown);
    assert_eq!(kind(&unsent_change.unwrap_err()), FailureKind::TimedOut);
    assert_eq!(kind(&bodiless_change.unwrap_err()), FailureKind::OutcomeUnknown);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip_answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn gzip_is_read_and_its_limit_counts_what_comes_out() {
    let identity = Identity::of(&["127.0.0.1"]);
    let (server, requests) = canned(&identity, gzip_answer(&gzip(b"<returnval/>"))).await;
    let response = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap();
    assert_eq!((response.body.as_slice(), response.headers.len()), (&b"<returnval/>"[..], 0));
    assert!(requests.lock().unwrap().first().unwrap().contains("accept-encoding: gzip\r\n"));
    // 20 MB of zeros are 20 kB on the wire, below the limit of 100 kB.
    let bomb = gzip(&vec![0; 20_000_000]);
    assert!(bomb.len() < 100_000);
    let long = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b'x'; 100_001]].concat();
    for answer in [gzip_answer(&bomb), long] {
        let (server, _) = canned(&identity, answer).await;
        let failure = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap_err();
        assert_eq!(kind(&failure), FailureKind::TooLarge);
    }
    let (server, _) = canned(&identity, gzip_answer(b"this is not gzip")).await;
    let failure = look(&host(), post(&server.authority, anchored(&identity))).await.unwrap_err();
    assert_eq!(kind(&failure), FailureKind::Protocol, "{}", failure.message);
}

#[tokio::test]
async fn the_operators_permit_comes_before_the_network() {
    let identity = Identity::of(&["127.0.0.1"]);
    let (server, _) = canned(&identity, WHOLE).await;
    let permit = Permit { denied: [Kind::HttpChange].into(), ..Permit::default() };
    let host = HostBuilder {
        permit,
        secrets: iofilter_certs::native::Secrets::new().with("vcenter.password", PASSWORD),
        ..HostBuilder::default()
    };
    let host = host.build().unwrap();
    let failure = change(&host, post(&server.authority, anchored(&identity))).await.unwrap_err();
    assert_eq!((kind(&failure), server.count()), (FailureKind::Denied, 0));
    assert!(look(&host, post(&server.authority, anchored(&identity))).await.is_ok());
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_given() {
    let proxy = tcp(|mut stream| async move {
        let asked = read_request(&mut stream).await;
        assert!(asked.starts_with("CONNECT vc.invalid:443 "), "{asked}");
        let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").await;
    });
    let proxy = proxy.await;
    let url = format!("http://user:hush@{}", proxy.authority);
    let host = HostBuilder {
        proxy: Some(url),
        secrets: iofilter_certs::native::Secrets::new().with("vcenter.password", PASSWORD),
        ..HostBuilder::default()
    };
    let host = host.build().unwrap();
    let failure = change(&host, post("vc.invalid:443", Trust::ValidateCertsFalse)).await.unwrap_err();
    assert_eq!((kind(&failure), proxy.count()), (FailureKind::Unreachable, 1), "{}", failure.message);
    let bad = HostBuilder { proxy: Some("::hush::".into()), ..HostBuilder::default() };
    assert!(!bad.build().unwrap_err().to_string().contains("hush"));
}
