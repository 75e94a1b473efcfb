//! What an operator allows requests to touch, whatever a machine asks for.

use std::collections::BTreeSet;

use crate::request::{Failure, FailureKind};

/// The kinds of request that an operator can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An HTTPS exchange that changes nothing.
    HttpLook,
    /// An HTTPS exchange that may change something.
    HttpChange,
    /// A TLS peek.
    Peek,
    /// An SSH command that only reads.
    SshLook,
    /// An SSH command that changes an ESXi host.
    SshChange,
    /// Reading a file that was given.
    File,
    /// Asking the name service.
    Resolve,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::HttpLook => "reading over https",
            Self::HttpChange => "changing over https",
            Self::Peek => "reading tls certificates",
            Self::SshLook => "reading over ssh",
            Self::SshChange => "changing over ssh",
            Self::File => "reading files",
            Self::Resolve => "asking the name service",
        }
    }
}

/// Which kinds of request may go where. The default allows everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permit {
    /// When given, nothing else is reached: `host:port` each, exactly as requests write it.
    pub only: Option<BTreeSet<String>>,
    /// Never reached, also when they stand in `only`.
    pub never: BTreeSet<String>,
    /// Kinds that are not performed at all.
    pub denied: BTreeSet<Kind>,
}

impl Permit {
    /// Fails as [`FailureKind::Denied`], which is final. `target` is an authority, or a file's name; the name service has
    /// none.
    pub(super) fn check(&self, kind: Kind, target: &str) -> Result<(), Failure> {
        let why = if self.denied.contains(&kind) {
            format!("the operator does not allow {}", kind.words())
        } else if !matches!(kind, Kind::File | Kind::Resolve) && !self.reaches(target) {
            format!("the operator does not allow `{target}` to be reached")
        } else {
            return Ok(());
        };
        Err(Failure::new(FailureKind::Denied, why))
    }

    fn reaches(&self, authority: &str) -> bool {
        !self.never.contains(authority) && self.only.as_ref().is_none_or(|only| only.contains(authority))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denies_by_kind_and_by_authority() {
        let set = |text: &str| BTreeSet::from([text.to_owned()]);
        let open = Permit::default();
        assert_eq!(open.check(Kind::SshChange, "esx:22"), Ok(()));
        let permit =
            Permit { only: Some(set("vc:443")), never: BTreeSet::new(), denied: BTreeSet::from([Kind::HttpChange]) };
        assert_eq!(permit.check(Kind::HttpLook, "vc:443"), Ok(()));
        assert_eq!(permit.check(Kind::File, "sps.log"), Ok(()));
        for (kind, target) in [(Kind::HttpChange, "vc:443"), (Kind::Peek, "vc:4430"), (Kind::Peek, "esx:443")] {
            let denied = permit.check(kind, target);
            assert!(matches!(denied, Err(Failure { kind: FailureKind::Denied, .. })), "{kind:?} {target}");
        }
        let permit = Permit { only: Some(set("vc:443")), never: set("vc:443"), denied: BTreeSet::new() };
        assert!(permit.check(Kind::HttpLook, "vc:443").is_err());
    }
}
