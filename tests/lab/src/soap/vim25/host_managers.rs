//! The managers of one host: certificates, services, time, access. Their ids carry the number of the host's.

use crate::soap::context::{Answer, Context};
use crate::soap::value::{Fault, Object, Reference, Value, date_time};
use crate::world::World;
use crate::world::host::Host;

/// Every manager that a host has here: its type, and what its id begins with.
const MANAGERS: [(&str, &str); 7] = [
    ("HostCertificateManager", "certificateManager"),
    ("HostServiceSystem", "serviceSystem"),
    ("HostFirewallSystem", "firewallSystem"),
    ("HostDateTimeSystem", "dateTimeSystem"),
    ("HostAccessManager", "hostAccessManager"),
    ("HostVirtualNicManager", "virtualNicManager"),
    ("OptionManager", "EsxHostAdvSettings"),
];

/// The reference to a host's manager of this type.
pub(crate) fn reference(kind: &str, host: &Host) -> Option<Reference> {
    let (_, prefix) = MANAGERS.iter().find(|(known, _)| *known == kind)?;
    Some(Reference::new(kind, format!("{prefix}-{}", host.moref.trim_start_matches("host-"))))
}

/// The host whose manager this is.
pub(crate) fn host_of<'a>(world: &'a World, manager: &Reference) -> Option<&'a Host> {
    let (_, prefix) = MANAGERS.iter().find(|(known, _)| *known == manager.kind)?;
    let number = manager.id.strip_prefix(prefix)?.strip_prefix('-')?;
    let moref = format!("host-{number}");
    world.hosts.iter().find(|host| host.moref == moref)
}

/// A property of a host's manager.
pub(crate) fn property(world: &World, host: &Host, manager: &Reference, name: &str) -> Option<Value> {
    match (manager.kind.as_str(), name) {
        ("HostCertificateManager", "certificateInfo") => Some(super::host_certificates::info(world, host).into()),
        ("HostServiceSystem", "serviceInfo") => Some(service_info(host).into()),
        ("HostFirewallSystem", "firewallInfo") => Some(firewall_info(host).into()),
        ("HostDateTimeSystem", "dateTimeInfo") => Some(date_time_info(world, host).into()),
        ("HostAccessManager", "lockdownMode") => Some(host.lockdown.as_str().into()),
        _ => None,
    }
}

/// `HostServiceInfo`.
pub(crate) fn service_info(host: &Host) -> Object {
    let services = host.services.iter().map(|(key, service)| {
        Object::new("HostService")
            .with("key", key)
            .with("label", &service.label)
            .with("required", false)
            .with("uninstallable", false)
            .with("running", service.running)
            .with("policy", &service.policy)
    });
    Object::new("HostServiceInfo").with("service", services.collect::<Vec<_>>())
}

/// `HostFirewallInfo`: some of the rule sets that a host has, and that of the provider's port among them.
pub(crate) fn firewall_info(host: &Host) -> Object {
    let everyone = crate::world::host::RuleSet::open();
    let policy = Object::new("HostFirewallDefaultPolicy").with("incomingBlocked", true).with("outgoingBlocked", true);
    let rule_sets = vec![
        rule_set("sshServer", "SSH Server", 22, &everyone),
        rule_set("vSphereClient", "vSphere Web Client", 443, &everyone),
        rule_set("iofiltervp", "iofiltervp", 9080, &host.rule_set),
    ];
    Object::new("HostFirewallInfo").with("defaultPolicy", policy).with("ruleset", rule_sets)
}

fn rule_set(key: &str, label: &str, port: i32, state: &crate::world::host::RuleSet) -> Object {
    let rule = Object::new("HostFirewallRule")
        .with("port", port)
        .with("direction", "inbound")
        .with("portType", "dst")
        .with("protocol", "tcp");
    let (networks, addresses): (Vec<&String>, Vec<&String>) =
        state.allowed.iter().partition(|allowed| allowed.contains('/'));
    let network = |text: &&String| {
        let (network, length) = text.split_once('/').unwrap_or((text, "32"));
        Object::new("HostFirewallRulesetIpNetwork")
            .with("network", network)
            .with("prefixLength", length.parse::<i32>().unwrap_or(32))
    };
    let allowed = Object::new("HostFirewallRulesetIpList")
        .with("ipAddress", addresses)
        .with("ipNetwork", networks.iter().map(network).collect::<Vec<_>>())
        .with("allIp", state.all_addresses);
    Object::new("HostFirewallRuleset")
        .with("key", key)
        .with("label", label)
        .with("required", false)
        .with("rule", vec![rule])
        .with("enabled", state.enabled)
        .with("allowedHosts", allowed)
}

