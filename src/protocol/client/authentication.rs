//! How a client proves itself at the token endpoint.
