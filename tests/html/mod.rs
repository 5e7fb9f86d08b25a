//! The HTML report without a browser: what its policy allows, that it loads nothing, what is embedded, how large it is,
//! and that names from dumps stay text. tests/browser opens it.

mod answers;
mod names;
mod page;
mod policy;
mod script;
mod size;
