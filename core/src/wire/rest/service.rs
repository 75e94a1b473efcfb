//! A service of the vCenter appliance, such as `sps`, which speaks with the providers.

use serde::{Deserialize, Serialize};

use crate::request::{Change, HttpResponse, Look, Method};
use crate::wire::json::{self, RestStyle};
use crate::wire::{VCenter, WireError};

/// The service that speaks with storage providers.
pub const STORAGE_PROFILE_SERVICE: &str = "sps";

/// How a service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    /// `STARTING`, `STOPPING`, `STARTED` or `STOPPED`.
    pub state: String,
    /// `HEALTHY`, `HEALTHY_WITH_WARNINGS` or `DEGRADED`; `None` while it is not started.
    pub health: Option<String>,
    /// `MANUAL`, `AUTOMATIC` or `DISABLED`.
    pub startup_type: Option<String>,
}

impl ServiceState {
    /// True when it is started and healthy, warnings or not. Until then `/sms/sdk` answers with status 503.
    pub fn is_up(&self) -> bool {
        let healthy = matches!(self.health.as_deref(), Some("HEALTHY" | "HEALTHY_WITH_WARNINGS"));
        self.state == "STARTED" && healthy
    }
}

/// Asks how `service` is.
pub fn state(vcenter: &VCenter, service: &str) -> Look {
    Look::Http(json::call(vcenter, Method::Get, &format!("/vcenter/services/{}", json::segment(service))))
}

/// Reads the answer to [`state`].
pub fn parse_state(response: &HttpResponse) -> Result<ServiceState, WireError> {
    let info = json::answer(response, "GET vcenter/services")?;
    Ok(ServiceState {
        state: info.required_text("state")?,
        health: info.text("health")?,
        startup_type: info.text("startup_type")?,
    })
}

/// Restarts `service`. Refused with `NOT_ALLOWED_IN_CURRENT_STATE` while it starts or stops, and when it is disabled.
pub fn restart(vcenter: &VCenter, service: &str) -> Change {
    act(vcenter, service, "restart")
}

/// Reads the answer to [`restart`], which comes when the service is up again, or before.
pub fn parse_restart(response: &HttpResponse) -> Result<(), WireError> {
    json::nothing(response, "POST vcenter/services restart")
}

/// Starts `service`.
pub fn start(vcenter: &VCenter, service: &str) -> Change {
    act(vcenter, service, "start")
}

/// Reads the answer to [`start`].
pub fn parse_start(response: &HttpResponse) -> Result<(), WireError> {
    json::nothing(response, "POST vcenter/services start")
}

fn act(vcenter: &VCenter, service: &str, action: &str) -> Change {
    let service = json::segment(service);
    let path = match vcenter.rest {
        RestStyle::Api => format!("/vcenter/services/{service}?action={action}"),
        RestStyle::Rest => format!("/vcenter/services/{service}/{action}"),
    };
    Change::Http(json::call(vcenter, Method::Post, &path))
}
