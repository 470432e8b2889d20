//! What people are told of.

mod notices;
