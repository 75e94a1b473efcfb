//! A service of the vCenter appliance, such as `sps`, which speaks with the providers.

use serde::{Deserialize, Serialize};

use crate::request::{Change, HttpResponse, Look, Method};
use crate::wire::json::{self, RestStyle};
use crate::wire::{VCenter, WireError};

/// The service that speaks with storage providers.
pub const STORAGE_PROFILE_SERVICE: &str = "sps";

/// The service that boots ESXi hosts over the network, "Auto Deploy". A vCenter that nobody boots hosts by lists it as
/// `MANUAL` and `STOPPED` (answers of real appliances, 6.7 to 8.0).
pub const AUTO_DEPLOY_SERVICE: &str = "rbd";

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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, look, response, vcenter};

    const STARTED: &str = r#"{"name_key":"n","startup_type":"AUTOMATIC","state":"STARTED","health":"HEALTHY"}"#;

    #[test]
    fn asks_and_acts_in_both_styles() {
        let old = VCenter { rest: RestStyle::Rest, ..vcenter() };
        assert_eq!(look(state(&vcenter(), "sps")).path, "/api/vcenter/services/sps");
        assert_eq!(look(state(&old, "a/b?c")).path, "/rest/vcenter/services/a%2Fb%3Fc");
        assert_eq!(change(restart(&vcenter(), "sps")).path, "/api/vcenter/services/sps?action=restart");
        assert_eq!(change(restart(&old, "sps")).path, "/rest/vcenter/services/sps/restart");
        assert_eq!(change(start(&vcenter(), "sps")).path, "/api/vcenter/services/sps?action=start");
        assert_eq!(change(start(&old, "sps")).path, "/rest/vcenter/services/sps/start");
    }

    #[test]
    fn reads_a_state_in_both_styles() {
        for body in [STARTED.to_owned(), format!("{{\"value\":{STARTED}}}")] {
            let state = parse_state(&response(200, body)).unwrap();
            assert_eq!((state.state.as_str(), state.is_up()), ("STARTED", true));
        }
        let starting = parse_state(&response(200, r#"{"state":"STARTING"}"#)).unwrap();
        assert_eq!((starting.health.as_ref(), starting.is_up()), (None, false));
        let error = parse_state(&response(200, r#"{"value":{"state":7}}"#)).unwrap_err().to_string();
        assert_eq!(
            error,
            "the answer to `GET vcenter/services` cannot be read at `/value/state`: a string is expected here; \
             see what stands between here and vCenter"
        );
    }

    #[test]
    fn reads_refusals_of_both_styles() {
        parse_restart(&response(204, "")).unwrap();
        parse_start(&response(200, "{}")).unwrap();
        let bodies = [
            r#"{"error_type":"NOT_ALLOWED_IN_CURRENT_STATE","messages":[{"id":"i","default_message":"It is being stopped.","args":[]}]}"#,
            r#"{"type":"com.vmware.vapi.std.errors.not_allowed_in_current_state","value":{"messages":[{"default_message":"It is being stopped."}]}}"#,
        ];
        for body in bodies {
            assert_eq!(
                parse_restart(&response(400, body)).unwrap_err(),
                WireError::Refused {
                    status: 400,
                    what: "POST vcenter/services restart".to_owned(),
                    error: "NOT_ALLOWED_IN_CURRENT_STATE".to_owned(),
                    message: "It is being stopped".to_owned(),
                }
            );
        }
        let unauthenticated = r#"{"type":"com.vmware.vapi.std.errors.unauthenticated","value":{"messages":[]}}"#;
        assert!(parse_state(&response(401, unauthenticated)).unwrap_err().is_not_authenticated());
        let busy = parse_state(&response(503, r#"{"error_type":"SERVICE_UNAVAILABLE","messages":[]}"#)).unwrap_err();
        assert!(matches!(busy, WireError::Unavailable { status: 503, .. }));
        assert!(matches!(parse_state(&response(500, "oops")), Err(WireError::Refused { status: 500, .. })));
    }
}
