//! Setting one claim of a profile from text (OIDC Core §5.1), checked so that what userinfo says has
//! the form that the claim has.

use crate::account::user::{Address, Profile};
use crate::protocol::plain_text::is_plain;

/// The longest claim in characters.
const LIMIT: usize = 255;

/// Why a claim was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    /// No claim of a profile.
    #[error("is no claim that can be set")]
    Unknown,
    /// Too long, or not shown as it is written; an address may have line breaks.
    #[error("has 1 to {LIMIT} characters, none of them hidden or a control character")]
    Text,
    /// No web address.
    #[error("is an http or https address")]
    Address,
    /// Not a date of OIDC Core §5.1.
    #[error("is YYYY-MM-DD, 0000-MM-DD or YYYY")]
    Birthdate,
    /// No name of a time zone.
    #[error("is a time zone of the IANA database, Europe/Paris")]
    TimeZone,
    /// No language tag.
    #[error("is a language tag of BCP 47, en-US")]
    Locale,
    /// No phone number.
    #[error("is a phone number, +1 604 555 1234")]
    PhoneNumber,
    /// Not true or false.
    #[error("is true or false")]
    Switch,
}

/// Sets a claim; an empty text takes it away.
pub fn set_claim(profile: &mut Profile, name: &str, text: &str) -> Result<(), ClaimRefusal> {
    use ClaimRefusal as R;
    if let Some(part) = name.strip_prefix("address.") {
        return set_address(profile, part, text);
    }
    if name == "phone_number_verified" {
        profile.phone_number_verified = match text {
            "true" => true,
            "false" | "" => false,
            _ => return Err(R::Switch),
        };
        return Ok(());
    }
    let (place, valid, refusal): (&mut Option<String>, fn(&str) -> bool, R) = match name {
        "name" => (&mut profile.name, is_line, R::Text),
        "given_name" => (&mut profile.given_name, is_line, R::Text),
        "family_name" => (&mut profile.family_name, is_line, R::Text),
        "middle_name" => (&mut profile.middle_name, is_line, R::Text),
        "nickname" => (&mut profile.nickname, is_line, R::Text),
        "gender" => (&mut profile.gender, is_line, R::Text),
        "profile" => (&mut profile.profile, is_web_address, R::Address),
        "picture" => (&mut profile.picture, is_web_address, R::Address),
        "website" => (&mut profile.website, is_web_address, R::Address),
        "birthdate" => (&mut profile.birthdate, is_birthdate, R::Birthdate),
        "zoneinfo" => (&mut profile.zoneinfo, is_time_zone, R::TimeZone),
        "locale" => (&mut profile.locale, is_language_tag, R::Locale),
        "phone_number" => (&mut profile.phone_number, is_phone_number, R::PhoneNumber),
        _ => return Err(R::Unknown),
    };
    let fits = text.is_empty() || (is_line(text) && valid(text));
    if !fits {
        return Err(refusal);
    }
    *place = (!text.is_empty()).then(|| text.to_owned());
    Ok(())
}

/// Reads back a claim that [`set_claim`] sets from a free text.
pub fn text_of<'a>(profile: &'a Profile, name: &str) -> Option<&'a str> {
    let address = profile.address.as_ref();
    let text = match name {
        "name" => &profile.name,
        "given_name" => &profile.given_name,
        "family_name" => &profile.family_name,
        "middle_name" => &profile.middle_name,
        "nickname" => &profile.nickname,
        "gender" => &profile.gender,
        "profile" => &profile.profile,
        "picture" => &profile.picture,
        "website" => &profile.website,
        "birthdate" => &profile.birthdate,
        "zoneinfo" => &profile.zoneinfo,
        "locale" => &profile.locale,
        "phone_number" => &profile.phone_number,
        "address.formatted" => &address?.formatted,
        "address.street_address" => &address?.street_address,
        "address.locality" => &address?.locality,
        "address.region" => &address?.region,
        "address.postal_code" => &address?.postal_code,
        "address.country" => &address?.country,
        _ => return None,
    };
    text.as_deref()
}

