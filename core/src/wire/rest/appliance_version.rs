//! The release of the vCenter appliance, finer than what SOAP tells.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look, Method};
use crate::wire::{VCenter, WireError, json};

/// The appliance's release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplianceVersion {
    /// Such as `8.0.3.00000`.
    pub version: String,
    /// The build number.
    pub build: String,
    /// What it is, such as `VMware vCenter Server`.
    pub product: Option<String>,
}

/// Asks for the release.
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, "/appliance/system/version"))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<ApplianceVersion, WireError> {
    let info = json::answer(response, "GET appliance/system/version")?;
    Ok(ApplianceVersion {
        version: info.required_text("version")?,
        build: info.required_text("build")?,
        product: info.text("product")?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, vcenter};

    #[test]
    fn reads_the_release() {
        assert_eq!(look(request(&vcenter())).path, "/api/appliance/system/version");
        let version = parse(&response(200, r#"{"version":"8.0.3.00000","build":"24022515","product":"p"}"#)).unwrap();
        assert_eq!((version.version.as_str(), version.build.as_str()), ("8.0.3.00000", "24022515"));
    }
}
