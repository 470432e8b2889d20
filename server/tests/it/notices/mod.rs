//! Notices for people.

mod told;
