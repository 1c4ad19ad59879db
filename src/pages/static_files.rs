//! The files that pages refer to, under names that change with their content, so that a browser
//! may keep them for ever.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Where the files are served.
pub const PREFIX: &str = "/static/";

/// One file.
#[derive(Debug)]
pub struct StaticFile {
    /// The file name, content hash included: `vidimus.<hash>.css`.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
    /// The first 128 bits of the content's SHA-256, in hexadecimal; also fit for an `ETag`.
    pub hash: String,
}

impl StaticFile {
    fn new(extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        let hash = Sha256::digest(bytes)
            .iter()
            .take(16)
            .fold(String::new(), |mut text, byte| {
                // Writing to a string cannot fail.
                write!(text, "{byte:02x}").ok();
                text
            });
        Self {
            name: format!("vidimus.{hash}.{extension}"),
            content_type,
            bytes,
            hash,
        }
    }

    /// The address on this origin, without scheme and host.
    pub fn url(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }
}

static STYLE: LazyLock<StaticFile> = LazyLock::new(|| {
    let css = concat!(
        include_str!("static/base.css"),
        include_str!("static/parts.css"),
        include_str!("static/account.css"),
        include_str!("static/demo.css")
    );
    StaticFile::new("css", "text/css; charset=utf-8", css.as_bytes())
});

static SCRIPT: LazyLock<StaticFile> = LazyLock::new(|| {
    let script = include_bytes!("static/vidimus.js");
    StaticFile::new("js", "text/javascript; charset=utf-8", script)
});

static PASSKEYS: LazyLock<StaticFile> = LazyLock::new(|| {
    let script = concat!(
        include_str!("static/vidimus.js"),
        include_str!("static/passkeys.js")
    );
    StaticFile::new("js", "text/javascript; charset=utf-8", script.as_bytes())
});

static FORM_POST: LazyLock<StaticFile> = LazyLock::new(|| {
    let script = include_bytes!("static/form_post.js");
    StaticFile::new("js", "text/javascript; charset=utf-8", script)
});

static SEAL: LazyLock<StaticFile> =
    LazyLock::new(|| StaticFile::new("svg", "image/svg+xml", include_bytes!("static/seal.svg")));

static LEAVE: LazyLock<StaticFile> = LazyLock::new(|| {
    let script = include_bytes!("static/leave.js");
    StaticFile::new("js", "text/javascript; charset=utf-8", script)
});

/// The script of the session frame, which stands in its document.
pub const CHECK_SESSION: &str = include_str!("static/check_session.js");

static CHECK_SESSION_SOURCE: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(CHECK_SESSION.as_bytes()));
    format!("'sha256-{hash}'")
});

/// How a content security policy names [`CHECK_SESSION`].
pub fn check_session_source() -> &'static str {
    &CHECK_SESSION_SOURCE
}

/// The one style sheet.
pub fn style() -> &'static StaticFile {
    &STYLE
}

/// The script of the page that waits for its frames.
pub fn leave() -> &'static StaticFile {
    &LEAVE
}

/// The script of all other pages; every page works without it.
pub fn script() -> &'static StaticFile {
    &SCRIPT
}

/// The same script on pages that ask for a passkey or tell of one.
pub fn passkeys() -> &'static StaticFile {
    &PASSKEYS
}

/// Sends the form of the page that posts an answer to a client.
pub fn form_post() -> &'static StaticFile {
    &FORM_POST
}

/// The seal: logo and favicon.
pub fn seal() -> &'static StaticFile {
    &SEAL
}

/// All files.
pub fn all() -> [&'static StaticFile; 6] {
    [style(), script(), passkeys(), form_post(), leave(), seal()]
}

/// The file of this exact name, hash included.
pub fn find(name: &str) -> Option<&'static StaticFile> {
    all().into_iter().find(|file| file.name == name)
}
