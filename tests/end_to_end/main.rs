//! The main job against the lab: find, explain, plan, cure, and find nothing any more; and what happens when all goes wrong.

mod apply;
mod bad_input;
mod check;
mod economy;
mod faults;
mod gates;
mod journal;
mod matrix;
mod mixes;
mod openssh;
mod snapshot;
mod vcsim;
