//! What the tests stand on: a whole server in process, a browser that keeps cookies and reads
//! forms, clients as they are in the world, and throw-away servers.

pub(crate) mod assertions;
pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod certificates;
pub(crate) mod clients;
pub(crate) mod deployment;
pub(crate) mod log;
pub(crate) mod mail_server;
pub(crate) mod marks;
pub(crate) mod names;
pub(crate) mod passkey;
pub(crate) mod passwords;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod racing;
pub(crate) mod redis;
pub(crate) mod relying_parties;
pub(crate) mod signed_in;
pub(crate) mod signer;
pub(crate) mod web;
pub(crate) mod wire;
pub(crate) mod wire_client;
pub(crate) mod world;

pub(crate) use browser::{Answer, Browser};
pub(crate) use clients::{TestClient, decode_claims, decode_header, encode_part};
pub(crate) use deployment::Deployment;
pub(crate) use signed_in::SignedIn;
pub(crate) use world::World;
