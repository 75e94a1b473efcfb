//! The hazards of vCenter's SOAP, asked of the lab without a network in between.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use iofilter_certs_lab::Scenario;
use iofilter_certs_lab::faults::{Faults, Rule, What};
use iofilter_certs_lab::lab::{LabState, Shared};
use iofilter_certs_lab::scenario::Ports;
use iofilter_certs_lab::soap::{self, SoapRequest, SoapResponse};
use iofilter_certs_lab::world::World;

const VIM: &str = "\"urn:vim25/8.0.3.0\"";
const SMS: &str = "\"urn:sms/8.0.0.0\"";

fn lab() -> Shared {
    let scenario = Scenario::of_size(5);
    let ports = Ports { https: Some(443), ..scenario.ports };
    let world = World::build(&scenario, 77, ports).expect("the scenario is sound");
    Arc::new(LabState::new(world, Faults::default()))
}

/// A caller with the cookie that it was given last.
struct Caller {
    lab: Shared,
    cookie: Option<String>,
}

impl Caller {
    fn new(lab: &Shared) -> Self {
        Self { lab: Arc::clone(lab), cookie: None }
    }

    async fn logged_in(lab: &Shared) -> Self {
        let mut caller = Self::new(lab);
        let login = "<Login><_this type=\"SessionManager\">SessionManager</_this>\
            <userName>administrator@vsphere.local</userName><password>Lab-vCenter-1!</password></Login>";
        assert_eq!(caller.ask(VIM, login).await.status, 200);
        caller
    }

    async fn ask(&mut self, action: &str, body: &str) -> SoapResponse {
        let path = if action.contains("sms") { "/sms/sdk" } else { "/sdk" };
        let mut headers = vec![("soapaction".to_owned(), action.to_owned())];
        headers.extend(self.cookie.clone().map(|cookie| ("cookie".to_owned(), cookie)));
        let body = format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><e:Body>{body}</e:Body></e:Envelope>"
        );
        let request = SoapRequest { method: "POST".into(), path: path.into(), headers, body: body.into_bytes() };
        let response = soap::handle(&self.lab, request).await;
        let fresh = response.headers.iter().find(|(name, _)| name == "set-cookie");
        self.cookie = fresh.map(|(_, value)| value.clone()).or(self.cookie.take());
        response
    }

    async fn text(&mut self, action: &str, body: &str) -> (u16, String) {
        let response = self.ask(action, body).await;
        (response.status, String::from_utf8(response.body).expect("an answer is text"))
    }
}

fn retrieve(object: &str, path: &str, options: &str) -> String {
    format!(
        "<RetrievePropertiesEx><_this type=\"PropertyCollector\">propertyCollector</_this><specSet><propSet>\
         <type>HostSystem</type><pathSet>{path}</pathSet></propSet>{object}</specSet><options>{options}</options>\
         </RetrievePropertiesEx>"
    )
}

const HOST: &str = "<objectSet><obj type=\"HostSystem\">host-11</obj></objectSet>";
const WHOLE_TREE: &str = "<objectSet><obj type=\"Folder\">group-d1</obj><skip>false</skip>\
    <selectSet xsi:type=\"TraversalSpec\"><name>down</name><type>Folder</type><path>childEntity</path>\
    <selectSet><name>down</name></selectSet><selectSet><name>datacenter</name></selectSet>\
    <selectSet><name>cluster</name></selectSet></selectSet>\
    <selectSet xsi:type=\"TraversalSpec\"><name>datacenter</name><type>Datacenter</type><path>hostFolder</path>\
    <selectSet><name>down</name></selectSet></selectSet>\
    <selectSet xsi:type=\"TraversalSpec\"><name>cluster</name><type>ComputeResource</type><path>host</path></selectSet>\
    </objectSet>";
const CURRENT_TIME: &str = "<CurrentTime><_this type=\"ServiceInstance\">ServiceInstance</_this></CurrentTime>";
const QUERY_PROVIDER: &str = "<QueryProvider><_this type=\"SmsStorageManager\">storageManager</_this></QueryProvider>";

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(part, _)| part).unwrap_or_default()
}

