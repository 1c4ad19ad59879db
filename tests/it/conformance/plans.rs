//! The plans of the suite: which modules each has, and with which variants it runs them.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

/// A plan.
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) response_types: &'static [&'static str],
    pub(super) form_post: bool,
    /// Whether `private_key_jwt` is fixed; otherwise `client_secret_basic` is.
    pub(super) private_key_jwt: bool,
    lists: fn(module: &str, response_type: &str) -> bool,
}

impl Plan {
    /// Whether the plan runs a module with a response type.
    pub(super) fn lists(&self, module: &str, response_type: &str) -> bool {
        (self.lists)(module, response_type)
    }
}

/// How the suite gets its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registration {
    /// Somebody has registered them.
    Static,
    /// It registers them itself.
    Dynamic,
}

/// How its clients authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authentication {
    Basic,
    Post,
    PrivateKeyJwt,
}

impl Authentication {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// One run of a module.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variant {
    pub(super) plan: &'static str,
    pub(super) response_type: &'static str,
    pub(super) form_post: bool,
    pub(super) registration: Registration,
    pub(super) authentication: Authentication,
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.form_post {
            "form_post"
        } else {
            "default"
        };
        write!(
            f,
            "{}: {}, {mode}, {:?}, {}",
            self.plan,
            self.response_type,
            self.registration,
            self.authentication.name()
        )
    }
}

impl Variant {
    pub(super) fn has(self, word: &str) -> bool {
        self.response_type.split(' ').any(|own| own == word)
    }

    /// Whether the token endpoint is used.
    pub(super) fn has_code(self) -> bool {
        self.has("code")
    }

    /// Whether there is an access token to ask userinfo with.
    pub(super) fn has_access_token(self) -> bool {
        self.has_code() || self.has("token")
    }

    /// Whether tokens pass through the browser.
    pub(super) fn is_front_channel(self) -> bool {
        self.response_type != "code"
    }

    /// The grants that go with the response type (OIDC Registration §2).
    pub(super) fn grant_types(self) -> Vec<&'static str> {
        let code = self.has_code().then_some("authorization_code");
        let implicit = self.is_front_channel().then_some("implicit");
        code.into_iter().chain(implicit).collect()
    }
}

const CODE: &[&str] = &["code"];
const IMPLICIT_TYPES: &[&str] = &["id_token", "id_token token"];
const HYBRID_TYPES: &[&str] = &["code id_token", "code token", "code id_token token"];
const EVERY_TYPE: &[&str] = &[
    "code",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
];

const BASIC: &[&str] = &[
    "oidcc-server",
    "oidcc-response-type-missing",
    "oidcc-idtoken-signature",
    "oidcc-idtoken-unsigned",
    "oidcc-userinfo-get",
    "oidcc-userinfo-post-header",
    "oidcc-userinfo-post-body",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "oidcc-scope-profile",
    "oidcc-scope-email",
    "oidcc-scope-address",
    "oidcc-scope-phone",
    "oidcc-scope-all",
    "oidcc-alternate-happy-flow",
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-prompt-login",
    "oidcc-prompt-none-not-logged-in",
    "oidcc-prompt-none-logged-in",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-id-token-hint",
    "oidcc-login-hint",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-codereuse",
    "oidcc-codereuse-30seconds",
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-post-request-succeeds",
    "oidcc-server-client-secret-post",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-claims-essential",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-refresh-token",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
];

const IMPLICIT: &[&str] = &[
    "oidcc-server",
    "oidcc-idtoken-signature",
    "oidcc-ensure-request-without-nonce-fails",
    "oidcc-scope-profile",
    "oidcc-scope-email",
    "oidcc-scope-address",
    "oidcc-scope-phone",
    "oidcc-scope-all",
    "oidcc-alternate-happy-flow",
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-prompt-login",
    "oidcc-prompt-none-not-logged-in",
    "oidcc-prompt-none-logged-in",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-id-token-hint",
    "oidcc-login-hint",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-claims-essential",
];

/// What the implicit plan runs with `id_token token` alone.
const IMPLICIT_WITH_TOKEN: &[&str] = &[
    "oidcc-userinfo-get",
    "oidcc-userinfo-post-header",
    "oidcc-userinfo-post-body",
    "oidcc-response-type-missing",
];

const DYNAMIC: &[&str] = &[
    "oidcc-idtoken-rs256",
    "oidcc-idtoken-unsigned",
    "oidcc-userinfo-rs256",
    "oidcc-ensure-redirect-uri-in-authorization-request",
    "oidcc-redirect-uri-query-OK",
    "oidcc-redirect-uri-query-mismatch",
    "oidcc-redirect-uri-query-added",
    "oidcc-redirect-uri-regfrag",
    "oidcc-discovery-endpoint-verification",
    "oidcc-server",
    "oidcc-registration-logo-uri",
    "oidcc-registration-policy-uri",
    "oidcc-registration-tos-uri",
    "oidcc-registration-jwks-uri",
    "oidcc-registration-sector-uri",
    "oidcc-registration-sector-bad",
    "oidcc-server-rotate-keys",
    "oidcc-refresh-token-rp-key-rotation",
    "oidcc-request-uri-unsigned",
    "oidcc-request-uri-signed-rs256",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-refresh-token",
    "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
];

