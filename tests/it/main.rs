//! Behaviour, one test binary.

#[cfg(test)]
mod account;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod client_assertions;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod config;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod database_dump;
#[cfg(test)]
mod device;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod encryption;
#[cfg(test)]
mod ephemeral;
#[cfg(test)]
mod events;
#[cfg(test)]
mod factors;
#[cfg(test)]
mod form_posts;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod introspection;
#[cfg(test)]
mod issuance;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod links;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod login;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod logout_delivery;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod outgoing;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod postgres_cluster;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod pushed_requests;
#[cfg(test)]
mod races;
#[cfg(test)]
mod realms;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod relying_party;
#[cfg(test)]
mod request_objects;
#[cfg(test)]
mod request_races;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod row_locks;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod theft;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod token;
#[cfg(test)]
mod userinfo;
