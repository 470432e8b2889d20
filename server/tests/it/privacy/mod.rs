//! What is kept, and for how long.

mod retention;
