//! realms
