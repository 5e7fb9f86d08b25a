//! How heaps are shown: made ones with known figures, in every form.

mod hostile;
mod made;
mod shown;
