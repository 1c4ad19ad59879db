//! The profile, as its owner edits it.

use serde::Serialize;

use crate::account::profile::ClaimRefusal;
use crate::pages::account::AccountFrame;
use crate::pages::{Chrome, View};

/// One claim to edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimField {
    /// The claim's name (OIDC Core §5.1), which is the field's too.
    pub name: &'static str,
    /// Its name for an `id`: a dot would need quoting in a style sheet.
    pub id: String,
    /// What it is called.
    pub label: &'static str,
    /// How it is typed.
    pub hint: Option<&'static str>,
    /// What the browser may fill in (HTML Standard, autofill).
    pub autocomplete: &'static str,
    /// The kind of input: `text`, `tel` or `url`.
    pub kind: &'static str,
    /// What stands in it.
    pub value: String,
    /// Why what was typed is not accepted.
    pub error: Option<&'static str>,
}

/// The profile. Posts `csrf` and every claim to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProfilePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The address, which is not edited here.
    pub email: Option<String>,
    /// Whether it was confirmed.
    pub email_verified: bool,
    /// Whether any claim was not accepted.
    pub invalid: bool,
    /// The groups of claims, each with its heading.
    pub groups: Vec<(&'static str, Vec<ClaimField>)>,
    /// Whether somebody else has changed the account since the form was shown.
    pub changed_meanwhile: bool,
    /// Where the form goes.
    pub action: String,
}

impl View for ProfilePage {
    const TEMPLATE: &'static str = "account_profile.html";
}

impl ProfilePage {
    /// All fields of the form; `value` and `error` say what stands in them and what is wrong.
    pub fn groups(
        value: impl Fn(&str) -> String,
        refusal: impl Fn(&str) -> Option<ClaimRefusal>,
    ) -> Vec<(&'static str, Vec<ClaimField>)> {
        let field = |&(name, label, hint, autocomplete, kind): &Shape| ClaimField {
            name,
            id: name.replace('.', "-"),
            label,
            hint,
            autocomplete,
            kind,
            value: value(name),
            error: refusal(name).map(in_words),
        };
        FORM.iter()
            .map(|(heading, fields)| (*heading, fields.iter().map(field).collect()))
            .collect()
    }
}

/// What is said beside a field that was not accepted.
fn in_words(refusal: ClaimRefusal) -> &'static str {
    match refusal {
        ClaimRefusal::Text => "At most 255 characters, and none that cannot be seen.",
        ClaimRefusal::Address => "A web address begins with https:// or http://.",
        ClaimRefusal::Birthdate => "Write year, month and day as 1815-12-10, or only the year.",
        ClaimRefusal::TimeZone => "Write a time zone as Europe/London.",
        ClaimRefusal::Locale => "Write a language tag as en-GB.",
        ClaimRefusal::PhoneNumber => "Write a phone number with its country, as +44 20 7946 0018.",
        ClaimRefusal::Unknown | ClaimRefusal::Switch => "This cannot be set here.",
    }
}

/// Name, label, hint, autofill, kind of input.
type Shape = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
);

const FORM: &[(&str, &[Shape])] = &[
    (
        "Name",
        &[
            ("name", "Full name", None, "name", "text"),
            ("given_name", "Given name", None, "given-name", "text"),
            (
                "middle_name",
                "Middle name",
                None,
                "additional-name",
                "text",
            ),
            ("family_name", "Family name", None, "family-name", "text"),
            ("nickname", "Nickname", None, "nickname", "text"),
        ],
    ),
    (
        "About you",
        &[
            (
                "birthdate",
                "Birthday",
                Some("1815-12-10, or only the year"),
                "bday",
                "text",
            ),
            ("gender", "Gender", None, "sex", "text"),
            (
                "phone_number",
                "Phone number",
                Some("With the country: +44 20 7946 0018"),
                "tel",
                "tel",
            ),
            ("website", "Web site", Some("https://…"), "url", "url"),
            ("profile", "Profile page", Some("https://…"), "off", "url"),
            (
                "picture",
                "Picture",
                Some("The address of an image: https://…"),
                "photo",
                "url",
            ),
        ],
    ),
    (
        "Language and time",
        &[
            (
                "locale",
                "Language",
                Some("A language tag: en-GB"),
                "language",
                "text",
            ),
            (
                "zoneinfo",
                "Time zone",
                Some("Europe/London"),
                "off",
                "text",
            ),
        ],
    ),
    (
        "Postal address",
        &[
            (
                "address.street_address",
                "Street and number",
                None,
                "street-address",
                "text",
            ),
            (
                "address.postal_code",
                "Postal code",
                None,
                "postal-code",
                "text",
            ),
            ("address.locality", "City", None, "address-level2", "text"),
            (
                "address.region",
                "State or region",
                None,
                "address-level1",
                "text",
            ),
            ("address.country", "Country", None, "country-name", "text"),
        ],
    ),
];
