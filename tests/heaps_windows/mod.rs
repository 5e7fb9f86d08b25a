//! Heaps of Windows processes against HeapWalk, programs' own ledgers, a real dump, and images made of public documents.

mod damage;
mod images;
mod nt;
mod wine;
