//! The main job against the lab: find, explain, plan, cure, and find nothing any more; and what happens when all goes wrong.

mod actions;
mod apply;
mod bad_input;
mod canary;
mod check;
mod commands;
mod crash;
mod economy;
mod faults;
mod gates;
mod hardships;
mod journal;
mod matrix;
mod mixes;
mod openssh;
mod proof;
mod rollback;
mod shell_facts;
mod snapshot;
mod stopping;
mod told_by_vcenter;
mod undo;
mod vcsim;
mod worlds;
