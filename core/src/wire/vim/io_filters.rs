//! `IoFilterManager`: the I/O filters of a cluster, and the virtual disks that use one.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

/// An I/O filter of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterIoFilter {
    /// Its id, such as `VMW_spm_1.0.0`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub vendor: String,
    /// Its version.
    pub version: Option<String>,
    /// What it does, such as `datastoreIoControl`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The last operation on it: `install`, `uninstall` or `upgrade`.
    pub operation: Option<String>,
}

/// A virtual disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualDisk {
    /// The virtual machine.
    pub vm: MoRef,
    /// The disk's device key in it.
    pub disk_id: i64,
}

/// Asks for the filters of `cluster`.
pub fn filters(vcenter: &VCenter, io_filter_manager: &MoRef, cluster: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "QueryIoFilterInfo", io_filter_manager, |body| {
        body.reference("compRes", cluster);
    }))
}

/// Reads the answer to [`filters`].
pub fn parse_filters(response: &HttpResponse) -> Result<Vec<ClusterIoFilter>, WireError> {
    soap::many(response, "QueryIoFilterInfo", |xml, _| {
        let (mut id, mut name, mut vendor) = (None, None, None);
        let (mut version, mut kind, mut operation) = (None, None, None);
        xml.children(|xml, tag| {
            let slot = match tag.name() {
                "id" => &mut id,
                "name" => &mut name,
                "vendor" => &mut vendor,
                "version" => &mut version,
                "type" => &mut kind,
                "opType" => &mut operation,
                _ => return Ok(()),
            };
            *slot = Some(xml.text()?);
            Ok(())
        })?;
        Ok(ClusterIoFilter {
            id: xml.required(id, "id")?,
            name: xml.required(name, "name")?,
            vendor: xml.required(vendor, "vendor")?,
            version,
            kind,
            operation,
        })
    })
}

/// Asks which disks in `cluster` use the filter `filter_id`.
pub fn disks(vcenter: &VCenter, io_filter_manager: &MoRef, filter_id: &str, cluster: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Vim, "QueryDisksUsingFilter", io_filter_manager, |body| {
        body.element("filterId", filter_id);
        body.reference("compRes", cluster);
    }))
}

/// Reads the answer to [`disks`].
pub fn parse_disks(response: &HttpResponse) -> Result<Vec<VirtualDisk>, WireError> {
    soap::many(response, "QueryDisksUsingFilter", |xml, _| {
        let (mut vm, mut disk_id) = (None, None);
        xml.children(|xml, tag| {
            match tag.name() {
                "vm" => vm = Some(xml.reference(tag)?),
                "diskId" => disk_id = Some(xml.integer()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(VirtualDisk { vm: xml.required(vm, "vm")?, disk_id: xml.required(disk_id, "diskId")? })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, soap, soap_body, vcenter};

    #[test]
    fn asks_for_filters_and_for_the_disks_that_use_one() {
        let manager = MoRef::new("IoFilterManager", "IoFilterManager");
        let cluster = MoRef::new("ClusterComputeResource", "domain-c8");
        let this = "<_this type=\"IoFilterManager\">IoFilterManager</_this>";
        let resource = "<compRes type=\"ClusterComputeResource\">domain-c8</compRes>";
        assert_eq!(
            soap_body(&look(filters(&vcenter(), &manager, &cluster))),
            format!("<QueryIoFilterInfo xmlns=\"urn:vim25\">{this}{resource}</QueryIoFilterInfo>")
        );
        assert_eq!(
            soap_body(&look(disks(&vcenter(), &manager, "VMW_spm_1.0.0", &cluster))),
            format!(
                "<QueryDisksUsingFilter xmlns=\"urn:vim25\">{this}<filterId>VMW_spm_1.0.0</filterId>{resource}\
                 </QueryDisksUsingFilter>"
            )
        );
        let found = parse_filters(&soap(
            "<QueryIoFilterInfoResponse xmlns='urn:vim25'><returnval><id>VMW_spm_1.0.0</id><name>spm</name><vendor>VMW</vendor>\
             <version>1.0.0</version><type>datastoreIoControl</type><opType>install</opType></returnval></QueryIoFilterInfoResponse>",
        ))
        .unwrap();
        assert_eq!(found.first().unwrap().kind.as_deref(), Some("datastoreIoControl"));
        let used = parse_disks(&soap(
            "<QueryDisksUsingFilterResponse xmlns='urn:vim25'><returnval><vm type='VirtualMachine'>vm-1</vm><diskId>2000</diskId>\
             </returnval></QueryDisksUsingFilterResponse>",
        ))
        .unwrap();
        assert_eq!(used, [VirtualDisk { vm: MoRef::new("VirtualMachine", "vm-1"), disk_id: 2000 }]);
    }
}