#[tokio::test]
async fn the_first_answer_brings_a_quoted_cookie_and_the_login_another() {
    let lab = lab();
    let mut caller = Caller::new(&lab);
    let content =
        "<RetrieveServiceContent><_this type=\"ServiceInstance\">ServiceInstance</_this></RetrieveServiceContent>";
    assert_eq!(caller.ask(VIM, content).await.status, 200);
    let first = caller.cookie.clone().expect("a first answer sets a cookie");
    assert!(first.starts_with("vmware_soap_session=\"") && first.contains("\"; Path=/; HttpOnly; Secure"), "{first}");
    assert_eq!(caller.ask(VIM, CURRENT_TIME).await.status, 500);
    assert_ne!(Caller::logged_in(&lab).await.cookie, Some(first));
}

#[tokio::test]
async fn an_ended_session_has_two_shapes() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    assert_eq!(caller.ask(VIM, CURRENT_TIME).await.status, 200);
    lab.world().end_all_sessions();
    let (status, text) = caller.text(VIM, CURRENT_TIME).await;
    assert_eq!(status, 500);
    assert!(text.contains("<NotAuthenticatedFault"), "{text}");
    let (status, text) = caller.text(VIM, &retrieve(HOST, "name", "")).await;
    assert_eq!(status, 200);
    assert!(text.contains("<missingSet>") && text.contains("xsi:type=\"NotAuthenticated\""), "{text}");
    assert!(!text.contains("esx01"), "{text}");
    let (status, text) = caller.text(SMS, QUERY_PROVIDER).await;
    assert_eq!(status, 500);
    assert!(text.contains("xsi:type=\"vim25:NotAuthenticated\""), "{text}");
}

#[tokio::test]
async fn pages_are_taken_once() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    let (_, text) = caller.text(VIM, &retrieve(WHOLE_TREE, "name", "<maxObjects>2</maxObjects>")).await;
    assert_eq!(count(&text, "<objects>"), 2, "{text}");
    let next = |token: &str| {
        format!(
            "<ContinueRetrievePropertiesEx><_this type=\"PropertyCollector\">propertyCollector</_this>\
             <token>{token}</token></ContinueRetrievePropertiesEx>"
        )
    };
    let token = between(&text, "<token>", "</token>").to_owned();
    let (_, text) = caller.text(VIM, &next(&token)).await;
    assert_eq!(count(&text, "<objects>"), 2, "{text}");
    assert_eq!(caller.ask(VIM, &next(&token)).await.status, 500);
    let (_, text) = caller.text(VIM, &next(between(&text, "<token>", "</token>"))).await;
    assert_eq!((count(&text, "<objects>"), count(&text, "<token>")), (1, 0), "{text}");
}

#[tokio::test]
async fn an_older_version_gets_fewer_fields() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    let info = "<Fetch><_this type=\"HostCertificateManager\">certificateManager-11</_this><prop>certificateInfo</prop></Fetch>";
    assert!(caller.text(VIM, info).await.1.contains("<kind>Machine</kind>"));
    assert!(!caller.text("\"urn:vim25/7.0.3.0\"", info).await.1.contains("<kind>"));
    let provider = {
        let world = lab.world();
        world.providers.first().expect("a healthy host has a provider").moref.clone()
    };
    let info = format!("<QueryProviderInfo><_this type=\"VasaProvider\">{provider}</_this></QueryProviderInfo>");
    let (_, new) = caller.text(SMS, &info).await;
    assert!(new.contains("xsi:type=\"sms:VasaProviderInfo\"") && new.contains("<certificateStatus>"), "{new}");
    let (_, old) = caller.text("\"urn:sms/4.0\"", &info).await;
    assert!(old.contains("<providerId>") && !old.contains("<certificateStatus>"), "{old}");
    let (status, text) = caller.text("\"urn:vim25/99.0.0.0\"", CURRENT_TIME).await;
    assert_eq!(status, 500);
    assert!(text.contains("Unsupported version"), "{text}");
}