/// The plans whose modules do not run over response types here.
const OTHERS: &[&str] = &[
    "oidcc-3rd_party-init-login",
    "oidcc-3rd_party-init-login-nohttps",
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
    "oidcc-rp-initiated-logout",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-no-state",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
    "oidcc-session-management-discovery-endpoint-verification",
    "oidcc-session-management-rp-initiated-logout",
    "oidcc-frontchannel-logout-discovery-endpoint-verification",
    "oidcc-frontchannel-rp-initiated-logout",
    "oidcc-backchannel-logout-discovery-endpoint-verification",
    "oidcc-backchannel-rp-initiated-logout",
];

/// The plans that run over response types.
pub(super) const PLANS: &[Plan] = &[
    Plan {
        name: "oidcc-basic-certification-test-plan",
        response_types: CODE,
        form_post: false,
        private_key_jwt: false,
        lists: basic,
    },
    Plan {
        name: "oidcc-config-certification-test-plan",
        response_types: CODE,
        form_post: false,
        private_key_jwt: false,
        lists: |module, _| module == "oidcc-discovery-endpoint-verification",
    },
    Plan {
        name: "oidcc-dynamic-certification-test-plan",
        response_types: EVERY_TYPE,
        form_post: false,
        private_key_jwt: true,
        lists: dynamic,
    },
    Plan {
        name: "oidcc-implicit-certification-test-plan",
        response_types: IMPLICIT_TYPES,
        form_post: false,
        private_key_jwt: false,
        lists: implicit,
    },
    Plan {
        name: "oidcc-hybrid-certification-test-plan",
        response_types: HYBRID_TYPES,
        form_post: false,
        private_key_jwt: false,
        lists: hybrid,
    },
    Plan {
        name: "oidcc-formpost-basic-certification-test-plan",
        response_types: CODE,
        form_post: true,
        private_key_jwt: false,
        lists: basic,
    },
    Plan {
        name: "oidcc-formpost-implicit-certification-test-plan",
        response_types: IMPLICIT_TYPES,
        form_post: true,
        private_key_jwt: false,
        lists: implicit,
    },
    Plan {
        name: "oidcc-formpost-hybrid-certification-test-plan",
        response_types: HYBRID_TYPES,
        form_post: true,
        private_key_jwt: false,
        lists: hybrid,
    },
];

fn basic(module: &str, _response_type: &str) -> bool {
    BASIC.contains(&module)
}

fn implicit(module: &str, response_type: &str) -> bool {
    IMPLICIT.contains(&module)
        || (response_type == "id_token token" && IMPLICIT_WITH_TOKEN.contains(&module))
}

/// The basic list in three passes, with what makes sense only once in the first of them.
fn hybrid(module: &str, response_type: &str) -> bool {
    match module {
        "oidcc-idtoken-unsigned" => false,
        "oidcc-ensure-request-without-nonce-fails" => response_type != "code token",
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => {
            response_type == "code token"
        }
        "oidcc-response-type-missing"
        | "oidcc-alternate-happy-flow"
        | "oidcc-ensure-request-with-valid-pkce-succeeds" => response_type == "code id_token",
        other => BASIC.contains(&other),
    }
}

fn dynamic(module: &str, response_type: &str) -> bool {
    let has_code = response_type.starts_with("code");
    match module {
        "oidcc-idtoken-unsigned" => matches!(response_type, "code" | "code token"),
        "oidcc-userinfo-rs256" => response_type != "id_token",
        "oidcc-refresh-token" => has_code,
        other => DYNAMIC.contains(&other),
    }
}

/// Whether any plan has a module.
pub(super) fn is_listed(module: &str) -> bool {
    [BASIC, IMPLICIT, DYNAMIC, OTHERS]
        .concat()
        .contains(&module)
}

/// `oidcc-redirect-uri-query-OK` → `oidcc_redirect_uri_query_ok`
fn in_snake_case(module: &str) -> String {
    module.replace('-', "_").to_lowercase()
}

/// The modules that have a test, from the source.
fn tested() -> Vec<String> {
    let mut found = Vec::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance");
    for entry in fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(name) = line.strip_prefix("async fn oidcc_") else {
                continue;
            };
            let name = format!("oidcc_{}", name.split('(').next().unwrap());
            // A test of ours names its module again, and must name its own.
            let body = lines.next().unwrap();
            if let Some(named) = body.split("module(\"").nth(1) {
                let named = named.split('"').next().unwrap();
                assert_eq!(in_snake_case(named), name, "{}", path.display());
            }
            found.push(name);
        }
    }
    found
}

#[test]
fn every_module_of_the_plans_has_one_test() {
    let lists = [BASIC, IMPLICIT, IMPLICIT_WITH_TOKEN, DYNAMIC, OTHERS];
    let listed: BTreeSet<String> = lists.concat().into_iter().map(in_snake_case).collect();
    let tested = tested();
    let once: BTreeSet<String> = tested.iter().cloned().collect();
    assert_eq!(once.len(), tested.len(), "a module has two tests");
    let strange: Vec<_> = once.difference(&listed).collect();
    assert!(strange.is_empty(), "no plan has these: {strange:#?}");
    let forgotten: Vec<_> = listed.difference(&once).collect();
    assert!(forgotten.is_empty(), "no test: {forgotten:#?}");
}

/// The sizes that the suite tells.
#[test]
fn the_plans_have_as_many_modules_as_the_suite_says() {
    assert_eq!(BASIC.len(), 38);
    assert_eq!(DYNAMIC.len(), 23);
}
