//! Prints every request that this crate can send to vCenter, one JSON object a line: the call's name, `look` or
//! `change`, method, path, headers and body. Secrets are shown by their names in braces. Operators can read here what
//! they allow; a test judges each SOAP message by the type tables of the vendor's own client.
//!
//! ```console
//! cargo run --example messages
//! ```

use std::io::Write as _;

use iofilter_certs::certificate::Fingerprint;
use iofilter_certs::request::{Change, Look, Piece, Trust};
use iofilter_certs::time::UnixTime;
use iofilter_certs::wire::vim::host_connection::HostIdentity;
use iofilter_certs::wire::{MoRef, RestStyle, VCenter, rest, sms, version_page, vim};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut lines = Vec::new();
    let versions = [
        ("6.5", RestStyle::Rest),
        ("7.0.0.0", RestStyle::Rest),
        ("8.0.3.0", RestStyle::Api),
        ("9.0.0.0", RestStyle::Api),
    ];
    for (vim_version, rest) in versions {
        let vcenter = VCenter {
            authority: "vc.example.com:443".to_owned(),
            trust: Trust::HostRoots,
            vim_version: vim_version.to_owned(),
            sms_version: vim::service_versions::storage_version(vim_version).to_owned(),
            rest,
            deadline_seconds: 30,
        };
        lines.extend(sessions(&vcenter));
        lines.extend(vim_looks(&vcenter));
        lines.extend(vim_changes(&vcenter));
        lines.extend(sms_messages(&vcenter));
        lines.extend(rest_messages(&vcenter));
        lines.push(provider_message());
    }
    let mut out = std::io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn sessions(vcenter: &VCenter) -> Vec<Value> {
    let manager = MoRef::new("SessionManager", "SessionManager");
    vec![
        look("vim::service_versions", vim::service_versions::request(vcenter)),
        look("vim::service_content", vim::service_content::request(vcenter)),
        look("vim::login", vim::login::request(vcenter, &manager, "VSPHERE.LOCAL\\Administrator & <co>")),
        look("vim::logout", vim::logout::request(vcenter, &manager)),
        look("vim::current_time", vim::current_time::request(vcenter)),
        look("rest::session login", rest::session::login(vcenter)),
        look("rest::session logout", rest::session::logout(vcenter)),
    ]
}

fn vim_looks(vcenter: &VCenter) -> Vec<Value> {
    let collector = MoRef::new("PropertyCollector", "propertyCollector");
    let view = MoRef::new("ContainerView", "session[1]2");
    let views = MoRef::new("ViewManager", "ViewManager");
    let folder = MoRef::new("Folder", "group-d1");
    let cluster = MoRef::new("ClusterComputeResource", "domain-c8");
    let alone = MoRef::new("ComputeResource", "domain-s9");
    let certificates = MoRef::new("HostCertificateManager", "certificateManager-21");
    let filters = MoRef::new("IoFilterManager", "IoFilterManager");
    let privileges = ["Certificate.Manage", "StorageViews.View"];
    let authorization = MoRef::new("AuthorizationManager", "AuthorizationManager");
    let options = MoRef::new("OptionManager", "VpxSettings");
    let extensions = MoRef::new("ExtensionManager", "ExtensionManager");
    let tasks = [MoRef::new("Task", "task-1"), MoRef::new("Task", "task-2")];
    let clock = MoRef::new("HostDateTimeSystem", "dateTimeSystem-21");
    let prefix = vim::query_options::CERTIFICATE_SETTINGS;
    let alarms = [MoRef::new("Alarm", "alarm-1")];
    let events = MoRef::new("EventManager", "EventManager");
    let index = MoRef::new("SearchIndex", "SearchIndex");
    let entities = std::slice::from_ref(&folder);
    let mut looks = vec![
        look("vim::container_view create", vim::container_view::create(vcenter, &views, &folder, "HostSystem")),
        look("vim::container_view destroy", vim::container_view::destroy(vcenter, &view)),
        look("vim::host_page", vim::host_page::request(vcenter, &collector, &view)),
        look("vim::host_page next", vim::host_page::next(vcenter, &collector, "token")),
        look("vim::host_page request_for", vim::host_page::request_for(vcenter, &collector, &[host(1), host(2)])),
        look("vim::clusters", vim::clusters::request(vcenter, &collector, &[cluster.clone(), alone])),
        look(
            "vim::certificate_info",
            vim::certificate_info::request(vcenter, &collector, std::slice::from_ref(&certificates)),
        ),
        look("vim::failover", vim::failover::request(vcenter, &collector, std::slice::from_ref(&cluster))),
        look("vim::machines find", vim::machines::find(vcenter, &index, "vc.example.com")),
        look("vim::machines find", vim::machines::find(vcenter, &index, "192.0.2.7")),
        look(
            "vim::machines snapshots",
            vim::machines::snapshots(vcenter, &collector, &[MoRef::new("VirtualMachine", "vm-7")]),
        ),
        look("vim::alarms triggered", vim::alarms::triggered(vcenter, &collector, &folder)),
        look("vim::alarms definitions", vim::alarms::definitions(vcenter, &collector, &alarms)),
        look(
            "vim::events",
            vim::events::request(vcenter, &events, UnixTime(1_789_289_701), &["HostDisconnectedEvent"]),
        ),
        look("vim::task_info states", vim::task_info::states(vcenter, &collector, &tasks)),
        look("vim::host_certificate", vim::host_certificate::request(vcenter, &collector, &host(1))),
        look("vim::task_info", vim::task_info::request(vcenter, &collector, &tasks)),
        look("vim::query_options", vim::query_options::request(vcenter, &options, prefix)),
        look("vim::certificate_lists ca_certificates", vim::certificate_lists::ca_certificates(vcenter, &certificates)),
        look(
            "vim::certificate_lists revocation_lists",
            vim::certificate_lists::revocation_lists(vcenter, &certificates),
        ),
        look("vim::query_date_time", vim::query_date_time::request(vcenter, &clock)),
        look("vim::io_filters filters", vim::io_filters::filters(vcenter, &filters, &cluster)),
        look("vim::io_filters disks", vim::io_filters::disks(vcenter, &filters, "VMW_spm_1.0.0", &cluster)),
        look("vim::find_extension", vim::find_extension::request(vcenter, &extensions, "com.example.extension")),
        look(
            "vim::high_availability",
            vim::high_availability::request(
                vcenter,
                &MoRef::new("FailoverClusterConfigurator", "failoverClusterConfigurator"),
            ),
        ),
        look(
            "vim::has_privileges",
            vim::has_privileges::request(
                vcenter,
                &authorization,
                entities,
                "VSPHERE.LOCAL\\Administrator",
                &privileges,
            ),
        ),
    ];
    if vcenter.speaks("8.0.1.0") {
        looks.push(look("vim::certificate_info list", vim::certificate_info::list(vcenter, &certificates)));
    }
    looks
}

