//! Answers that are broken or meant to break: each is refused as malformed, none panics, none is guessed at.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::WireError;
use super::rest::{backup_jobs, trusted_roots};
use super::sms::{provider_info, task_info};
use super::testing::{response, sample, soap};
use super::vim::{certificate_lists, current_time, host_certificate, host_page, service_content, service_versions};
use super::xml::{MAX_DEPTH, MAX_TEXT};
use crate::request::HttpResponse;

/// Why an answer is refused; an answer that is accepted fails the test.
fn why(answer: &HttpResponse) -> String {
    match current_time::parse(answer) {
        Err(WireError::Malformed { why, .. }) => why,
        other => format!("not refused as malformed, but {other:?}"),
    }
}

const TIME: &str = "<CurrentTimeResponse><returnval>2026-09-13T08:55:01Z</returnval></CurrentTimeResponse>";

/// Cuts an answer after each of its bytes.
fn cuts(whole: &HttpResponse) -> impl Iterator<Item = (usize, HttpResponse)> {
    let body = whole.body.trim_ascii_end();
    (0..body.len()).map(|end| (end, response(whole.status, body.get(..end).unwrap())))
}

#[test]
fn an_answer_that_ends_too_early_is_refused_wherever_it_ends() {
    type Parser = fn(&HttpResponse) -> Result<(), WireError>;
    let samples: [(HttpResponse, Parser); 7] = [
        (sample!(200, "provider-info-offline.xml"), |r| provider_info::parse(r).map(drop)),
        (sample!(200, "sms-task-not-trusted.xml"), |r| task_info::parse(r).map(drop)),
        (sample!(200, "missing-set.xml"), |r| host_page::parse(r).map(drop)),
        (sample!(200, "service-content-vcsim.xml"), |r| service_content::parse(r).map(drop)),
        (sample!(200, "service-versions.xml"), |r| service_versions::parse(r).map(drop)),
        (sample!(500, "view-gone.xml"), |r| host_page::parse(r).map(drop)),
        (response(200, r#"{"value":[{"key":"a","value":{"status":"SUCCEEDED"}}]}"#), |r| {
            backup_jobs::parse(r).map(drop)
        }),
    ];
    for (whole, parse) in samples {
        if whole.status == 200 {
            parse(&whole).unwrap();
        }
        for (end, cut) in cuts(&whole) {
            let error = parse(&cut).unwrap_err();
            assert!(matches!(error, WireError::Malformed { .. }), "cut at {end}: {error}");
            assert!(error.to_string().lines().count() == 1, "cut at {end}: {error}");
        }
    }
}

/// Damage in the middle may leave an answer readable; what it must not do is panic, or be told in many lines.
#[test]
fn an_answer_with_any_byte_changed_is_read_or_refused_in_one_line() {
    let whole = sample!(200, "provider-info-offline.xml");
    for place in 0..whole.body.len() {
        for byte in *b"<>&/'\"! \0\xFF" {
            let mut damaged = whole.clone();
            if let Some(old) = damaged.body.get_mut(place) {
                *old = byte;
            }
            if let Err(error) = provider_info::parse(&damaged) {
                assert_eq!(error.to_string().lines().count(), 1, "byte {place}: {error}");
            }
        }
    }
}

#[test]
fn an_array_of_bytes_that_ends_too_early_is_refused_wherever_it_ends() {
    let whole = soap(
        "<RetrievePropertiesExResponse><returnval><objects><obj type='HostSystem'>h</obj><propSet><name>config.certificate</name>\
         <val xsi:type='ArrayOfByte'><byte>45</byte><byte>-1</byte></val></propSet></objects></returnval></RetrievePropertiesExResponse>",
    );
    host_certificate::parse(&whole).unwrap();
    for (end, cut) in cuts(&whole) {
        assert!(matches!(host_certificate::parse(&cut), Err(WireError::Malformed { .. })), "cut at {end}");
    }
}

#[test]
fn a_thousand_elements_in_one_another_are_refused() {
    let deep = format!("{}{}", "<a>".repeat(1_000), "</a>".repeat(1_000));
    let refusal = format!("more than {MAX_DEPTH} elements stand in one another");
    assert_eq!(why(&soap(&format!("<CurrentTimeResponse>{deep}</CurrentTimeResponse>"))), refusal);
    let fault = format!("<soapenv:Fault><detail><XFault>{deep}</XFault></detail></soapenv:Fault>");
    assert_eq!(why(&soap(&fault)), refusal);
    let causes = format!("{}{}", "<faultCause><fault>".repeat(1_000), "</fault></faultCause>".repeat(1_000));
    assert_eq!(
        why(&soap(&format!("<soapenv:Fault><detail><XFault>{causes}</XFault></detail></soapenv:Fault>"))),
        refusal
    );
    assert_eq!(why(&soap(&"<a>".repeat(1_000_000))), "`CurrentTimeResponse` is expected here");
    let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(trusted_roots::parse_list(&response(200, json)), Err(WireError::Malformed { .. })));
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE e [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><e>&b;</e>{TIME}"
    );
    assert_eq!(why(&response(200, bomb)), "it declares a document type, which is refused");
    for entity in ["&b;", "&nbsp;", "&#0;", "&#xD800;", "&#x110000;", "&#;"] {
        let answer = TIME.replace("2026", &format!("{entity}2026"));
        let why = why(&soap(&answer));
        assert!(why == "it refers to an entity that XML does not define, which is refused", "{entity}: {why}");
    }
}

