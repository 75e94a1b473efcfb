//! Why an operation did not come to its end, in the shape in which every face tells it.

use super::{DriveError, OperationError};
use crate::diagnostic::Diagnostic;

impl OperationError {
    /// One of five codes, by what a program can do about it: `usage` (call it differently), `journal` (look after the
    /// folder), `locked` (wait), `broken-off` (resume) and `mistake` (report it).
    pub fn code(&self) -> &'static str {
        match self {
            Self::Connection(_) | Self::Policy(_) | Self::Folder { .. } | Self::Over { .. } => "usage",
            Self::Journal(_) | Self::Illegal(_) | Self::Changes { .. } | Self::Run(DriveError::Record(_)) => "journal",
            Self::Lock(_) => "locked",
            Self::Survey(DriveError::Abandoned(_)) | Self::Run(DriveError::Abandoned(_)) => "broken-off",
            Self::Survey(DriveError::Record(never)) => match *never {},
            Self::Survey(DriveError::Misuse(_) | DriveError::WaitsForNothing)
            | Self::Run(DriveError::Misuse(_) | DriveError::WaitsForNothing)
            | Self::NoEnding => "mistake",
        }
    }

    /// The error as it is shown to people and programs.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::of_error(self.code(), self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::Connection;

    #[test]
    fn what_the_user_said_is_told_as_usage_with_the_same_message() {
        let error = Connection::default().job().map_err(OperationError::from).map(|_| ());
        let told = error.map_err(|error| error.diagnostic());
        let expected = Diagnostic::of_error("usage", &"the name of the vCenter is missing; give `hostname`");
        assert_eq!(told, Err(expected));
    }

    #[test]
    fn a_second_stop_is_not_a_mistake() {
        assert_eq!(OperationError::Run(DriveError::Abandoned(2)).code(), "broken-off");
        assert_eq!(OperationError::NoEnding.code(), "mistake");
    }
}
