//! Whether a certificate leads to a trusted one, and if not, why not: the two legs' whole question.
//!
//! The search goes breadth first from the leaf, so the shortest path wins. Work is bounded whatever is given: at most
//! [`MAXIMUM_DEPTH`] certificates above the leaf and [`MAXIMUM_SIGNATURE_CHECKS`] signatures. Key identifiers that
//! are present and differ rule an issuer out, as they do for OpenSSL, which ESXi verifies with.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Certificate, CertificateError, Fingerprint, Validity, distinguished_name};
use crate::time::UnixTime;

/// How many certificates may stand above the leaf, the anchor among them.
pub const MAXIMUM_DEPTH: usize = 8;

/// How many signatures are checked for one verdict.
pub const MAXIMUM_SIGNATURE_CHECKS: usize = 64;

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum ChainVerdict {
    /// It leads to an anchor, by signatures that verify, through authorities within their dates; or it is an anchor.
    Trusted {
        /// The anchor.
        anchor: Fingerprint,
    },
    /// The leaf signed itself and is not an anchor.
    SelfSigned,
    /// Nobody of the issuer's name was given; or the path ends at a root that is not an anchor.
    UnknownIssuer {
        /// The leaf's issuer, or that root.
        issuer: String,
    },
    /// An anchor has the issuer's name and another key: the mark of a VMCA root that was replaced.
    SameNameOtherKey {
        /// The name they share.
        issuer: String,
        /// The key that signed, where the certificate says so.
        authority_key_id: Option<String>,
    },
    /// An issuer's name and key identifier fit and the signature does not: the certificate was altered or damaged.
    BadSignature {
        /// The certificate whose signature it is.
        certificate: Fingerprint,
        /// The issuer that should have made it.
        issuer: Fingerprint,
    },
    /// The path goes up from the leaf and then lacks a certificate.
    Incomplete {
        /// The name of the one that was not given.
        missing: String,
    },
    /// It leads to an anchor that has expired.
    AnchorExpired {
        /// The anchor.
        anchor: Fingerprint,
        /// When it did.
        not_after: UnixTime,
    },
    /// It leads through an intermediate authority that has expired.
    IntermediateExpired {
        /// The intermediate.
        intermediate: Fingerprint,
        /// When it did.
        not_after: UnixTime,
    },
    /// It leads to an authority that is not good yet: a clock is wrong, or a root is very new.
    IssuerNotYetValid {
        /// The authority, anchor or intermediate.
        issuer: Fingerprint,
        /// From when it will be.
        not_before: UnixTime,
    },
    /// It was signed by a certificate that may not sign certificates, or not with so many below it.
    NotAnAuthority {
        /// That certificate.
        issuer: Fingerprint,
    },
    /// A signature on the way cannot be judged here: nothing is known about trust.
    Unsupported {
        /// What is not supported, in words.
        reason: String,
    },
    /// The search reached its bounds: nothing is known about trust.
    TooComplex,
}

impl ChainVerdict {
    /// Whether it is trusted.
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Trusted { .. })
    }

    /// Whether it is neither trusted nor found wanting.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unsupported { .. } | Self::TooComplex)
    }

    /// Which of two reasons is told when several paths failed for several: the one nearest to trust, after those
    /// that forbid any conclusion.
    fn rank(&self) -> u8 {
        match self {
            Self::Trusted { .. } => 12,
            Self::TooComplex => 11,
            Self::AnchorExpired { .. } => 10,
            Self::IntermediateExpired { .. } => 9,
            Self::IssuerNotYetValid { .. } => 8,
            Self::NotAnAuthority { .. } => 7,
            Self::Unsupported { .. } => 6,
            Self::BadSignature { .. } => 5,
            Self::SameNameOtherKey { .. } => 4,
            Self::Incomplete { .. } => 3,
            Self::SelfSigned => 2,
            Self::UnknownIssuer { .. } => 1,
        }
    }
}

/// Looks for a path from `leaf` through `intermediates` to one of `anchors`, and says where it ends.
///
/// The leaf's own dates and names are not judged: [`Certificate::validity`] and [`Certificate::matches_name`] do that,
/// and each is a trouble of its own.
pub fn verify_chain(
    leaf: &Certificate,
    intermediates: &[&Certificate],
    anchors: &[&Certificate],
    now: UnixTime,
) -> ChainVerdict {
    let mut search = Search { intermediates, anchors, now, checks_left: MAXIMUM_SIGNATURE_CHECKS, reason: None };
    let trusted = search.run(leaf);
    trusted.or(search.reason).unwrap_or_else(|| ChainVerdict::UnknownIssuer { issuer: leaf.issuer.clone() })
}

struct Search<'a> {
    intermediates: &'a [&'a Certificate],
    anchors: &'a [&'a Certificate],
    now: UnixTime,
    checks_left: usize,
    /// The best reason so far for there being no trust.
    reason: Option<ChainVerdict>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anchor,
    Intermediate,
}