/// `HostDateTimeInfo`.
pub(crate) fn date_time_info(world: &World, host: &Host) -> Object {
    let zone = Object::new("HostDateTimeSystemTimeZone")
        .with("key", "UTC")
        .with("name", "UTC")
        .with("description", "UTC")
        .with("gmtOffset", 0);
    let ntp = Object::new("HostNtpConfig").with("server", host.time_servers.iter().collect::<Vec<_>>());
    Object::new("HostDateTimeInfo")
        .with("timeZone", zone)
        .with("systemClockProtocol", "ntp")
        .with("ntpConfig", ntp)
        .with("enabled", host.runs("ntpd"))
        .with("lastSyncTime", host.clock(world.now()))
}

/// `QueryDateTime`: what the host's own clock shows.
pub(crate) fn query_date_time(context: &Context<'_>) -> Answer {
    let host = connected(context)?;
    Ok(Some(date_time(host.clock(context.world.now()))))
}

/// `StartService`, `StopService` and `RestartService`.
pub(crate) fn control_service(context: &mut Context<'_>, running: bool) -> Answer {
    let key = context.text("id").to_owned();
    let host = connected(context)?;
    let name = host.name.clone();
    let service = host.services.get(&key).ok_or_else(|| Fault::new("NotFound", format!("no service {key}")))?;
    let restarts = context.parameters().name == "RestartService";
    if service.running == running && !restarts {
        let state = if running { "running" } else { "stopped" };
        return Err(Fault::new("InvalidState", format!("service {key} is {state}")));
    }
    context.world.set_service(&name, &key, running).map_err(|fault| super::world_fault(&fault, context.this()))?;
    Ok(None)
}

/// `EnableRuleset` and `DisableRuleset`; of the rule sets only the provider's can change here.
pub(crate) fn set_rule_set(context: &mut Context<'_>, enabled: bool) -> Answer {
    let name = host_of_rule_set(context)?;
    context.world.change_rule_set(&name, |set| set.enabled = enabled);
    Ok(None)
}

/// `UpdateRuleset`.
pub(crate) fn update_rule_set(context: &mut Context<'_>) -> Answer {
    let name = host_of_rule_set(context)?;
    let hosts = context.parameters().child("spec").and_then(|spec| spec.child("allowedHosts"));
    let hosts = hosts.ok_or_else(|| super::fault::invalid_argument("spec"))?;
    let network = |one: &crate::soap::xml::Element| {
        let text = |part: &str| one.text_of(part).unwrap_or_default().to_owned();
        format!("{}/{}", text("network"), text("prefixLength"))
    };
    let mut allowed = hosts.texts_of("ipAddress");
    allowed.extend(hosts.all("ipNetwork").map(network));
    let all_addresses = hosts.flag("allIp");
    context.world.change_rule_set(&name, |set| {
        set.all_addresses = all_addresses;
        set.allowed = allowed;
    });
    Ok(None)
}

fn host_of_rule_set(context: &Context<'_>) -> Result<String, Fault> {
    let host = connected(context)?;
    match context.text("id") {
        "iofiltervp" => Ok(host.name.clone()),
        other => Err(Fault::new("NotFound", format!("no rule set {other}"))),
    }
}

/// `UpdateDateTimeConfig`: the time servers; the rest of a configuration is not kept here.
pub(crate) fn update_time_servers(context: &mut Context<'_>) -> Answer {
    let name = connected(context)?.name.clone();
    let config = context.parameters().child("config").and_then(|config| config.child("ntpConfig"));
    let servers = config.map(|config| config.texts_of("server")).unwrap_or_default();
    context.world.set_time_servers(&name, servers);
    Ok(None)
}

/// The host whose manager is called, when vCenter can reach it.
pub(crate) fn connected<'a>(context: &'a Context<'_>) -> Result<&'a Host, Fault> {
    let host = host_of(context.world, context.this()).ok_or_else(|| super::fault::not_found(context.this()))?;
    match host.connection.as_str() {
        "connected" => Ok(host),
        state => Err(Fault::new("HostNotConnected", format!("The host {} is {state}.", host.name))),
    }
}
