//! Heaps on the map: owners, cells, shares of the span.

mod cells;
mod made;
mod place;
mod shares;
