//! The vCenters of one single sign-on domain. More than one embedded node is enhanced linked mode, where KB 320568 wants
//! offline snapshots of all of them before certificates are changed.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look, Method};
use crate::wire::{VCenter, WireError, json};

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name.
    pub node: String,
    /// `VCSA_EMBEDDED`, `VCSA_EXTERNAL` or `PSC_EXTERNAL`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Asks for the nodes (6.7.2 and later).
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, "/vcenter/topology/nodes"))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Vec<Node>, WireError> {
    let mut nodes = Vec::new();
    for node in json::answer(response, "GET vcenter/topology/nodes")?.items()? {
        nodes.push(Node { node: node.required_text("node")?, kind: node.required_text("type")? });
    }
    Ok(nodes)
}
