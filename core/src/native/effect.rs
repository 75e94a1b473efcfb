//! What a request may do where it arrives.

/// Whether what is performed may change its target. Decides what an answer that never came means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It changes nothing.
    Look,
    /// It may.
    Change,
}
