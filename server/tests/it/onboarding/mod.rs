//! The first steps.

mod steps;
