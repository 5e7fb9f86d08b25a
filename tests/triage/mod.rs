//! Many dumps, among them those that harm whoever reads them: a row for each, always.

mod archives;
mod harness;
mod inputs;
mod large;
mod outputs;
mod resume;
mod shards;
mod statuses;
mod stops;
