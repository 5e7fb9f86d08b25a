//! Heaps on the map: owners, cells, shares of the span.

mod made;
mod place;
