//! `SmsTask.QuerySmsTaskInfo` and `QuerySmsTaskResult`. These tasks are not vCenter's: no property collector knows them.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::soap::{self, Service};
use crate::wire::xml::Xml;
use crate::wire::{Fault, MoRef, TaskState, VCenter, WireError, fault};

/// How far a task of the storage monitoring service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsTaskInfo {
    /// The task.
    pub task: MoRef,
    /// What it works on.
    pub object: Option<MoRef>,
    /// Its state.
    pub state: TaskState,
    /// Why it failed; `CertificateNotTrusted` shows the certificate that was presented.
    pub error: Option<Fault>,
    /// What it made, such as the provider that was registered.
    pub result: Option<MoRef>,
    /// Percent done.
    pub progress: Option<i64>,
    /// When it ended, by vCenter's clock.
    pub completion_time: Option<UnixTime>,
}

/// Asks how far `task` is. Needs the privilege `StorageViews.View`.
pub fn request(vcenter: &VCenter, task: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Sms, "QuerySmsTaskInfo", task, |_| {}))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<SmsTaskInfo, WireError> {
    soap::one(response, "QuerySmsTaskInfo", |xml, _| info(xml))
}

/// Asks for what `task` made. Needs the privilege `StorageViews.View`.
pub fn result(vcenter: &VCenter, task: &MoRef) -> Look {
    Look::Http(soap::call(vcenter, Service::Sms, "QuerySmsTaskResult", task, |_| {}))
}

/// Reads the answer to [`result`]; `None` when the task makes nothing.
pub fn parse_result(response: &HttpResponse) -> Result<Option<MoRef>, WireError> {
    let made = soap::many(response, "QuerySmsTaskResult", |xml, tag| {
        if tag.of.is_some() { xml.reference(tag).map(Some) } else { Ok(None) }
    })?;
    Ok(made.into_iter().flatten().next())
}

fn info(xml: &mut Xml<'_>) -> Result<SmsTaskInfo, WireError> {
    let (mut task, mut object, mut state, mut error) = (None, None, None, None);
    let (mut result, mut progress, mut completion_time) = (None, None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "task" => task = Some(xml.reference(tag)?),
            "object" => object = Some(xml.reference(tag)?),
            "error" => error = Some(fault::of_field(xml)?),
            "result" if tag.of.is_some() => result = Some(xml.reference(tag)?),
            "completionTime" => completion_time = Some(xml.time()?),
            "state" => state = Some(TaskState::of(xml.text()?)),
            "progress" => progress = Some(xml.integer()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(SmsTaskInfo {
        task: xml.required(task, "task")?,
        object,
        state: xml.required(state, "state")?,
        error,
        result,
        progress,
        completion_time,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, sample, soap, soap_body, vcenter};

    #[test]
    fn reads_the_certificate_that_was_not_trusted() {
        let task = MoRef::new("SmsTask", "SmsTask-8");
        let this = "<_this type=\"SmsTask\">SmsTask-8</_this>";
        assert_eq!(
            soap_body(&look(request(&vcenter(), &task))),
            format!("<QuerySmsTaskInfo xmlns=\"urn:sms\">{this}</QuerySmsTaskInfo>")
        );
        let info = parse(&sample!(200, "sms-task-not-trusted.xml")).unwrap();
        assert_eq!((info.task, info.state), (task.clone(), TaskState::Error));
        assert_eq!(info.error.unwrap().certificate(), Some("MIIB"));
        assert_eq!(info.progress, Some(100));
        assert!(info.completion_time.is_some());
        assert_eq!(
            soap_body(&look(result(&vcenter(), &task))),
            format!("<QuerySmsTaskResult xmlns=\"urn:sms\">{this}</QuerySmsTaskResult>")
        );
    }

    #[test]
    fn a_result_is_a_reference_or_nothing() {
        let answer = |content: &str| {
            soap(&format!("<QuerySmsTaskResultResponse xmlns='urn:sms'>{content}</QuerySmsTaskResultResponse>"))
        };
        let made = answer(
            "<returnval type='VasaProvider' xsi:type='sms:ManagedObjectReference' xmlns:sms='urn:sms'>p-1</returnval>",
        );
        assert_eq!(parse_result(&made).unwrap(), Some(MoRef::new("VasaProvider", "p-1")));
        assert_eq!(parse_result(&answer("")).unwrap(), None);
        assert_eq!(parse_result(&answer("<returnval xsi:nil='true'/>")).unwrap(), None);
    }

    #[test]
    fn only_known_ends_are_ends() {
        for (text, end) in
            [("queued", false), ("running", false), ("success", true), ("error", true), ("paused", false)]
        {
            assert_eq!(TaskState::of(text.to_owned()).is_final(), end, "{text}");
        }
    }
}