fn vim_changes(vcenter: &VCenter) -> Vec<Value> {
    let certificates = MoRef::new("HostCertificateManager", "certificateManager-21");
    let services = MoRef::new("HostServiceSystem", "serviceSystem-21");
    let firewall = MoRef::new("HostFirewallSystem", "firewallSystem-21");
    let clock = MoRef::new("HostDateTimeSystem", "dateTimeSystem-21");
    let allowed = ["192.0.2.7".to_owned(), "198.51.100.0/24".to_owned()];
    let manager = MoRef::new("CertificateManager", "certificateManager");
    let pem = ["-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----".to_owned()];
    let mut identities = vec![HostIdentity::Stored, HostIdentity::Thumbprint("AA:BB".to_owned())];
    if vcenter.vim_version == "9.0.0.0" {
        identities.push(HostIdentity::Certificate(pem.concat()));
    }
    let mut messages = vec![
        change("vim::certificate_lists replace", vim::certificate_lists::replace(vcenter, &certificates, &pem, &pem)),
        change(
            "vim::certificate_lists notify_services",
            vim::certificate_lists::notify_services(vcenter, &certificates),
        ),
        change("vim::refresh_certificates", vim::refresh_certificates::request(vcenter, &manager, &[host(1), host(2)])),
        change(
            "vim::refresh_certificates push_roots",
            vim::refresh_certificates::push_roots(vcenter, &manager, &[host(1)]),
        ),
        change(
            "vim::own_certificate signing_request",
            vim::own_certificate::signing_request(vcenter, &certificates, false),
        ),
        change("vim::own_certificate install", vim::own_certificate::install(vcenter, &certificates, &pem.concat())),
        change("vim::firewall set_enabled", vim::firewall::set_enabled(vcenter, &firewall, "iofiltervp", true)),
        change("vim::firewall set_enabled", vim::firewall::set_enabled(vcenter, &firewall, "iofiltervp", false)),
        change("vim::firewall set_allowed", vim::firewall::set_allowed(vcenter, &firewall, "iofiltervp", &allowed)),
        change("vim::firewall set_allowed", vim::firewall::set_allowed(vcenter, &firewall, "iofiltervp", &[])),
        change("vim::time_servers", vim::time_servers::request(vcenter, &clock, &["ntp.example.com".to_owned()])),
        change(
            "vim::acknowledge_alarm",
            vim::acknowledge_alarm::request(
                vcenter,
                &MoRef::new("AlarmManager", "AlarmManager"),
                &MoRef::new("Alarm", "alarm-7"),
                &host(1),
            ),
        ),
        change("vim::host_connection disconnect", vim::host_connection::disconnect(vcenter, &host(1))),
        change("vim::host_service start", vim::host_service::start(vcenter, &services, "TSM-SSH")),
        change("vim::host_service stop", vim::host_service::stop(vcenter, &services, "TSM-SSH")),
    ];
    if vcenter.speaks(vim::clear_alarms::SINCE) {
        let (manager, colours) = (MoRef::new("AlarmManager", "AlarmManager"), ["red".to_owned(), "yellow".to_owned()]);
        let request = vim::clear_alarms::request(vcenter, &manager, &colours, true);
        messages.push(change("vim::clear_alarms", request));
    }
    messages.extend(identities.iter().map(|identity| {
        change("vim::host_connection reconnect", vim::host_connection::reconnect(vcenter, &host(1), identity))
    }));
    messages
}

