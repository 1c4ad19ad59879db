//! What the words on the wire mean, in a sentence each.

/// The meaning of a request or answer parameter.
pub(super) fn parameter(name: &str) -> &'static str {
    match name {
        "response_type" => "“code”: send back a code, never a token, through the browser.",
        "client_id" => "Who is asking: the name under which Notes is registered.",
        "client_secret" => "How Notes proves that it is Notes. Masked here.",
        "redirect_uri" => "Where the answer goes. It must be one that was registered, to the byte.",
        "post_logout_redirect_uri" => "Where to go after signing out; registered as well.",
        "scope" => "What Notes asks for, or what was granted.",
        "state" => "A random value that must come back: it ties the answer to this browser.",
        "nonce" => {
            "A random value that must stand in the ID token: it ties the token to this request."
        }
        "code_challenge" => "The SHA-256 of a secret that only Notes knows (PKCE, RFC 7636).",
        "code_challenge_method" => "How the challenge was made. S256 is the only good one.",
        "code_verifier" => "The secret behind the challenge: a stolen code is useless without it.",
        "code" => "Good for one use, within a minute, by Notes alone.",
        "iss" => "Who sends this: it defeats a mix-up of two servers (RFC 9207).",
        "error" => "What went wrong, as a code that programs understand.",
        "error_description" => "The same for the developer.",
        "grant_type" => "What Notes offers in exchange for tokens.",
        "access_token" => "The key to the person’s data. Whoever holds it may use it.",
        "refresh_token" => "Buys the next access token without asking the person again.",
        "id_token" => "A signed statement about who signed in; for Notes only.",
        "token_type" => "“Bearer”: holding the token is enough to use it.",
        "expires_in" => "Seconds until the access token ends.",
        "token" => "The token in question.",
        "token_type_hint" => "What kind of token it is; saves the server a search.",
        "id_token_hint" => "Whose session should end: the ID token from the sign-in.",
        "active" => "The one thing that matters: whether the token is good now.",
        _ => "",
    }
}

/// The meaning of a request header.
pub(super) fn header(name: &str) -> &'static str {
    match name {
        "authorization" => {
            "How Notes proves its right: its own secret (masked), or the access token."
        }
        "accept" => "What kind of answer is understood.",
        "content-type" => "How the body is written.",
        _ => "",
    }
}

/// The meaning of an ID token claim (OIDC Core §2, §5.1) or of a member of its header.
pub(super) fn claim(name: &str) -> &'static str {
    match name {
        "alg" => "How the token is signed.",
        "kid" => "Which of the published keys signed it.",
        "typ" => "What kind of token it is.",
        "iss" => "Who signed this statement. It must be the issuer that Notes asked.",
        "sub" => {
            "The person, by a name that never changes. Key your accounts on this, not on e-mail."
        }
        "aud" => "Whom the statement is for. It must be Notes.",
        "azp" => "Which client asked for it.",
        "exp" => "When the statement ends.",
        "iat" => "When it was made.",
        "auth_time" => "When the person last proved who they are.",
        "nonce" => "The random value of the request: the token answers that very request.",
        "at_hash" => "Binds the access token that came along.",
        "amr" => "How the person proved it: “pwd” is a password.",
        "acr" => "How strong that proof was.",
        "sid" => "The session at the server, for signing out.",
        "jti" => "This token’s own name.",
        "name" | "given_name" | "family_name" | "nickname" | "preferred_username" | "profile"
        | "picture" | "website" | "zoneinfo" | "locale" | "updated_at" => {
            "From the scope “profile”."
        }
        "email" => "From the scope “email”.",
        "email_verified" => "Whether the server has seen that the address works.",
        _ => "",
    }
}

/// A wire error code in words for the person at the demo.
pub(super) fn error(code: &str) -> &'static str {
    match code {
        "access_denied" => {
            "You said no, and Notes was told just that. It learned nothing about you."
        }
        "login_required" => "The server wants you to sign in first.",
        "consent_required" => "The server wants to ask you first.",
        "server_error" => "The server could not answer. Its log knows why.",
        "temporarily_unavailable" => "The server is busy. Try again in a moment.",
        _ => "The server refused the request and said why; see the exchange.",
    }
}
