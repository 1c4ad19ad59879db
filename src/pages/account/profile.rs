//! The profile, as its owner edits it.

use serde::Serialize;

use crate::account::profile::ClaimRefusal;
use crate::pages::account::AccountFrame;
use crate::pages::{Chrome, Message, View};

/// One claim to edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimField {
    /// The claim's name (OIDC Core §5.1), which is the field's too.
    pub name: &'static str,
    /// Its name for an `id`: a dot would need quoting in a style sheet.
    pub id: String,
    /// What it is called.
    pub label: Message,
    /// How it is typed.
    pub hint: Option<Message>,
    /// What the browser may fill in (HTML Standard, autofill).
    pub autocomplete: &'static str,
    /// The kind of input: `text`, `tel` or `url`.
    pub kind: &'static str,
    /// What stands in it.
    pub value: String,
    /// Why what was typed is not accepted.
    pub error: Option<Message>,
}

/// Claims that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimGroup {
    /// What they are about.
    pub heading: Message,
    /// The claims.
    pub fields: Vec<ClaimField>,
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
    /// Where it is changed.
    pub address_url: String,
    /// Whether it was confirmed.
    pub email_verified: bool,
    /// Whether any claim was not accepted.
    pub invalid: bool,
    /// All claims.
    pub groups: Vec<ClaimGroup>,
    /// Whether somebody else has changed the account since the form was shown.
    pub changed_meanwhile: bool,
    /// Where the form goes.
    pub action: String,
}

impl View for ProfilePage {
    const TEMPLATE: &'static str = "account_profile.html";
}

impl ProfilePage {
    /// All fields of the form; `value` and `refusal` say what stands in them and what is wrong.
    pub fn groups(
        value: impl Fn(&str) -> String,
        refusal: impl Fn(&str) -> Option<ClaimRefusal>,
    ) -> Vec<ClaimGroup> {
        let fill = |mut field: ClaimField| {
            field.value = value(field.name);
            field.error = refusal(field.name).map(in_words);
            field
        };
        let group = |(heading, fields): (Message, Vec<ClaimField>)| ClaimGroup {
            heading,
            fields: fields.into_iter().map(fill).collect(),
        };
        [
            (Message::new("profile-part-name"), name()),
            (Message::new("profile-part-about"), about()),
            (Message::new("profile-part-language"), language()),
            (Message::new("profile-part-address"), address()),
        ]
        .into_iter()
        .map(group)
        .collect()
    }
}

/// What is said beside a field that was not accepted.
fn in_words(refusal: ClaimRefusal) -> Message {
    match refusal {
        ClaimRefusal::Text => Message::new("refused-text"),
        ClaimRefusal::Address => Message::new("refused-web"),
        ClaimRefusal::Birthdate => Message::new("refused-birthdate"),
        ClaimRefusal::TimeZone => Message::new("refused-zoneinfo"),
        ClaimRefusal::Locale => Message::new("refused-locale"),
        ClaimRefusal::PhoneNumber => Message::new("refused-phone"),
        ClaimRefusal::Unknown | ClaimRefusal::Switch => Message::new("refused-other"),
    }
}

/// An empty field for a claim, with what a browser may fill in.
fn text(name: &'static str, label: Message, autocomplete: &'static str) -> ClaimField {
    ClaimField {
        name,
        id: name.replace('.', "-"),
        label,
        hint: None,
        autocomplete,
        kind: "text",
        value: String::new(),
        error: None,
    }
}

impl ClaimField {
    fn hinted(self, hint: Message) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    fn of_kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }
}

fn name() -> Vec<ClaimField> {
    vec![
        text("name", Message::new("field-name"), "name"),
        text("given_name", Message::new("field-given-name"), "given-name"),
        text(
            "middle_name",
            Message::new("field-middle-name"),
            "additional-name",
        ),
        text(
            "family_name",
            Message::new("field-family-name"),
            "family-name",
        ),
        text("nickname", Message::new("field-nickname"), "nickname"),
    ]
}

fn about() -> Vec<ClaimField> {
    let web = |field: ClaimField| field.hinted(Message::new("hint-web")).of_kind("url");
    vec![
        text("birthdate", Message::new("field-birthdate"), "bday")
            .hinted(Message::new("hint-birthdate")),
        text("gender", Message::new("field-gender"), "sex"),
        text("phone_number", Message::new("field-phone-number"), "tel")
            .hinted(Message::new("hint-phone"))
            .of_kind("tel"),
        web(text("website", Message::new("field-website"), "url")),
        web(text("profile", Message::new("field-profile"), "off")),
        web(text("picture", Message::new("field-picture"), "photo")),
    ]
}

fn language() -> Vec<ClaimField> {
    vec![
        text("locale", Message::new("field-locale"), "language")
            .hinted(Message::new("hint-locale")),
        text("zoneinfo", Message::new("field-zoneinfo"), "off")
            .hinted(Message::new("hint-zoneinfo")),
    ]
}

fn address() -> Vec<ClaimField> {
    vec![
        text(
            "address.street_address",
            Message::new("field-street"),
            "street-address",
        ),
        text(
            "address.postal_code",
            Message::new("field-postal-code"),
            "postal-code",
        ),
        text(
            "address.locality",
            Message::new("field-locality"),
            "address-level2",
        ),
        text(
            "address.region",
            Message::new("field-region"),
            "address-level1",
        ),
        text(
            "address.country",
            Message::new("field-country"),
            "country-name",
        ),
    ]
}
