//! Heaps on the map: owners, cells, shares of the span.

mod cells;
mod made;
mod others;
mod place;
mod shares;
