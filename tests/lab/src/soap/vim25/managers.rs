//! vCenter's own managers: which there are, what they hold, and the methods of the small ones.

use super::inventory;
use super::view::WorldView;
use crate::soap::context::{Answer, Context};
use crate::soap::fault;
use crate::soap::value::{Fault, Object, Reference, Value, date_time};
use crate::soap::version::newest_of;
use crate::world::World;
use crate::world::vcenter::Session;

/// Field of `ServiceContent`, type and id, as a vCenter 8.0.3 has them.
const MANAGERS: [(&str, &str, &str); 14] = [
    ("propertyCollector", "PropertyCollector", "propertyCollector"),
    ("viewManager", "ViewManager", "ViewManager"),
    ("setting", "OptionManager", "VpxSettings"),
    ("sessionManager", "SessionManager", "SessionManager"),
    ("authorizationManager", "AuthorizationManager", "AuthorizationManager"),
    ("alarmManager", "AlarmManager", "AlarmManager"),
    ("eventManager", "EventManager", "EventManager"),
    ("taskManager", "TaskManager", "TaskManager"),
    ("extensionManager", "ExtensionManager", "ExtensionManager"),
    ("certificateManager", "CertificateManager", "certificateManager"),
    ("ioFilterManager", "IoFilterManager", "IoFilterManager"),
    ("searchIndex", "SearchIndex", "SearchIndex"),
    ("failoverClusterConfigurator", "FailoverClusterConfigurator", "failoverClusterConfigurator"),
    ("failoverClusterManager", "FailoverClusterManager", "failoverClusterManager"),
];

/// Whether the object is the service instance or one of its managers.
pub(crate) fn exists(object: &Reference) -> bool {
    (object.kind == "ServiceInstance" && object.id == "ServiceInstance")
        || MANAGERS.iter().any(|(_, kind, id)| object.kind == *kind && object.id == *id)
}

/// A property of the service instance or of one of its managers.
pub(crate) fn property(view: &WorldView<'_>, object: &Reference, name: &str) -> Option<Value> {
    let world = view.world;
    match (object.kind.as_str(), name) {
        ("ServiceInstance", "content") => Some(content(world).into()),
        ("ServiceInstance", "serverClock") => Some(date_time(world.now())),
        ("SessionManager", "currentSession") => view.session.map(|(_, session)| user_session(session).into()),
        ("SessionManager", "sessionList") => {
            Some(view.session.map(|(_, session)| user_session(session)).into_iter().collect::<Vec<_>>().into())
        }
        ("SessionManager", "defaultLocale") => Some("en".into()),
        ("SessionManager", "messageLocaleList" | "supportedLocaleList") => Some(vec!["en"].into()),
        ("OptionManager", "setting") if exists(object) => Some(options(world, "").into()),
        ("ExtensionManager", "extensionList") => {
            Some(world.vcenter.extensions.iter().map(|key| extension(world, key)).collect::<Vec<_>>().into())
        }
        ("EventManager", "latestEvent") => {
            world.vcenter.events.last().map(|event| super::events::event(world, event).into())
        }
        ("EventManager", "maxCollector") => Some(1000.into()),
        _ => None,
    }
}

/// `RetrieveServiceContent`.
pub(crate) fn content(world: &World) -> Object {
    let mut content = Object::new("ServiceContent")
        .with("rootFolder", Reference::new("Folder", inventory::ROOT))
        .with("about", about(world));
    for (field, kind, id) in MANAGERS {
        content = content.with(field, Reference::new(kind, id));
    }
    content
}

fn about(world: &World) -> Object {
    let vcenter = &world.vcenter;
    Object::new("AboutInfo")
        .with("name", "VMware vCenter Server")
        .with("fullName", format!("VMware vCenter Server {} build-{}", vcenter.version, vcenter.build))
        .with("vendor", "VMware, Inc.")
        .with("version", &vcenter.version)
        .with("build", &vcenter.build)
        .with("localeVersion", "INTL")
        .with("localeBuild", "000")
        .with("osType", "linux-x64")
        .with("productLineId", "vpx")
        .with("apiType", "VirtualCenter")
        .with("apiVersion", newest_of(&vcenter.version))
        .with("instanceUuid", &vcenter.uuid)
        .with("licenseProductName", "VMware VirtualCenter Server")
        .with("licenseProductVersion", major(&vcenter.version))
}

