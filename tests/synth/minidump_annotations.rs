//! Streams of breakpad and crashpad, and handles.

use super::bytes::Writer;
use super::minidump::{Place, Stream, stream_type, string, utf8_string};

/// Keys and values of a simple dictionary.
pub type Pairs = Vec<(String, String)>;

/// Makes [`Pairs`] of borrowed text.
pub fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

/// BreakpadInfoStream (0x47670001), MDRawBreakpadInfo of `minidump_format.h`, 12 bytes: validity 0 (1 dump thread valid, 2
/// requesting thread valid), dump_thread_id 4, requesting_thread_id 8.
#[derive(Clone, Copy, Debug)]
pub struct BreakpadInfo {
    /// The thread that wrote the dump; `None` for not valid.
    pub dump_thread: Option<u32>,
    /// The thread that asked for it; `None` for not valid.
    pub requesting_thread: Option<u32>,
}

impl Stream for BreakpadInfo {
    fn stream_type(&self) -> u32 {
        stream_type::BREAKPAD_INFO
    }

    fn name(&self) -> String {
        "BreakpadInfo".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let valid = u32::from(self.dump_thread.is_some()) | u32::from(self.requesting_thread.is_some()) << 1;
        Place::body(w, |w| {
            w.field_u32("validity", valid);
            w.field_u32("dump_thread_id", self.dump_thread.unwrap_or(0));
            w.field_u32("requesting_thread_id", self.requesting_thread.unwrap_or(0));
        })
    }
}

/// Annotations of one module.
#[derive(Clone, Debug, Default)]
pub struct ModuleAnnotations {
    /// Index into the module list.
    pub module: u32,
    /// Strings without a key.
    pub list: Vec<String>,
    /// Keys and values.
    pub simple: Pairs,
    /// Annotation objects of type string (1): name and value.
    pub objects: Pairs,
}

/// CrashpadInfoStream (0x43500001), MinidumpCrashpadInfo of `minidump_extensions.h`, 52 bytes: version 1 at 0, report_id
/// 4, client_id 20, simple_annotations 36 (a location), module_list 44 (a location).
///
/// * dictionary: count, then key and value, each the RVA of a UTF-8 string;
/// * module list: count, then per module its index (4 bytes) and the location of a MinidumpModuleCrashpadInfo;
/// * that one, 28 bytes: version 1, then the locations of list, simple and object annotations;
/// * list: count, RVAs of strings; objects: count, then name RVA 0, type 4 (2 bytes), reserved 6, value RVA 8, a byte
///   array (length, bytes without NUL).
#[derive(Clone, Debug, Default)]
pub struct CrashpadInfo {
    /// The process's own annotations.
    pub simple: Pairs,
    /// Those of modules.
    pub modules: Vec<ModuleAnnotations>,
}

impl Stream for CrashpadInfo {
    fn stream_type(&self) -> u32 {
        stream_type::CRASHPAD_INFO
    }

    fn name(&self) -> String {
        "CrashpadInfo".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let simple = dictionary(w, "simple", &self.simple);
        let modules = module_list(w, &self.modules);
        Place::body(w, |w| {
            w.field_u32("version", 1);
            w.bytes(&[0x11; 16]);
            w.bytes(&[0x22; 16]);
            simple.write(w, "simple_annotations");
            modules.write(w, "module_list");
        })
    }
}

/// Writes a dictionary as `name`, and nothing if it is empty.
fn dictionary(w: &mut Writer, name: &str, pairs: &Pairs) -> Place {
    if pairs.is_empty() {
        return Place::default();
    }
    let rvas: Vec<[u32; 2]> =
        pairs.iter().enumerate().map(|(index, pair)| pair_of_strings(w, name, index, pair)).collect();
    Place::of(w, name, |w| {
        w.field_u32("count", pairs.len() as u32);
        for (index, [key, value]) in rvas.into_iter().enumerate() {
            w.structure(&format!("entries[{index}]"), |w| {
                w.field_u32("key", key);
                w.field_u32("value", value);
            });
        }
    })
}

fn pair_of_strings(w: &mut Writer, name: &str, index: usize, pair: &(String, String)) -> [u32; 2] {
    let key = utf8_string(w, &format!("{name}.key[{index}]"), &pair.0);
    [key, utf8_string(w, &format!("{name}.value[{index}]"), &pair.1)]
}

