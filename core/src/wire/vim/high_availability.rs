//! `getVchaConfig`: whether vCenter High Availability is configured (`FailoverClusterConfigurator`, vSphere 6.5 and
//! later).

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// Asks for the configuration.
pub fn request(vcenter: &VCenter, failover_cluster_configurator: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "getVchaConfig", failover_cluster_configurator, |_| {}))
}

/// True unless vCenter says `notConfigured`: a configuration that is prepared or invalid is one to be careful with.
pub fn parse(response: &HttpResponse) -> Result<bool, WireError> {
    soap::one(response, "getVchaConfig", |xml, _| {
        let mut state = None;
        xml.children(|xml, tag| {
            if tag.name() == "state" {
                state = Some(xml.text()?);
            }
            Ok(())
        })?;
        Ok(xml.required(state, "state")? != "notConfigured")
    })
}