fn major(version: &str) -> String {
    format!("{}.0", version.split('.').next().unwrap_or(version))
}

/// `Login`. A session that is still open stays so: a second login replaces only the caller's cookie.
pub(crate) fn login(context: &mut Context<'_>) -> Answer {
    let (user, password) = (context.text("userName").to_owned(), context.text("password").to_owned());
    let token = context.world.login(&user, &password).map_err(|fault| super::world_fault(&fault, context.this()))?;
    let session =
        context.world.session(&token).ok_or_else(|| fault::not_authenticated(context.this(), "System.View"))?;
    context.opened = Some(token);
    Ok(Some(user_session(&session).into()))
}

/// `Logout`.
pub(crate) fn logout(context: &mut Context<'_>) -> Answer {
    let token = context.token().to_owned();
    context.world.logout(&token);
    context.objects.end(&token);
    Ok(None)
}

/// `SessionIsActive`: whether the session of this key is open. The lab knows the caller's own only.
pub(crate) fn session_is_active(context: &Context<'_>) -> Answer {
    let active = context.session.as_ref().is_some_and(|(_, session)| {
        session.key == context.text("sessionID") && session.user.eq_ignore_ascii_case(context.text("userName"))
    });
    Ok(Some(active.into()))
}

fn user_session(session: &Session) -> Object {
    Object::new("UserSession")
        .with("key", &session.key)
        .with("userName", &session.user)
        .with("fullName", &session.user)
        .with("loginTime", session.login)
        .with("lastActiveTime", session.last_active)
        .with("locale", "en")
        .with("messageLocale", "en")
        .with("extensionSession", false)
        .with("ipAddress", "127.0.0.1")
        .with("userAgent", "")
        .with("callCount", 0_i64)
}

/// `QueryOptions`: one key, all keys below a name that ends in a dot, or all. An unknown name is a fault.
pub(crate) fn query_options(context: &Context<'_>) -> Answer {
    let name = context.text("name");
    let found = if exists(context.this()) { options(context.world, name) } else { Vec::new() };
    if found.is_empty() && !name.is_empty() {
        return Err(Fault::new("InvalidName", "").with("name", name));
    }
    Ok(Some(found.into()))
}

fn options(world: &World, name: &str) -> Vec<Object> {
    let wanted = |key: &str| name.is_empty() || key == name || (name.ends_with('.') && key.starts_with(name));
    let found = world.vcenter.options.iter().filter(|(key, _)| wanted(key));
    found.map(|(key, value)| Object::new("OptionValue").with("key", key).with("value", option_value(value))).collect()
}

/// Numbers go as numbers.
fn option_value(text: &str) -> Value {
    text.parse::<i32>().map_or_else(|_| text.into(), Value::from)
}

/// `FindExtension`.
pub(crate) fn find_extension(context: &Context<'_>) -> Answer {
    let key = context.text("extensionKey");
    let known = context.world.vcenter.extensions.iter().find(|known| *known == key);
    Ok(known.map(|key| extension(context.world, key).into()))
}

fn extension(world: &World, key: &str) -> Object {
    Object::new("Extension")
        .with("description", Object::new("Description").with("label", key).with("summary", key))
        .with("key", key)
        .with("company", "VMware, Inc.")
        .with("version", &world.vcenter.version)
        .with("lastHeartbeatTime", world.now())
}

/// `HasPrivilegeOnEntities` and `HasUserPrivilegeOnEntities`: the lab's one user is an administrator and has them all,
/// but for those that were taken away.
pub(crate) fn has_privileges(context: &Context<'_>, parameter: &str) -> Answer {
    let privileges = context.parameters().texts_of("privId");
    let denied = &context.world.vcenter.denied_privileges;
    let answers = context.parameters().references(parameter).into_iter().map(|entity| {
        let granted = privileges.iter().map(|privilege| {
            Object::new("PrivilegeAvailability")
                .with("privId", privilege)
                .with("isGranted", !denied.contains(privilege))
        });
        Object::new("EntityPrivilege").with("entity", entity).with("privAvailability", granted.collect::<Vec<_>>())
    });
    Ok(Some(answers.collect::<Vec<_>>().into()))
}