impl<'a> Search<'a> {
    fn run(&mut self, leaf: &'a Certificate) -> Option<ChainVerdict> {
        if self.anchors.contains(&leaf) {
            return Some(ChainVerdict::Trusted { anchor: leaf.fingerprint });
        }
        let mut seen = BTreeSet::from([leaf.fingerprint]);
        let mut queue = VecDeque::from([(leaf, 0_usize)]);
        while let Some((certificate, depth)) = queue.pop_front() {
            if self.ends_here(certificate, depth) {
                continue;
            }
            let (mut named, mut found) = (false, Vec::new());
            for (place, issuer) in self.candidates(certificate) {
                named = true;
                if !self.leads_to(certificate, issuer, depth, place) {
                    continue;
                }
                if place == Place::Anchor {
                    return Some(ChainVerdict::Trusted { anchor: issuer.fingerprint });
                }
                found.push(issuer);
            }
            if !named {
                self.note(missing(certificate, depth));
            }
            for issuer in found {
                // The anchor needs a place above every intermediate.
                if depth.saturating_add(2) > MAXIMUM_DEPTH {
                    self.note(ChainVerdict::TooComplex);
                } else if seen.insert(issuer.fingerprint) {
                    queue.push_back((issuer, depth.saturating_add(1)));
                }
            }
        }
        None
    }

    /// Whether `certificate` is a root, above which nothing can be.
    fn ends_here(&mut self, certificate: &Certificate, depth: usize) -> bool {
        if !certificate.self_issued {
            return false;
        }
        match self.check(certificate, certificate) {
            Some(Ok(true)) if depth == 0 => self.note(ChainVerdict::SelfSigned),
            Some(Ok(true)) => self.note(ChainVerdict::UnknownIssuer { issuer: certificate.subject.clone() }),
            // A new key of an authority, signed with its old one: self-issued, and the path goes on.
            Some(Ok(false)) | None => return false,
            Some(Err(error)) => {
                self.note(ChainVerdict::Unsupported { reason: error.to_string() });
                return false;
            }
        }
        true
    }

    /// All that bear the issuer's name, anchors first.
    fn candidates(&self, certificate: &Certificate) -> Vec<(Place, &'a Certificate)> {
        let anchors = self.anchors.iter().map(|&anchor| (Place::Anchor, anchor));
        let all = anchors.chain(self.intermediates.iter().map(|&intermediate| (Place::Intermediate, intermediate)));
        all.filter(|(_, issuer)| distinguished_name::same(&certificate.issuer, &issuer.subject)).collect()
    }

    /// Whether `issuer` signed `certificate`, might do so, and is within its dates. If not, the reason is noted.
    fn leads_to(&mut self, certificate: &Certificate, issuer: &Certificate, depth: usize, place: Place) -> bool {
        let reason = match self.signature_trouble(certificate, issuer, depth, place) {
            Some(trouble) => trouble,
            None if !may_sign(issuer, depth) => ChainVerdict::NotAnAuthority { issuer: issuer.fingerprint },
            None => match (issuer.validity(self.now), place) {
                (Validity::Valid { .. }, _) => return true,
                (Validity::NotYetValid { .. }, _) => {
                    ChainVerdict::IssuerNotYetValid { issuer: issuer.fingerprint, not_before: issuer.not_before }
                }
                (Validity::Expired { .. }, Place::Anchor) => {
                    ChainVerdict::AnchorExpired { anchor: issuer.fingerprint, not_after: issuer.not_after }
                }
                (Validity::Expired { .. }, Place::Intermediate) => {
                    ChainVerdict::IntermediateExpired { intermediate: issuer.fingerprint, not_after: issuer.not_after }
                }
            },
        };
        self.note(reason);
        false
    }

    fn signature_trouble(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        depth: usize,
        place: Place,
    ) -> Option<ChainVerdict> {
        let ids = certificate.authority_key_id.as_ref().zip(issuer.subject_key_id.as_ref());
        let fits = ids.map(|(wanted, held)| wanted == held);
        let verified = if fits == Some(false) { Some(Ok(false)) } else { self.check(certificate, issuer) };
        Some(match (verified, place) {
            (Some(Ok(true)), _) => return None,
            (None, _) => ChainVerdict::TooComplex,
            (Some(Err(error)), _) => ChainVerdict::Unsupported { reason: error.to_string() },
            (Some(Ok(false)), _) if fits == Some(true) => {
                ChainVerdict::BadSignature { certificate: certificate.fingerprint, issuer: issuer.fingerprint }
            }
            (Some(Ok(false)), Place::Anchor) => ChainVerdict::SameNameOtherKey {
                issuer: certificate.issuer.clone(),
                authority_key_id: certificate.authority_key_id.clone(),
            },
            (Some(Ok(false)), Place::Intermediate) => missing(certificate, depth),
        })
    }

    /// `None` when no more signatures may be checked.
    fn check(&mut self, certificate: &Certificate, issuer: &Certificate) -> Option<Result<bool, CertificateError>> {
        self.checks_left = self.checks_left.checked_sub(1)?;
        Some(certificate.signed_by(issuer))
    }

    fn note(&mut self, reason: ChainVerdict) {
        if self.reason.as_ref().is_none_or(|known| reason.rank() > known.rank()) {
            self.reason = Some(reason);
        }
    }
}

fn may_sign(issuer: &Certificate, authorities_below: usize) -> bool {
    let allowed = issuer.authority.path_length.and_then(|length| usize::try_from(length).ok());
    issuer.authority.may_sign_certificates && allowed.is_none_or(|allowed| authorities_below <= allowed)
}

fn missing(certificate: &Certificate, depth: usize) -> ChainVerdict {
    match depth {
        0 => ChainVerdict::UnknownIssuer { issuer: certificate.issuer.clone() },
        _ => ChainVerdict::Incomplete { missing: certificate.issuer.clone() },
    }
}