fn module_list(w: &mut Writer, modules: &[ModuleAnnotations]) -> Place {
    if modules.is_empty() {
        return Place::default();
    }
    let places: Vec<Place> = modules.iter().enumerate().map(|(index, module)| module_info(w, index, module)).collect();
    Place::of(w, "modules", |w| {
        w.field_u32("count", modules.len() as u32);
        for (index, (module, place)) in modules.iter().zip(places).enumerate() {
            w.structure(&format!("links[{index}]"), |w| {
                w.field_u32("minidump_module_list_index", module.module);
                place.write(w, "location");
            });
        }
    })
}

fn module_info(w: &mut Writer, index: usize, module: &ModuleAnnotations) -> Place {
    let name = |part: &str| format!("module[{index}].{part}");
    let list = string_list(w, &name("list"), &module.list);
    let simple = dictionary(w, &name("simple"), &module.simple);
    let objects = objects(w, &name("objects"), &module.objects);
    Place::of(w, &format!("module[{index}]"), |w| {
        w.field_u32("version", 1);
        list.write(w, "list_annotations");
        simple.write(w, "simple_annotations");
        objects.write(w, "annotation_objects");
    })
}

fn string_list(w: &mut Writer, name: &str, texts: &[String]) -> Place {
    if texts.is_empty() {
        return Place::default();
    }
    let texts = texts.iter().enumerate();
    let rvas: Vec<u32> = texts.map(|(index, text)| utf8_string(w, &format!("{name}.text[{index}]"), text)).collect();
    Place::of(w, name, |w| {
        w.field_u32("count", rvas.len() as u32);
        for (index, rva) in rvas.iter().enumerate() {
            w.field_u32(&format!("children[{index}]"), *rva);
        }
    })
}

fn objects(w: &mut Writer, name: &str, pairs: &Pairs) -> Place {
    if pairs.is_empty() {
        return Place::default();
    }
    let rvas: Vec<[u32; 2]> =
        pairs.iter().enumerate().map(|(index, pair)| object_strings(w, name, index, pair)).collect();
    Place::of(w, name, |w| {
        w.field_u32("count", pairs.len() as u32);
        for (index, [key, value]) in rvas.into_iter().enumerate() {
            w.structure(&format!("objects[{index}]"), |w| {
                w.field_u32("name", key);
                w.u16(1);
                w.u16(0);
                w.field_u32("value", value);
            });
        }
    })
}

fn object_strings(w: &mut Writer, name: &str, index: usize, pair: &(String, String)) -> [u32; 2] {
    let key = utf8_string(w, &format!("{name}.name[{index}]"), &pair.0);
    let value = Place::of(w, &format!("{name}.value[{index}]"), |w| {
        w.field_u32("length", pair.1.len() as u32);
        w.bytes(pair.1.as_bytes());
    });
    [key, value.rva]
}

/// HandleDataStream (12), a filler: SizeOfHeader 16, SizeOfDescriptor 40, NumberOfDescriptors, reserved; then
/// MINIDUMP_HANDLE_DESCRIPTOR_2: Handle 0, TypeNameRva 8, ObjectNameRva 12, attributes 16, access 20, counts 24 and 28,
/// ObjectInfoRva 32.
#[derive(Clone, Debug)]
pub struct HandleData(
    /// Handle and name of its type.
    pub Vec<(u64, String)>,
);

impl Stream for HandleData {
    fn stream_type(&self) -> u32 {
        stream_type::HANDLE_DATA
    }

    fn name(&self) -> String {
        "HandleData".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let handles = self.0.iter().enumerate();
        let rvas: Vec<u32> = handles.map(|(index, handle)| string(w, &format!("type[{index}]"), &handle.1)).collect();
        Place::body(w, |w| {
            w.field_u32("SizeOfHeader", 16);
            w.field_u32("SizeOfDescriptor", 40);
            w.field_u32("NumberOfDescriptors", self.0.len() as u32);
            w.u32(0);
            for (index, ((handle, _), rva)) in self.0.iter().zip(rvas).enumerate() {
                w.structure(&format!("descriptors[{index}]"), |w| {
                    w.u64(*handle);
                    w.field_u32("TypeNameRva", rva);
                    w.zeros(28);
                });
            }
        })
    }
}
