//! JSON in, for the REST API in both of its styles.

use serde::{Deserialize, Serialize};

/// Where the REST API is, and how its bodies look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestStyle {
    /// `/api`: bare JSON, maps as objects (7.0U2 and later).
    Api,
    /// `/rest`: everything in `{"value": ..}`, maps as lists of `key` and `value` (6.5 to 8).
    Rest,
}
