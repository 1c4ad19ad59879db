//! Background reconcilers.