#[tokio::test]
async fn requests_that_vcenter_would_refuse_are_refused() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    for (body, expected) in [
        (retrieve("<objectSet><skip>true</skip></objectSet>", "name", ""), "Required property obj is missing"),
        (retrieve(HOST, "name", "<surprise/>"), "Unexpected element tag"),
        (retrieve(HOST, "no.such", ""), "<InvalidPropertyFault"),
        (CURRENT_TIME.replace("CurrentTime", "CurrentTimes"), "<MethodNotFoundFault"),
        (retrieve(HOST, "name", "").replace("host-11", "host-999"), "<ManagedObjectNotFoundFault"),
    ] {
        let (status, text) = caller.text(VIM, &body).await;
        assert_eq!(status, 500, "{text}");
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[tokio::test]
async fn sms_is_behind_sps() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    assert_eq!(caller.ask(SMS, QUERY_PROVIDER).await.status, 200);
    lab.world().stop_sps().expect("a started service can be stopped");
    let (status, text) = caller.text(SMS, QUERY_PROVIDER).await;
    assert_eq!(status, 503);
    assert!(text.starts_with("<html>"), "{text}");
    assert_eq!(caller.ask(VIM, CURRENT_TIME).await.status, 200);
}

#[tokio::test]
async fn rules_reach_every_method() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    let strike = |call: &str, object: Option<&str>, what: What| {
        let object = object.map(str::to_owned);
        lab.faults().add(Rule { call: call.into(), object, nth: 1, times: Some(1), what });
    };
    strike("QueryProvider", None, What::Fault("QueryExecutionFault".into()));
    let (status, text) = caller.text(SMS, QUERY_PROVIDER).await;
    assert_eq!(status, 500);
    assert!(text.contains("<QueryExecutionFaultFault xmlns=\"urn:sms\""), "{text}");
    assert_eq!(caller.ask(SMS, QUERY_PROVIDER).await.status, 200);

    strike("QueryProvider", None, What::Fault("FromTheFuture".into()));
    assert!(caller.text(SMS, QUERY_PROVIDER).await.1.contains("<FromTheFutureFault"));

    strike("CurrentTime", None, What::Unavailable);
    assert_eq!(caller.ask(VIM, CURRENT_TIME).await.status, 503);

    let list = |number: u32| {
        format!(
            "<ListCACertificates><_this type=\"HostCertificateManager\">certificateManager-{number}</_this></ListCACertificates>"
        )
    };
    strike("ListCACertificates", Some("host-12"), What::Reset);
    assert_eq!(caller.ask(VIM, &list(11)).await.spoiled, None);
    assert_eq!(caller.ask(VIM, &list(12)).await.spoiled, Some(What::Reset));

    strike("CurrentTime", None, What::SessionExpired);
    assert!(caller.text(VIM, CURRENT_TIME).await.1.contains("NotAuthenticatedFault"));
    let seen: Vec<_> = lab.calls().into_iter().filter(|call| call.method == "ListCACertificates").collect();
    let hosts: Vec<_> = seen.iter().map(|call| call.host.clone().unwrap_or_default()).collect();
    assert_eq!(hosts, ["host-11", "host-12"]);
    assert!(seen.iter().all(|call| !call.changes && call.endpoint == "vim25"));
}

#[tokio::test]
async fn a_task_is_waited_for_by_updates() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    let enter = "<EnterMaintenanceMode_Task><_this type=\"HostSystem\">host-11</_this><timeout>0</timeout></EnterMaintenanceMode_Task>";
    let (_, text) = caller.text(VIM, enter).await;
    let task = between(&text, "type=\"Task\">", "<").to_owned();
    let filter = format!(
        "<CreateFilter><_this type=\"PropertyCollector\">propertyCollector</_this><spec><propSet><type>Task</type>\
         <pathSet>info.state</pathSet></propSet><objectSet><obj type=\"Task\">{task}</obj></objectSet></spec>\
         <partialUpdates>false</partialUpdates></CreateFilter>"
    );
    assert_eq!(caller.ask(VIM, &filter).await.status, 200);
    let wait = |version: &str| {
        format!(
            "<WaitForUpdates><_this type=\"PropertyCollector\">propertyCollector</_this><version>{version}</version></WaitForUpdates>"
        )
    };
    let mut version = String::new();
    loop {
        let (status, text) = caller.text(VIM, &wait(&version)).await;
        assert_eq!(status, 200, "{text}");
        version = between(&text, "<version>", "</version>").to_owned();
        if text.contains("xsi:type=\"TaskInfoState\">success<") {
            break;
        }
    }
    assert!(lab.world().host("host-11").unwrap().maintenance);
    assert!(caller.text(VIM, &wait("no version")).await.1.contains("InvalidCollectorVersionFault"));
}

