//! What a walk finds in heaps, held against what allocators and programs said of them.

mod glibc;
