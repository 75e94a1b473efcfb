//! Finds, explains, repairs and proves repaired the certificate trouble of vSphere IOFilter storage providers.
//!
//! We look, we judge, we plan, we act, we look again; only the host program touches the network. This crate has no
//! clock, no sockets, no threads and no randomness, except under [`native`], which is the host program that we ship.
//!
//! | step | module | is |
//! | --- | --- | --- |
//! | look | [`survey`] | a machine that asks by [`request::Look`] until the [`facts`] are complete |
//! | judge | [`case`], [`rules`], [`gates`] | pure functions from facts to findings |
//! | plan | [`remedies`], [`plan`] | pure functions from findings and [`policy`] to steps |
//! | act | [`run`] | a machine that carries out the approved plan, with a journal and an undo |
//! | look again | [`report`] | what people and programs read |
//!
//! Both machines are driven alike; [`machine`] states the law.
#![forbid(unsafe_code)]

pub mod case;
pub mod certificate;
pub mod diagnostic;
pub mod document;
pub mod facts;
pub mod gates;
pub mod job;
mod json;
pub mod log;
pub mod machine;
pub mod meant;
#[cfg(feature = "native")]
pub mod native;
pub mod offline;
pub mod plan;
pub mod policy;
pub mod remedies;
pub mod report;
pub mod request;
pub mod rules;
pub mod run;
pub mod survey;
pub mod time;
pub mod vector;
pub mod wire;
