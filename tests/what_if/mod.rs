//! What-if on small random processes: every edit, alone and in pairs.

mod arenas;
mod commuting;
mod groups;
mod modules;
mod process;
mod refused;
mod stacks;
mod tiling;
mod unmap;
