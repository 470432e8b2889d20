//! What people are told of.

mod told;
