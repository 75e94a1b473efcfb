//! The main job against the lab: find, explain, plan, cure, and find nothing any more.

mod check;
