//! Names the input at fault, also when the reader never comes back.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Far above what any input may take, also in a debug build on a busy machine.
const HANGS_AFTER: Duration = Duration::from_secs(60);

type Entry = Arc<(Instant, String)>;
static WATCHED: Mutex<Option<Vec<Entry>>> = Mutex::new(None);

/// While it lives, the input is watched; if it is dropped by a panic, it says which input it was.
pub struct Watched(Entry);

/// Watches an input from now on.
pub fn watched(name: String) -> Watched {
    let entry = Arc::new((Instant::now(), name));
    let mut watched = WATCHED.lock().unwrap();
    if watched.is_none() {
        thread::spawn(watch);
    }
    watched.get_or_insert_default().push(Arc::clone(&entry));
    Watched(entry)
}

impl Drop for Watched {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the input was: {}", self.0.1);
        }
        if let Some(entries) = WATCHED.lock().unwrap().as_mut() {
            entries.retain(|entry| !Arc::ptr_eq(entry, &self.0));
        }
    }
}

/// A loop without end cannot be unwound from outside: the process ends, with the input's name.
fn watch() {
    loop {
        thread::sleep(HANGS_AFTER / 10);
        let entries = WATCHED.lock().unwrap();
        let stuck = entries.iter().flatten().find(|entry| entry.0.elapsed() > HANGS_AFTER);
        if let Some(entry) = stuck {
            eprintln!("no end after {HANGS_AFTER:?}, the input was: {}", entry.1);
            std::process::abort();
        }
    }
}
