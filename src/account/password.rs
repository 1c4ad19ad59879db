//! Rules about password.
