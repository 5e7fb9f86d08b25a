//! Addresses in JSON: hex strings padded to the pointer width, for numbers above 2^53 lose digits in many readers.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::addr::Addr;
use crate::model::PointerWidth;
use crate::units::Hex;

/// An address, written as `"0x00bf8000"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address(Hex);

impl Address {
    /// An address of a process with pointers of this width.
    pub fn new(addr: Addr, width: PointerWidth) -> Address {
        Address(Hex { addr, width })
    }

    /// The address as a number.
    pub fn addr(self) -> Addr {
        self.0.addr
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.with_text(|text| serializer.serialize_str(text))
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An address in hex, padded to the pointer width. Ends are exclusive.",
            "type": "string",
            "pattern": "^0x[0-9a-f]{8,16}$",
        })
    }
}
