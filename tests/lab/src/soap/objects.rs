//! What a session owns on the server: views, filters and pages. All of it ends with the session.

use std::collections::BTreeMap;

use super::property_collector::{Collector, Page};
use super::value::{Object, Reference};

/// Everything that sessions own.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    owned: BTreeMap<String, Owned>,
    made: u64,
}

/// What one session owns.
#[derive(Debug, Default)]
pub(crate) struct Owned {
    /// Container views by id.
    pub(crate) views: BTreeMap<String, View>,
    /// Filters and the version of the last update.
    pub(crate) collector: Collector,
    pages: BTreeMap<String, Page>,
}

/// A container view: all entities of some types at or below an entity.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) container: Reference,
    pub(crate) kinds: Vec<String>,
    pub(crate) recursive: bool,
}

impl Objects {
    /// What the session of this token owns.
    pub(crate) fn of(&self, token: &str) -> Option<&Owned> {
        self.owned.get(token)
    }

    /// The same, to change it.
    pub(crate) fn of_mut(&mut self, token: &str) -> &mut Owned {
        self.owned.entry(token.to_owned()).or_default()
    }

    /// Forgets all that the session owned.
    pub(crate) fn end(&mut self, token: &str) {
        self.owned.remove(token);
    }

    /// An id for a new object, in vCenter's way: `session[<key>]<uuid>`.
    pub(crate) fn new_id(&mut self, session_key: &str) -> String {
        self.made += 1;
        format!("session[{session_key}]52{:06x}-0000-4000-8000-{:012x}", self.made & 0x00ff_ffff, self.made)
    }

    /// Keeps a page for its token, which is good for one call.
    pub(crate) fn keep(&mut self, token: &str, page: Page) -> String {
        self.made += 1;
        let page_token = self.made.to_string();
        self.of_mut(token).pages.insert(page_token.clone(), page);
        page_token
    }

    /// Takes the page of a token out.
    pub(crate) fn take(&mut self, token: &str, page_token: &str) -> Option<Page> {
        self.of_mut(token).pages.remove(page_token)
    }
}

/// A `RetrieveResult`.
pub(crate) fn retrieve_result(contents: Vec<Object>, token: Option<String>) -> Object {
    Object::new("RetrieveResult").with_some("token", token).with("objects", contents)
}
