//! Which versions of glibc a process can have, narrowed by everything that its memory decides.

use super::layout::{NEWEST, Shape};
use super::linking::Linking;
use super::tcache::Form;

/// The layout's name: `glibc 2.35 to 2.41, safe-linking`.
pub(super) fn name(shape: Shape, info_size: Option<u64>, linking: Option<Linking>, form: Option<Form>) -> String {
    let mut versions = shape.layout.versions;
    let mut narrow = |(from, to): (u8, u8)| {
        if versions.0 <= to && from <= versions.1 {
            versions = (versions.0.max(from), versions.1.min(to));
        }
    };
    match (shape.word, info_size) {
        (8, Some(0x30)) => narrow((35, NEWEST)),
        (8, Some(0x20)) => narrow((0, 34)),
        _ => {}
    }
    if let Some(form) = form {
        narrow(form.versions);
    }
    let linking = form.map(|form| form.linking).or(linking);
    let how = match linking {
        Some(Linking::Safe) => {
            narrow((32, NEWEST));
            ", safe-linking"
        }
        Some(Linking::Plain) => {
            narrow((0, 31));
            ""
        }
        None => "",
    };
    match versions {
        (from, NEWEST) => format!("glibc 2.{from} or newer{how}"),
        (from, to) if from == to => format!("glibc 2.{from}{how}"),
        (from, to) => format!("glibc 2.{from} to 2.{to}{how}"),
    }
}
