//! The page of a triage without a browser: its policy, what is packed into it, its size, and that names stay text.
//! tests/browser opens it.

pub mod made;
pub mod page;

mod bounds;
mod groups;
pub mod names;
mod policy;
mod unpacked;
