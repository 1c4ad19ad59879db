//! The arguments of `user`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Register a person
    Create(UserCreateArgs),
    /// List people
    List,
    /// Show one person
    Get {
        /// User name, address or id
        user: String,
    },
    /// Send somebody a link with which they make their own account
    Invite(InviteArgs),
    /// Change what is known of a person
    Update(UserUpdateArgs),
    /// Replace a password; ends the person's sessions and revokes their tokens
    SetPassword(SetPasswordArgs),
    /// Register people from a file, with the password hashes of another system
    Import(UserImportArgs),
    /// Switch an account off; ends its sessions and revokes its tokens
    Disable {
        /// User name, address or id
        user: String,
    },
    /// Switch an account on again
    Enable {
        /// User name, address or id
        user: String,
    },
    /// Lock an account that may be in the wrong hands; ends its sessions and revokes its tokens
    Lock {
        /// User name, address or id
        user: String,
    },
    /// Unlock an account
    Unlock {
        /// User name, address or id
        user: String,
    },
    /// Delete an account; it can be restored for 7 days, then it is gone with all that is its
    Delete {
        /// User name, address or id
        user: String,
    },
    /// Undo a deletion
    Restore {
        /// User name, address or id
        user: String,
    },
    /// Show a person's second factors
    Factors {
        /// User name, address or id
        user: String,
    },
    /// Take a person's second factors, recovery codes and remembered devices away
    ResetFactors {
        /// User name, address or id
        user: String,
    },
    /// Show what a person has allowed which client
    Consents {
        /// User name, address or id
        user: String,
    },
    /// Take back what a person has allowed a client; its tokens for that person end
    Withdraw {
        /// User name, address or id
        user: String,
        /// The client
        client: String,
    },
}

/// `user create`
#[derive(Debug, Args)]
pub struct UserCreateArgs {
    /// The name to sign in with
    #[arg(long)]
    pub username: String,
    /// The address; people can sign in with it as well
    #[arg(long)]
    pub email: Option<String>,
    /// The address is known to be theirs
    #[arg(long, requires = "email")]
    pub email_verified: bool,
    /// Full name
    #[arg(long)]
    pub name: Option<String>,
    /// Given name
    #[arg(long)]
    pub given_name: Option<String>,
    /// Family name
    #[arg(long)]
    pub family_name: Option<String>,
    /// What else is known of them
    #[command(flatten)]
    pub claims: ClaimArgs,
    /// The password; without one the person cannot sign in yet
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Have them choose another password when they first sign in
    #[arg(long)]
    pub must_change_password: bool,
}

/// `user update`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus user update ada --email ada@example.org
  vidimus user update ada --email ada@example.org --email-verified
  vidimus user update ada --username countess --name \"Ada King\" --claim locale=en-GB

A new address is unconfirmed unless --email-verified is said. The one before is told by mail, with a
link that locks the account; other links and codes that were mailed there do nothing any more.")]
pub struct UserUpdateArgs {
    /// User name, address or id
    pub user: String,
    /// Another name to sign in with; one that is the address changes with the address by itself
    #[arg(long)]
    pub username: Option<String>,
    /// Another address, as when the mailbox of the present one is lost
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Take the address away; then nobody but an operator can help with a forgotten password
    #[arg(long, conflicts_with = "email")]
    pub no_email: bool,
    /// Whether the address is known to be theirs
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub email_verified: Option<bool>,
    /// Full name; empty takes it away
    #[arg(long)]
    pub name: Option<String>,
    /// Given name
    #[arg(long)]
    pub given_name: Option<String>,
    /// Family name
    #[arg(long)]
    pub family_name: Option<String>,
    /// What is known of them
    #[command(flatten)]
    pub claims: ClaimArgs,
    /// Whether they must choose another password: sessions open nothing more until they have signed
    /// in again and chosen one
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub must_change_password: Option<bool>,
}

/// `user set-password`
#[derive(Debug, Args)]
pub struct SetPasswordArgs {
    /// User name, address or id
    pub user: String,
    /// The new password
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Have them choose another password when they next sign in
    #[arg(long)]
    pub must_change_password: bool,
}

/// `user import`
#[derive(Debug, Args)]
#[command(after_help = "Each line is one person, a JSON object:
  {\"username\": \"ada\", \"email\": \"ada@example.com\", \"email_verified\": true, \"password_hash\": \"$2b$12$…\"}

Examples:
  vidimus user import people.jsonl --dry-run
  vidimus user import - < people.jsonl

docs/operations.md lists the members and the kinds of hashes.")]
pub struct UserImportArgs {
    /// The file, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
    /// Check every line and register nobody
    #[arg(long)]
    pub dry_run: bool,
    /// Register the others when some lines are wrong
    #[arg(long)]
    pub skip_invalid: bool,
}

/// `user invite`
#[derive(Debug, Args)]
pub struct InviteArgs {
    /// The address; the account will have it as its name to sign in with
    #[arg(long)]
    pub email: String,
    /// Full name, which the person may change
    #[arg(long)]
    pub name: Option<String>,
    /// For how long the link stands (5m to 30d)
    #[arg(long, default_value = "7d", value_name = "SPAN")]
    pub expires: String,
    /// The language of the mail
    #[arg(long, default_value = "en", value_name = "TAG")]
    pub language: String,
    /// Print the link; whoever reads it can make the account
    #[arg(long)]
    pub print_link: bool,
}

/// Claims of a profile.
#[derive(Debug, Args)]
pub struct ClaimArgs {
    /// Set a claim of OpenID Connect: nickname, birthdate, `phone_number`, address.locality and so on;
    /// repeat for several; nothing after = takes it away
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub claim: Vec<String>,
}

/// Where a password comes from; never the command line, which other processes can read.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// Read the password from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// Read the password from this file
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}
