//! Onboarding.

mod steps;
