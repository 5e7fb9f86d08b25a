//! glibc's malloc. The truth is malloc_info(0), mallinfo2 and the ledger that a program kept of its own pointers, written down
//! just before its core (tests/generators/heaps); every figure of a walk equals it.
//!
//! * [`truth`]: reads what such a program left
//! * [`made`]: makes such programs and their cores, or says why it cannot
//! * [`figures`], [`ledger`]: the comparison
//! * [`states`]: of all kinds of heaps, 32 and 64 bit
//! * [`nowhere`]: where there is none
//! * [`trim`]: what malloc_trim gives back
//! * [`image`]: made word by word, in every layout
//! * [`damage`]: and what is wrong with them then

mod damage;
mod figures;
mod image;
mod ledger;
mod made;
mod nowhere;
mod states;
mod trim;
mod truth;
