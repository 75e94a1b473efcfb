//! The ways in which vSphere's answers mislead, each with its test. Answers that are hostile are tested in `hostile`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::testing::{response, sample, soap};
use super::vim::{current_time, host_page, query_options};
use super::{Fault, MoRef, WireError, sms};
use crate::time::UnixTime;

fn fault_in(detail: &str) -> WireError {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope xmlns:soapenv='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode>\
         <faultstring>boom.</faultstring>{detail}</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    );
    sms::provider_changes::parse_sync(&response(500, body)).unwrap_err()
}

fn fault_of(detail: &str) -> Fault {
    fault_in(detail).fault().unwrap().clone()
}

#[test]
fn hazard_1_an_ended_session_is_told_by_a_fault() {
    let error = current_time::parse(&sample!(500, "not-authenticated.xml")).unwrap_err();
    assert_eq!(error, WireError::NotAuthenticated { what: "CurrentTime".to_owned() });
    for name in ["InvalidSession", "SmsInvalidLogin"] {
        let error = fault_in(&format!("<detail><{name}Fault xmlns='urn:sms' xsi:type='{name}'/></detail>"));
        assert!(error.is_not_authenticated(), "{name}");
    }
}

#[test]
fn hazard_1_an_ended_session_is_told_by_a_missing_property_with_status_200() {
    let error = host_page::parse(&soap(
        "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='HostSystem'>host-21</obj><missingSet>\
         <path>name</path><fault><fault xsi:type='NotAuthenticated'><object type='Folder'>group-d1</object>\
         <privilegeId>System.Read</privilegeId></fault></fault></missingSet></objects></returnval></RetrievePropertiesExResponse>",
    ))
    .unwrap_err();
    assert!(error.is_not_authenticated());
}

#[test]
fn hazard_1_an_empty_answer_says_that_it_is_empty_and_not_that_there_are_no_hosts() {
    let page = host_page::parse(&soap("<RetrievePropertiesExResponse xmlns='urn:vim25'/>")).unwrap();
    assert!(page.empty && page.records.is_empty());
}

#[test]
fn hazard_1_a_view_ends_with_its_session() {
    let error = host_page::parse(&sample!(500, "view-gone.xml")).unwrap_err();
    assert!(error.gone());
    assert_eq!(error.fault().unwrap().object.as_ref().unwrap().kind, "ContainerView");
}

#[test]
fn hazard_2_types_are_names_with_any_prefix_or_none() {
    for attribute in [
        "xsi:type='vim25:OptionValue' xmlns:vim25='urn:vim25'",
        "xmlns:XMLSchema-instance='http://www.w3.org/2001/XMLSchema-instance' XMLSchema-instance:type='OptionValue'",
    ] {
        let answer = format!(
            "<q:QueryOptionsResponse xmlns:q='urn:vim25'><q:returnval {attribute}><q:key>k</q:key>\
             <q:value xsi:type='xsd:string'>v</q:value></q:returnval></q:QueryOptionsResponse>"
        );
        let options = query_options::parse(&soap(&answer)).unwrap();
        assert_eq!(options.first().unwrap().value.as_deref(), Some("v"));
    }
    let page = host_page::parse(&sample!(200, "missing-set.xml")).unwrap();
    assert_eq!(page.records.len(), 4);
    assert_eq!(page.records.first().unwrap().withheld.get("nosuch.prop").unwrap().name, "InvalidProperty");
}

#[test]
fn hazard_2_a_type_attribute_of_another_namespace_is_no_type() {
    let fault = fault_of("<detail><XFault xmlns:o='urn:other' o:type='Y' type='Z'/></detail>");
    assert_eq!(fault.name, "X");
}

#[test]
fn hazard_3_a_missing_required_element_is_named_with_its_place() {
    let error = query_options::parse(&soap(
        "<QueryOptionsResponse><returnval><value>v</value></returnval></QueryOptionsResponse>",
    ));
    assert_eq!(
        error.unwrap_err(),
        WireError::Malformed {
            what: "QueryOptions".to_owned(),
            place: "/Envelope/Body/QueryOptionsResponse".to_owned(),
            why: "the element `key` is missing".to_owned(),
        }
    );
}

#[test]
fn hazard_4_the_name_of_a_fault_loses_one_fault_and_the_type_wins() {
    for (detail, name) in [
        ("<ProviderSyncFailedFault/>", "ProviderSyncFailed"),
        ("<SmsFaultFault/>", "SmsFault"),
        (
            "<ProviderRegistrationFaultFault xsi:type='s:CertificateNotTrusted' xmlns:s='urn:sms'/>",
            "CertificateNotTrusted",
        ),
        ("<BrandNewFault xmlns='urn:sms' xsi:type='BrandNew'><what>ever</what></BrandNewFault>", "BrandNew"),
    ] {
        assert_eq!(fault_of(&format!("<detail>{detail}</detail>")).name, name);
    }
}

#[test]
fn hazard_4_a_fault_may_have_no_detail() {
    for detail in ["", "<detail/>"] {
        let error = fault_in(detail);
        assert_eq!(error.to_string(), "vCenter refused `VasaProviderSync_Task`: a fault without a name: boom");
    }
}

