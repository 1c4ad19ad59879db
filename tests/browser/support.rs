//! What the behaviour tests have already: the program, throw-away servers, and a mail server.

#[expect(dead_code, reason = "the behaviour tests use all of it")]
#[path = "../it/support/mail_server.rs"]
pub(crate) mod mail_server;
#[path = "../it/support/postgres.rs"]
pub(crate) mod postgres;
#[expect(dead_code, reason = "the behaviour tests use all of it")]
#[path = "../it/support/program.rs"]
pub(crate) mod program;
#[expect(dead_code, reason = "the behaviour tests use all of it")]
#[path = "../it/support/redis.rs"]
pub(crate) mod redis;
