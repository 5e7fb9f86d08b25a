//! Loaders against synthetic and real input.

mod minidump;
mod minidump_differential;
mod minidump_figures;
mod real_dumps;