#[test]
fn hazard_4_causes_are_kept_and_a_session_is_not() {
    let fault = fault_of(
        "<detail><XFault xsi:type='X'><faultCause><fault xsi:type='NoHost'><name>h</name></fault><localizedMessage>m</localizedMessage>\
         </faultCause><sessionCookie>SECRET</sessionCookie><a><b>1</b><b>2</b></a></XFault></detail>",
    );
    let cause = fault.cause.as_ref().unwrap();
    assert_eq!((cause.name.as_str(), cause.message.as_str(), cause.field("name")), ("NoHost", "m", Some("h")));
    assert_eq!(fault.fields, [("a/b".to_owned(), "1".to_owned()), ("a/b".to_owned(), "2".to_owned())]);
    assert!(!format!("{fault:?}").contains("SECRET"));
}

#[test]
fn hazard_5_a_proxy_that_answers_for_the_service_is_told_apart() {
    let error = sms::provider_changes::parse_sync(&sample!(503, "unavailable.html")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "vCenter's proxy answered `VasaProviderSync_Task` with status 503 in the place of its service `vmware-sps`, \
         which is not up; wait for it, or see with `service-control --status` on the appliance whether it runs"
    );
    assert!(error.has_not_arrived());
    for (status, body) in [(503, "no healthy upstream"), (503, "reset reason: connection failure"), (429, "")] {
        assert!(sms::providers::parse(&response(status, body)).unwrap_err().has_not_arrived(), "{body}");
    }
    // The service may have got it before the connection ended.
    for (status, body) in [(503, "reset reason: connection termination"), (504, "no healthy upstream"), (503, "")] {
        assert!(!sms::providers::parse(&response(status, body)).unwrap_err().has_not_arrived(), "{body}");
    }
    let error = sms::providers::parse(&response(502, "<html>Bad Gateway</html>")).unwrap_err();
    assert!(matches!(error, WireError::Unavailable { status: 502, .. }));
    assert!(matches!(sms::providers::parse(&response(403, "")), Err(WireError::Refused { status: 403, .. })));
    assert!(sms::providers::parse(&response(401, "")).unwrap_err().is_not_authenticated());
    let error = sms::providers::parse(&response(200, "<html><body>Welcome</body></html>")).unwrap_err();
    assert!(error.to_string().contains("the root element is not a SOAP envelope"));
}

#[test]
fn hazard_6_an_empty_result_is_an_empty_list() {
    assert_eq!(
        sms::providers::parse(&soap("<QueryProviderResponse xmlns='urn:sms'></QueryProviderResponse>")).unwrap(),
        []
    );
}

#[test]
fn hazard_7_pages_end_without_a_token_and_continue_under_another_name() {
    let page = host_page::parse(&soap(
        "<ContinueRetrievePropertiesExResponse xmlns='urn:vim25'><returnval><token>2</token><objects><obj type='HostSystem'>h</obj>\
         </objects></returnval></ContinueRetrievePropertiesExResponse>",
    ))
    .unwrap();
    assert_eq!((page.token.as_deref(), page.records.len()), (Some("2"), 1));
    let page = host_page::parse(&soap(
        "<ContinueRetrievePropertiesExResponse xmlns='urn:vim25'><returnval/></ContinueRetrievePropertiesExResponse>",
    ))
    .unwrap();
    assert_eq!((page.token, page.empty), (None, false));
}

#[test]
fn hazard_9_the_cookie_is_sent_in_the_quotes_that_real_servers_want() {
    let request = super::testing::look(current_time::request(&super::testing::vcenter()));
    assert_eq!(super::testing::header(&request, "cookie").unwrap(), "vmware_soap_session=\"{session.vim:Raw}\"");
}

#[test]
fn hazard_11_privileges_stand_in_one_of_two_places_and_no_session_is_no_lack_of_them() {
    let old = fault_of(
        "<detail><NoPermissionFault><object type='Folder'>group-d1</object><privilegeId>A.B</privilegeId></NoPermissionFault></detail>",
    );
    assert_eq!((old.privileges(), old.object.clone()), (vec!["A.B"], Some(MoRef::new("Folder", "group-d1"))));
    let new = fault_of(
        "<detail><NoPermissionFault><missingPrivileges><entity type='Folder'>group-d1</entity><privilegeIds>A.B</privilegeIds>\
         <privilegeIds>C.D</privilegeIds></missingPrivileges></NoPermissionFault></detail>",
    );
    assert_eq!(new.privileges(), ["A.B", "C.D"]);
    assert!(
        fault_in("<detail><NotAuthenticatedFault><privilegeId>A.B</privilegeId></NotAuthenticatedFault></detail>")
            .is_not_authenticated()
    );
}

#[test]
fn hazard_13_times_declarations_and_booleans_have_many_forms() {
    for time in [
        "2026-09-13T08:55:01.681525Z",
        "2026-09-13T08:55:01.1Z",
        "2026-09-13T10:55:01+02:00",
        "2026-09-13T08:55:01.123456789Z",
    ] {
        let answer = format!(
            "<CurrentTimeResponse\n xmlns='urn:vim25'\n><returnval\n>\n{time} </returnval\n></CurrentTimeResponse >"
        );
        assert_eq!(current_time::parse(&soap(&answer)).unwrap(), UnixTime(1_789_289_701), "{time}");
    }
    let marked = [
        "\u{FEFF}".as_bytes(),
        &soap("<CurrentTimeResponse><returnval>2026-09-13T08:55:01Z</returnval></CurrentTimeResponse>").body,
    ]
    .concat();
    assert!(current_time::parse(&response(200, marked)).is_ok(), "a byte order mark is no text");
    let text =
        "<QueryOptionsResponse><returnval><key><![CDATA[a<b]]>&lt;&#x43;&#68;</key></returnval></QueryOptionsResponse>";
    assert_eq!(query_options::parse(&soap(text)).unwrap().first().unwrap().key, "a<b<CD");
}
