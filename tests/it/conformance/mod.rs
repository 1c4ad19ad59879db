//! What the modules of the OpenID Foundation's conformance suite ask for, under their names.

mod requests;
