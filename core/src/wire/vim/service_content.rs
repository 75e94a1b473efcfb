//! `RetrieveServiceContent`: what this server is, and where its managers are. Needs no session.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::xml::Xml;
use crate::wire::{MoRef, VCenter, WireError};

/// A server and its managers. A manager that the server does not have, as `certificateManager` on an ESXi host, is
/// `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceContent {
    /// What the server is.
    pub about: About,
    /// The folder that holds everything.
    pub root_folder: MoRef,
    /// `PropertyCollector`.
    pub property_collector: MoRef,
    /// `ViewManager`.
    pub view_manager: Option<MoRef>,
    /// `OptionManager` (`setting`).
    pub option_manager: Option<MoRef>,
    /// `SessionManager`.
    pub session_manager: Option<MoRef>,
    /// `AuthorizationManager`.
    pub authorization_manager: Option<MoRef>,
    /// `EventManager`.
    pub event_manager: Option<MoRef>,
    /// `ExtensionManager`.
    pub extension_manager: Option<MoRef>,
    /// `CertificateManager`.
    pub certificate_manager: Option<MoRef>,
    /// `AlarmManager`.
    pub alarm_manager: Option<MoRef>,
    /// `IoFilterManager`.
    pub io_filter_manager: Option<MoRef>,
    /// Where vCenter High Availability is configured; unset on ESXi.
    pub failover_cluster_configurator: Option<MoRef>,
    /// `SearchIndex`.
    pub search_index: Option<MoRef>,
}

/// What a server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its release, such as `8.0.3`.
    pub version: String,
    /// Its build number.
    pub build: String,
    /// `VirtualCenter`, or `HostAgent` when it is an ESXi host.
    pub api_type: String,
    /// The newest API version that it speaks, such as `8.0.3.0`.
    pub api_version: String,
    /// The UUID of this vCenter.
    pub instance_uuid: Option<String>,
}

/// Asks for the server's content.
pub fn request(vcenter: &VCenter) -> Look {
    let this = MoRef::new("ServiceInstance", "ServiceInstance");
    Look::Http(soap::sessionless(vcenter, Service::Vim, "RetrieveServiceContent", &this, |_| {}))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<ServiceContent, WireError> {
    soap::one(response, "RetrieveServiceContent", |xml, _| content(xml))
}

fn content(xml: &mut Xml<'_>) -> Result<ServiceContent, WireError> {
    let (mut about, mut root_folder, mut property_collector) = (None, None, None);
    let (mut view_manager, mut option_manager, mut session_manager) = (None, None, None);
    let (mut authorization_manager, mut alarm_manager, mut event_manager, mut extension_manager) =
        (None, None, None, None);
    let (mut certificate_manager, mut io_filter_manager) = (None, None);
    let (mut failover_cluster_configurator, mut search_index) = (None, None);
    xml.children(|xml, tag| {
        let slot = match tag.name() {
            "about" => {
                about = Some(self::about(xml)?);
                return Ok(());
            }
            "rootFolder" => &mut root_folder,
            "propertyCollector" => &mut property_collector,
            "viewManager" => &mut view_manager,
            "setting" => &mut option_manager,
            "sessionManager" => &mut session_manager,
            "authorizationManager" => &mut authorization_manager,
            "alarmManager" => &mut alarm_manager,
            "eventManager" => &mut event_manager,
            "extensionManager" => &mut extension_manager,
            "certificateManager" => &mut certificate_manager,
            "ioFilterManager" => &mut io_filter_manager,
            "failoverClusterConfigurator" => &mut failover_cluster_configurator,
            "searchIndex" => &mut search_index,
            _ => return Ok(()),
        };
        *slot = Some(xml.reference(tag)?);
        Ok(())
    })?;
    Ok(ServiceContent {
        about: xml.required(about, "about")?,
        root_folder: xml.required(root_folder, "rootFolder")?,
        property_collector: xml.required(property_collector, "propertyCollector")?,
        view_manager,
        option_manager,
        session_manager,
        authorization_manager,
        alarm_manager,
        event_manager,
        extension_manager,
        certificate_manager,
        io_filter_manager,
        failover_cluster_configurator,
        search_index,
    })
}

fn about(xml: &mut Xml<'_>) -> Result<About, WireError> {
    let (mut version, mut build, mut api_type, mut api_version, mut instance_uuid) = (None, None, None, None, None);
    xml.children(|xml, tag| {
        let slot = match tag.name() {
            "version" => &mut version,
            "build" => &mut build,
            "apiType" => &mut api_type,
            "apiVersion" => &mut api_version,
            "instanceUuid" => &mut instance_uuid,
            _ => return Ok(()),
        };
        *slot = Some(xml.text()?);
        Ok(())
    })?;
    Ok(About {
        version: xml.required(version, "version")?,
        build: xml.required(build, "build")?,
        api_type: xml.required(api_type, "apiType")?,
        api_version: xml.required(api_version, "apiVersion")?,
        instance_uuid,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, sample, soap, soap_body, vcenter};

    #[test]
    fn asks_without_a_session() {
        let request = look(request(&vcenter()));
        assert_eq!(
            soap_body(&request),
            "<RetrieveServiceContent xmlns=\"urn:vim25\"><_this type=\"ServiceInstance\">ServiceInstance</_this>\
             </RetrieveServiceContent>"
        );
        assert!(request.headers.iter().all(|header| header.name != "cookie"));
    }

    #[test]
    fn reads_what_vcsim_answers() {
        let content = parse(&sample!(200, "service-content-vcsim.xml")).unwrap();
        assert_eq!(content.root_folder, MoRef::new("Folder", "group-d1"));
        assert_eq!(content.option_manager, Some(MoRef::new("OptionManager", "VpxSettings")));
        assert_eq!(content.about.api_type, "VirtualCenter");
        assert_eq!(content.about.api_version, "6.5");
    }

    #[test]
    fn an_esxi_host_has_no_certificate_manager() {
        let content = parse(&soap(
            "<RetrieveServiceContentResponse xmlns='urn:vim25'><returnval><rootFolder type='Folder'>ha-folder-root</rootFolder>\
             <propertyCollector type='PropertyCollector'>ha-property-collector</propertyCollector><about><version>8.0.3</version>\
             <build>1</build><apiType>HostAgent</apiType><apiVersion>8.0.3.0</apiVersion></about></returnval>\
             </RetrieveServiceContentResponse>",
        ))
        .unwrap();
        assert_eq!(content.certificate_manager, None);
        assert_eq!(content.about.instance_uuid, None);
    }
}