fn sms_messages(vcenter: &VCenter) -> Vec<Value> {
    let storage = MoRef::new("SmsStorageManager", "storageManager");
    let provider = MoRef::new("VasaProvider", "vasaProvider-1");
    let task = MoRef::new("SmsTask", "SmsTask-1");
    let spec = sms::provider_changes::ProviderSpec {
        name: "IOFILTER Provider esx01".to_owned(),
        description: Some("IOFILTER VASA Provider on host esx01".to_owned()),
        url: iofilter_certs::wire::provider_url::provider_url("esx01"),
        certificate: Some("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----".to_owned()),
    };
    vec![
        look("sms::storage_manager", sms::storage_manager::request(vcenter)),
        look("sms::providers", sms::providers::request(vcenter, &storage)),
        look("sms::provider_info", sms::provider_info::request(vcenter, &provider)),
        look("sms::task_info", sms::task_info::request(vcenter, &task)),
        look("sms::task_info result", sms::task_info::result(vcenter, &task)),
        change("sms::provider_changes sync", sms::provider_changes::sync(vcenter, &provider, None)),
        change("sms::provider_changes sync", sms::provider_changes::sync(vcenter, &provider, Some("IOFILTERS:4c4c"))),
        change("sms::provider_changes reconnect", sms::provider_changes::reconnect(vcenter, &provider)),
        change("sms::provider_changes unregister", sms::provider_changes::unregister(vcenter, &storage, "uid-1")),
        change("sms::provider_changes register", sms::provider_changes::register(vcenter, &storage, &spec)),
    ]
}

fn rest_messages(vcenter: &VCenter) -> Vec<Value> {
    let service = rest::service::STORAGE_PROFILE_SERVICE;
    vec![
        look("rest::service state", rest::service::state(vcenter, service)),
        look("rest::service state", rest::service::state(vcenter, rest::service::AUTO_DEPLOY_SERVICE)),
        change("rest::service restart", rest::service::restart(vcenter, service)),
        change("rest::service start", rest::service::start(vcenter, service)),
        look("rest::backup_jobs", rest::backup_jobs::request(vcenter)),
        look("rest::network_interfaces", rest::network_interfaces::request(vcenter)),
        look("rest::nodes", rest::nodes::request(vcenter)),
        look("rest::trusted_roots list", rest::trusted_roots::list(vcenter)),
        look("rest::trusted_roots one", rest::trusted_roots::one(vcenter, "8A5F")),
        look("rest::machine_certificate", rest::machine_certificate::request(vcenter)),
        look("rest::appliance_version", rest::appliance_version::request(vcenter)),
    ]
}

/// The one request that goes to a host itself, pinned to the certificate that was shown just before.
fn provider_message() -> Value {
    let leaf = Fingerprint::of(b"a certificate");
    look("wire::version_page", version_page::request("esx01.example.com:9080".to_owned(), &leaf, 10))
}

fn host(number: u32) -> MoRef {
    MoRef::new("HostSystem", format!("host-{number}"))
}

fn look(call: &str, look: Look) -> Value {
    match look {
        Look::Http(request) => line(call, "look", &request),
        other => json!({ "call": call, "kind": "look", "other": format!("{other:?}") }),
    }
}

fn change(call: &str, change: Change) -> Value {
    match change {
        Change::Http(request) => line(call, "change", &request),
        other @ Change::Ssh(_) => json!({ "call": call, "kind": "change", "other": format!("{other:?}") }),
    }
}

fn line(call: &str, kind: &str, request: &iofilter_certs::request::HttpRequest) -> Value {
    let headers: serde_json::Map<String, Value> =
        request.headers.iter().map(|header| (header.name.clone(), joined(&header.value).into())).collect();
    json!({
        "call": call,
        "kind": kind,
        "method": request.method,
        "path": request.path,
        "headers": headers,
        "body": joined(&request.body),
    })
}

fn joined(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret { name, .. } => format!("{{{name}}}"),
        })
        .collect()
}