/// OIDC Core §5.1.1. An address without any part is none.
fn set_address(profile: &mut Profile, part: &str, text: &str) -> Result<(), ClaimRefusal> {
    let mut address = profile.address.clone().unwrap_or_default();
    let place = match part {
        "formatted" => &mut address.formatted,
        "street_address" => &mut address.street_address,
        "locality" => &mut address.locality,
        "region" => &mut address.region,
        "postal_code" => &mut address.postal_code,
        "country" => &mut address.country,
        _ => return Err(ClaimRefusal::Unknown),
    };
    let one_line: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    if !text.is_empty() && !is_line(&one_line) {
        return Err(ClaimRefusal::Text);
    }
    *place = (!text.is_empty()).then(|| text.to_owned());
    profile.address = (address != Address::default()).then_some(address);
    Ok(())
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LIMIT && is_plain(text)
}

fn is_web_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\');
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(plain))
}

/// The year 0000 means that it is not told.
fn is_birthdate(text: &str) -> bool {
    let number = |text: &str, digits: usize| {
        let whole = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| text.parse::<u32>().ok()).flatten()
    };
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [year] => number(year, 4).is_some_and(|year| year > 0),
        [year, month, day] => {
            let (year, month, day) = (number(year, 4), number(month, 2), number(day, 2));
            let (Some(year), Some(month), Some(day)) = (year, month, day) else {
                return false;
            };
            (1..=days_of(year, month)).contains(&day)
        }
        _ => false,
    }
}

/// How many days a month has; none when there is no such month.
fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

fn is_time_zone(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+');
    text.split('/')
        .all(|part| !part.is_empty() && part.bytes().all(plain))
}

/// Some send `en_US`, which OIDC Core §5.1 lets stand.
fn is_language_tag(text: &str) -> bool {
    text.split(['-', '_']).all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn is_phone_number(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let number = text.split_once(";ext=").map_or(text, |(number, _)| number);
    let number = number.strip_prefix('+').unwrap_or(number);
    (3..=20).contains(&digits) && number.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OIDC Core §5.1
    #[test]
    fn sets_and_takes_away_every_claim() {
        let mut profile = Profile::default();
        let claims = [
            ("name", "Ada Lovelace"),
            ("given_name", "Ada"),
            ("family_name", "Lovelace"),
            ("middle_name", "King"),
            ("nickname", "Countess"),
            ("profile", "https://ada.example/"),
            ("picture", "https://ada.example/me.png"),
            ("website", "http://ada.example"),
            ("gender", "female"),
            ("birthdate", "1815-12-10"),
            ("zoneinfo", "Europe/London"),
            ("locale", "en-GB"),
            ("phone_number", "+44 20 7946 0000"),
            ("phone_number_verified", "true"),
            ("address.formatted", "12 St James's Square\nLondon"),
            ("address.street_address", "12 St James's Square"),
            ("address.locality", "London"),
            ("address.region", "London"),
            ("address.postal_code", "SW1Y 4JH"),
            ("address.country", "United Kingdom"),
        ];
        for (name, text) in claims {
            assert_eq!(set_claim(&mut profile, name, text), Ok(()), "{name}");
        }
        let written = serde_json::to_value(&profile).unwrap();
        assert_eq!(written.as_object().unwrap().len(), 15);
        assert_eq!(written["address"].as_object().unwrap().len(), 6);
        assert_eq!(written["birthdate"], "1815-12-10");
        for (name, _) in claims {
            set_claim(&mut profile, name, "").unwrap();
        }
        assert_eq!(profile, Profile::default());
    }

    #[test]
    fn refuses_what_a_claim_cannot_be() {
        for (name, text) in [
            ("name", "a\u{7}b"),
            ("picture", "javascript:alert(1)"),
            ("website", "https://"),
            ("birthdate", "10.12.1815"),
            ("birthdate", "1815-13-01"),
            ("birthdate", "1815-02-29"),
            ("birthdate", "0000"),
            ("zoneinfo", "Europe/ London"),
            ("locale", "not a locale"),
            ("phone_number", "call me"),
            ("phone_number_verified", "yes"),
            ("address.planet", "Earth"),
            ("sub", "somebody else"),
            ("email_verified", "true"),
            ("updated_at", "1"),
        ] {
            let mut profile = Profile::default();
            assert!(
                set_claim(&mut profile, name, text).is_err(),
                "{name}={text}"
            );
            assert_eq!(profile, Profile::default());
        }
        assert!(is_birthdate("0000-02-29") && is_birthdate("1815"));
    }
}