#[test]
fn other_charsets_are_refused() {
    let utf16: Vec<u8> = "\u{FEFF}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(why(&response(200, utf16)), "it is UTF-16 or UTF-32, not UTF-8");
    let unmarked: Vec<u8> = "<?xml version='1.0'?><a/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(why(&response(200, unmarked)), "it is UTF-16 or UTF-32, not UTF-8");
    let declared = String::from_utf8(soap(TIME).body).unwrap().replace("UTF-8", "ISO-8859-1");
    assert_eq!(why(&response(200, declared)), "it says that its charset is `ISO-8859-1`, not UTF-8");
    assert!(why(&response(200, b"<a>\xFC</a>")).starts_with("it is not UTF-8 from byte 3 on"));
    let lower = String::from_utf8(soap(TIME).body).unwrap().replace("UTF-8", "utf-8");
    assert!(current_time::parse(&response(200, lower)).is_ok());
}

#[test]
fn a_text_without_end_is_refused() {
    let long = "x".repeat(MAX_TEXT + 1);
    let refusal = format!("a text of more than {MAX_TEXT} bytes");
    assert_eq!(why(&soap(&TIME.replace("2026", &long))), refusal);
    assert_eq!(why(&soap(&TIME.replace("2026", &"<![CDATA[xxxxxxxxxxxxxxxx]]>".repeat(MAX_TEXT / 16 + 1)))), refusal);
    let fault = format!("<soapenv:Fault><detail><XFault><a>{long}</a></XFault></detail></soapenv:Fault>");
    assert_eq!(why(&soap(&fault)), refusal);
    let many =
        format!("<soapenv:Fault><detail><XFault>{}</XFault></detail></soapenv:Fault>", "<a>1</a>".repeat(10_000));
    let error = current_time::parse(&soap(&many)).unwrap_err();
    assert_eq!(error.fault().unwrap().fields.len(), 64, "what is kept of a fault is bounded");
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let envelope = String::from_utf8(soap(TIME).body).unwrap();
    for body in [
        String::new(),
        " ".to_owned(),
        "hello".to_owned(),
        "<".to_owned(),
        "<a></b>".to_owned(),
        "<a b='1' b='2'/>".to_owned(),
        "<a b=1/>".to_owned(),
        format!("{envelope}<more/>"),
        format!("{envelope}more"),
        format!("more{envelope}"),
        envelope.replace("</soapenv:Body>", "</soapenv:Header>"),
        envelope.replace("CurrentTimeResponse", "OtherResponse"),
        envelope.replace(TIME, ""),
        envelope.replace("2026", "<b/>2026"),
        envelope.replace("</returnval>", "<!-- a -- b --></returnval>"),
    ] {
        let error = current_time::parse(&response(200, &body)).unwrap_err();
        assert!(matches!(error, WireError::Malformed { .. }), "{body}: {error}");
    }
}

#[test]
fn no_message_repeats_a_body() {
    let secret = "S3CR3T".repeat(100);
    for content in [
        format!("<{secret}"),
        format!("<CurrentTimeResponse><returnval>{secret}</returnval></CurrentTimeResponse>"),
        format!("<CurrentTimeResponse {secret}/>"),
        format!("<CurrentTimeResponse>&{secret};</CurrentTimeResponse>"),
        format!("<CurrentTimeResponse><returnval><{secret}/></returnval></CurrentTimeResponse>"),
        format!("<soapenv:Fault><detail><{secret}/></detail></soapenv:Fault>"),
    ] {
        let message = current_time::parse(&soap(&content)).unwrap_err().to_string();
        assert!(message.len() < 400, "{message}");
    }
    let json = format!("{{\"value\": {secret}}}");
    assert!(!trusted_roots::parse_list(&response(200, json)).unwrap_err().to_string().contains("S3CR3T"));
}

#[test]
fn a_request_cannot_be_broken_out_of() {
    let manager = super::MoRef::new("HostCertificateManager\"><x y=\"", "</_this><evil/>\u{0}");
    let certificates = ["</caCert><evil/>]]>&\u{1}".to_owned()];
    let request = certificate_lists::replace(&super::testing::vcenter(), &manager, &certificates, &[]);
    let body = super::testing::joined(&super::testing::change(request).body);
    assert!(!body.contains("<evil"), "{body}");
    let mut reader = quick_xml::Reader::from_str(&body);
    let mut elements = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => elements += 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(elements, 5, "envelope, body, call, `_this` and one certificate");
}