#[tokio::test]
async fn updates_say_what_entered_what_changed_and_then_nothing() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    let filter = "<CreateFilter><_this type=\"PropertyCollector\">propertyCollector</_this><spec><propSet>\
        <type>HostSystem</type><pathSet>runtime.inMaintenanceMode</pathSet></propSet><objectSet>\
        <obj type=\"HostSystem\">host-11</obj></objectSet></spec><partialUpdates>false</partialUpdates></CreateFilter>";
    let (_, text) = caller.text(VIM, filter).await;
    let id = between(&text, "type=\"PropertyFilter\">", "<").to_owned();
    let look = |version: &str| {
        format!(
            "<WaitForUpdatesEx><_this type=\"PropertyCollector\">propertyCollector</_this><version>{version}</version>\
             <options><maxWaitSeconds>0</maxWaitSeconds></options></WaitForUpdatesEx>"
        )
    };
    let (_, text) = caller.text(VIM, &look("")).await;
    assert!(text.contains("<kind>enter</kind>") && text.contains(">false</val>"), "{text}");
    let version = between(&text, "<version>", "</version>").to_owned();
    let (status, text) = caller.text(VIM, &look(&version)).await;
    assert_eq!((status, count(&text, "returnval")), (200, 0), "{text}");
    lab.world().set_maintenance("host-11", true).expect("a connected host can be put into maintenance mode");
    let (_, text) = caller.text(VIM, &look(&version)).await;
    assert!(text.contains("<kind>modify</kind>") && text.contains(">true</val>"), "{text}");
    let destroy = format!("<DestroyPropertyFilter><_this type=\"PropertyFilter\">{id}</_this></DestroyPropertyFilter>");
    assert_eq!(caller.ask(VIM, &destroy).await.status, 200);
    assert_eq!(caller.ask(VIM, &destroy).await.status, 500);
}

#[tokio::test]
async fn other_paths_are_not_soap() {
    let lab = lab();
    let request =
        |path: &str| SoapRequest { method: "GET".into(), path: path.into(), headers: Vec::new(), body: Vec::new() };
    assert_eq!(soap::handle(&lab, request("/sdk/vim25/8.0.1.0/ServiceInstance")).await.status, 404);
    let versions = soap::handle(&lab, request("/sdk/vimServiceVersions.xml")).await;
    let text = String::from_utf8(versions.body).expect("the document is text");
    assert!(text.contains("<version>8.0.3.0</version>\n  <priorVersions>"), "{text}");
}

#[tokio::test]
async fn rules_decide_how_a_task_ends() {
    let lab = lab();
    let mut caller = Caller::logged_in(&lab).await;
    let rule = Rule {
        call: "UnregisterProvider_Task".into(),
        object: None,
        nth: 1,
        times: Some(1),
        what: What::TaskError("ProviderUnregistrationFault".into()),
    };
    lab.faults().add(rule);
    let uid = lab.world().providers.first().unwrap().uid.clone();
    let unregister = format!(
        "<UnregisterProvider_Task><_this type=\"SmsStorageManager\">storageManager</_this><providerId>{uid}</providerId>\
         </UnregisterProvider_Task>"
    );
    let (_, text) = caller.text(SMS, &unregister).await;
    let task = between(&text, "type=\"SmsTask\">", "<").to_owned();
    let query = format!("<QuerySmsTaskInfo><_this type=\"SmsTask\">{task}</_this></QuerySmsTaskInfo>");
    let info = loop {
        let (status, text) = caller.text(SMS, &query).await;
        assert_eq!(status, 200, "{text}");
        if !text.contains("<state>queued<") && !text.contains("<state>running<") {
            break text;
        }
    };
    assert!(info.contains("<error><fault xsi:type=\"sms:ProviderUnregistrationFault\">"), "{info}");
    assert!(lab.world().provider(&uid).is_some());
}
