//! Form-encoded parameters, as both the authorization and the token endpoint read them.

use vidimus::protocol::params::Params;

/// Reads parameters and checks what holds for all of them.
pub(crate) fn read(data: &[u8]) -> Params {
    let params = Params::parse(data);
    let written = params.encode_without(&[]);
    // A byte that is not UTF-8 becomes a character of three, each written as three.
    assert!(written.len() <= 10 * data.len() + 1, "encoding grows");
    assert!(written.is_ascii());
    assert!(
        Params::parse(written.as_bytes()) == params,
        "what was read is not what is written: {written}"
    );
    for name in ["client_id", "redirect_uri", "scope", "state", "grant_type"] {
        assert!(params.get(name).is_none_or(|value| !value.is_empty()));
        assert!(!params.is_repeated(name) || params.has_repeats());
        if !params.pairs().any(|(key, _)| key == name) {
            continue;
        }
        let without = Params::parse(params.encode_without(&[name]).as_bytes());
        assert!(without.get(name).is_none() && !without.is_repeated(name));
    }
    params
}

/// Writes parameters as a form.
pub(crate) fn write(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}
