//! Minidumps: Windows' own (`minidumpapiset.h`) and the extensions of Breakpad, Crashpad and Mozilla.
//!
//! Streams are read one by one, and each that is damaged costs only itself. One file per stream or concept; all of
//! them fill [`Facts`] through `Reading`.

mod addresses;
mod annotations;
mod auxv;
mod breakpad_info;
mod compat;
mod context;
mod directory;
mod evidence;
mod exception;
mod exception_name;
mod extra;
mod file;
mod header;
mod limits;
mod linux_maps;
mod memory_info;
mod memory_list;
mod misc_info;
mod modules;
mod proc_status;
mod reading;
mod strings;
mod system_info;
mod system_memory;
mod table;
mod teb;
mod thread_info;
mod thread_names;
mod threads;
mod unloaded_modules;
mod vm_counters;
mod wow64;
mod writer;

use super::facts::Facts;
use super::{Input, LoadOptions};
use crate::error::LoadError;
use annotations::Annotations;
pub use extra::Extra;
pub(in crate::load) use extra::{LARGEST as LARGEST_EXTRA, beside as extra_beside};
use reading::Reading;

/// Reads the facts of a minidump, and of the annotations beside it.
///
/// # Errors
/// If the header or the stream directory cannot be read.
pub fn read(input: &Input<'_>, extra: Extra<'_>, options: &LoadOptions) -> Result<Facts, LoadError> {
    let mut dump = Reading::open(input, options.deep)?;
    system_info::read(&mut dump);
    misc_info::read(&mut dump);
    proc_status::read(&mut dump);
    let modules = modules::list(&mut dump);
    wow64::recognise(&mut dump, &modules);
    modules::state(&mut dump, modules);
    unloaded_modules::read(&mut dump);
    threads::read(&mut dump);
    thread_names::read(&mut dump);
    thread_info::read(&mut dump);
    exception::read(&mut dump);
    breakpad_info::read(&mut dump);
    memory_list::read(&mut dump);
    let linux_maps = linux_maps::read(&mut dump);
    let memory_info = memory_info::read(&mut dump);
    compat::recognise(&mut dump);
    auxv::read(&mut dump);
    system_memory::read(&mut dump);
    vm_counters::read(&mut dump);
    limits::read(&mut dump);
    // What the dump itself says counts before what a file beside it says.
    let mut annotations = Annotations::read(&mut dump);
    extra::read(extra, &mut annotations, &mut dump.facts.diagnostics);
    annotations.state(&mut dump.facts);
    wow64::find_registers(&mut dump);
    teb::find_peb(&mut dump);
    writer::recognise(&mut dump);
    evidence::conclude(&mut dump, linux_maps, memory_info);
    Ok(dump.close())
}
