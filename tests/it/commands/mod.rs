//! Every command through the program, on both records, with the server stopped and beside it; and
//! how soon a running server follows.

mod events;
mod every;
mod following;
mod importing;
mod leaks;
mod life;
mod mailing;
mod metrics;
mod moving;
mod registering;
mod roles;

use crate::support::program::Site;

const PASSWORD: &str = "correct-horse-battery";

/// Registers a person who signs in with [`PASSWORD`].
fn register_person(site: &Site, username: &str) {
    let create = ["user", "create", "--username", username, "--password-stdin"];
    let created = site.run_with_input(&create, PASSWORD);
    assert_eq!(created.code, 0, "{created:?}");
}
