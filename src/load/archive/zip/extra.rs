//! Numbers of 64 bits, which stand in the extra field (APPNOTE 4.5.3).

use crate::bytes::Reader;
use crate::model::platform::Endian;

const TAG: u16 = 1;
/// Stands in place of a number that needs 64 bits.
pub(super) const IN_EXTRA: u64 = 0xffff_ffff;

/// Replaces those of `numbers` that say so, in their order: size, packed size, offset of the header.
pub(super) fn widen(extra: &[u8], numbers: &mut [&mut u64]) {
    let mut fields = Reader::new(extra, Endian::Little);
    while let (Some(tag), Some(len)) = (fields.u16(), fields.u16()) {
        let Some(field) = fields.take(usize::from(len)) else { return };
        if tag == TAG {
            let mut field = Reader::new(field, Endian::Little);
            for number in numbers.iter_mut().filter(|n| ***n == IN_EXTRA) {
                **number = field.u64().unwrap_or(IN_EXTRA);
            }
            return;
        }
    }
}