/// `FindAllByDnsName` and `FindAllByIp`, of virtual machines: ESXi hosts are found in no other way than by their view.
pub(crate) fn find_machines(context: &Context<'_>, parameter: &str) -> Answer {
    if !context.parameters().flag("vmSearch") {
        return Ok(Some(Vec::<Reference>::new().into()));
    }
    Ok(Some(inventory::machines_called(context.world, context.text(parameter)).into()))
}

/// `ClearTriggeredAlarms`: all that the filter lets through turn green. Every alarm of the lab is triggered by events.
pub(crate) fn clear_alarms(context: &mut Context<'_>) -> Answer {
    let Some(filter) = context.parameters().child("filter") else { return Err(fault::invalid_argument("filter")) };
    let statuses = filter.texts_of("status");
    let word = |name: &str| filter.child(name).map_or(String::new(), |child| child.text.clone());
    let (entity, trigger) = (word("typeEntity"), word("typeTrigger"));
    let is_meant = |alarm: &crate::world::alarm::Alarm| {
        let of_status = statuses.is_empty() || statuses.contains(&alarm.status);
        let of_entity = match entity.as_str() {
            "entityTypeHost" => alarm.host.is_some(),
            "entityTypeVm" => false,
            _ => true,
        };
        of_status && of_entity && trigger != "triggerTypeMetric"
    };
    context.world.vcenter.alarms.retain(|alarm| !is_meant(alarm));
    Ok(None)
}

/// `AcknowledgeAlarm`.
pub(crate) fn acknowledge_alarm(context: &mut Context<'_>) -> Answer {
    let parameters = context.parameters();
    let (alarm, entity) = (parameters.reference("alarm"), parameters.reference("entity"));
    let (Some(alarm), Some(entity)) = (alarm, entity) else { return Err(fault::invalid_argument("alarm")) };
    for known in &mut context.world.vcenter.alarms {
        if known.definition == alarm.id && known.entity() == entity.id {
            known.acknowledged = true;
        }
    }
    Ok(None)
}

/// `getVchaConfig`: whether vCenter HA is configured.
pub(crate) fn high_availability_config(context: &Context<'_>) -> Answer {
    let state = if context.world.vcenter.high_availability { "configured" } else { "notConfigured" };
    Ok(Some(Object::new("VchaClusterConfigInfo").with("state", state).into()))
}

/// `getClusterMode` of vCenter HA; a vCenter without it is in no state to ask that.
pub(crate) fn high_availability_mode(context: &Context<'_>) -> Answer {
    if context.world.vcenter.high_availability {
        return Ok(Some("enabled".into()));
    }
    Err(Fault::new("InvalidState", "The operation is not allowed in the current state."))
}

/// `CreateContainerView`.
pub(crate) fn create_container_view(context: &mut Context<'_>) -> Answer {
    let container = context.parameters().reference("container").ok_or_else(|| fault::invalid_argument("container"))?;
    if !context.exists(&container) {
        return Err(fault::not_found(&container));
    }
    let kinds = context.parameters().texts_of("type");
    let recursive = context.parameters().flag("recursive");
    let Some((token, session)) = context.session.clone() else {
        return Err(fault::not_authenticated(context.this(), "System.View"));
    };
    let id = context.objects.new_id(&session.key);
    let view = crate::soap::objects::View { container, kinds, recursive };
    context.objects.of_mut(&token).views.insert(id.clone(), view);
    Ok(Some(Reference::new("ContainerView", id).into()))
}

/// `DestroyView`.
pub(crate) fn destroy_view(context: &mut Context<'_>) -> Answer {
    let (token, id) = (context.token().to_owned(), context.this().id.clone());
    context.objects.of_mut(&token).views.remove(&id);
    Ok(None)
}
