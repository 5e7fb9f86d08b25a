//! Streams about modules, loaded and unloaded.

use super::bytes::Writer;
use super::minidump::{Place, Stream, stream_type, string};

/// What a module's CodeView record holds.
#[derive(Clone, Debug)]
enum CodeView {
    Pdb70([u8; 16], u32, String),
    Elf(Vec<u8>),
}

impl CodeView {
    /// CV_INFO_PDB70: "RSDS", GUID (as it lies in memory), age, path with NUL. MDCVInfoELF of breakpad: "LEpB" (0x4270454c
    /// little-endian), then the build id.
    fn write(&self, w: &mut Writer) {
        match self {
            CodeView::Pdb70(guid, age, path) => {
                w.field_u32("CvSignature", u32::from_le_bytes(*b"RSDS"));
                w.bytes(guid);
                w.u32(*age);
                w.c_string(path);
            }
            CodeView::Elf(id) => {
                w.field_u32("CvSignature", 0x4270_454c);
                w.bytes(id);
            }
        }
    }
}

/// MINIDUMP_MODULE, 108 bytes: BaseOfImage 0, SizeOfImage 8, CheckSum 12, TimeDateStamp 16, ModuleNameRva 20,
/// VersionInfo 24 (VS_FIXEDFILEINFO, 52 bytes), CvRecord 76, MiscRecord 84, reserved 92.
#[derive(Clone, Debug)]
pub struct Module {
    base: u64,
    size: u32,
    name: String,
    time: u32,
    version: Option<[u16; 4]>,
    code_view: Option<CodeView>,
}

impl Module {
    /// A module without version and debug record.
    pub fn new(base: u64, size: u32, name: &str) -> Module {
        Module { base, size, name: name.to_string(), time: 0x5f00_0000, version: None, code_view: None }
    }

    /// Sets TimeDateStamp.
    pub fn time(mut self, time: u32) -> Module {
        self.time = time;
        self
    }

    /// Sets the file version, e.g. 10.0.19041.1.
    pub fn version(mut self, version: [u16; 4]) -> Module {
        self.version = Some(version);
        self
    }

    /// Adds a PDB 7.0 record. The GUID's bytes are in memory order.
    pub fn pdb70(mut self, guid: [u8; 16], age: u32, path: &str) -> Module {
        self.code_view = Some(CodeView::Pdb70(guid, age, path.to_string()));
        self
    }

    /// Adds breakpad's record with an ELF build id.
    pub fn elf_build_id(mut self, id: &[u8]) -> Module {
        self.code_view = Some(CodeView::Elf(id.to_vec()));
        self
    }

    fn parts(&self, w: &mut Writer, index: usize) -> (u32, Place) {
        let name = string(w, &format!("name[{index}]"), &self.name);
        let code_view = self.code_view.as_ref();
        let record = |record: &CodeView| Place::of(w, &format!("CodeView[{index}]"), |w| record.write(w));
        (name, code_view.map_or(Place::default(), record))
    }

    fn write(&self, w: &mut Writer, (name, code_view): (u32, Place)) {
        w.field_u64("BaseOfImage", self.base);
        w.field_u32("SizeOfImage", self.size);
        w.u32(0);
        w.field_u32("TimeDateStamp", self.time);
        w.field_u32("ModuleNameRva", name);
        self.fixed_file_info(w);
        code_view.write(w, "CvRecord");
        Place::default().write(w, "MiscRecord");
        w.zeros(16);
    }

    /// VS_FIXEDFILEINFO: dwSignature 0xfeef04bd 0, dwStrucVersion 4, dwFileVersionMS 8, LS 12, product's MS 16, LS 20.
    fn fixed_file_info(&self, w: &mut Writer) {
        let Some([major, minor, build, revision]) = self.version else { return w.zeros(52) };
        let pair = |high: u16, low: u16| u32::from(high) << 16 | u32::from(low);
        let version = [pair(major, minor), pair(build, revision)];
        [0xfeef_04bd, 0x1_0000].into_iter().chain(version).chain(version).for_each(|value| w.u32(value));
        w.zeros(28);
    }
}

/// ModuleListStream (4): NumberOfModules (4 bytes), then the modules.
#[derive(Clone, Debug)]
pub struct ModuleList(
    /// The modules; the first is the executable.
    pub Vec<Module>,
);

impl Stream for ModuleList {
    fn stream_type(&self) -> u32 {
        stream_type::MODULE_LIST
    }

    fn name(&self) -> String {
        "ModuleList".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let parts: Vec<_> = self.0.iter().enumerate().map(|(index, module)| module.parts(w, index)).collect();
        Place::body(w, |w| {
            w.field_u32("NumberOfModules", self.0.len() as u32);
            for (index, (module, parts)) in self.0.iter().zip(parts).enumerate() {
                w.structure(&format!("Modules[{index}]"), |w| module.write(w, parts));
            }
        })
    }
}

/// UnloadedModuleListStream (14): SizeOfHeader 12, SizeOfEntry 24, NumberOfEntries, then BaseOfImage 0, SizeOfImage 8,
/// CheckSum 12, TimeDateStamp 16, ModuleNameRva 20.
#[derive(Clone, Debug)]
pub struct UnloadedModuleList(
    /// Base, size, name.
    pub Vec<(u64, u32, String)>,
);

impl Stream for UnloadedModuleList {
    fn stream_type(&self) -> u32 {
        stream_type::UNLOADED_MODULE_LIST
    }

    fn name(&self) -> String {
        "UnloadedModuleList".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let modules = self.0.iter().enumerate();
        let rvas: Vec<u32> = modules.map(|(index, module)| string(w, &format!("name[{index}]"), &module.2)).collect();
        Place::body(w, |w| {
            w.field_u32("SizeOfHeader", 12);
            w.field_u32("SizeOfEntry", 24);
            w.field_u32("NumberOfEntries", self.0.len() as u32);
            for (index, ((base, size, _), rva)) in self.0.iter().zip(rvas).enumerate() {
                w.structure(&format!("Entries[{index}]"), |w| {
                    w.field_u64("BaseOfImage", *base);
                    w.field_u32("SizeOfImage", *size);
                    w.zeros(8);
                    w.field_u32("ModuleNameRva", rva);
                });
            }
        })
    }
}
