//! The socket of the dashboard.

mod socket;
