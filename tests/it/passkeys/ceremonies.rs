//! WebAuthn without a server: what may be a relying party, and which new keys it takes.

use vidimus::passkeys::{Attestation, NotFinished, Person, RelyingParty, Unproven};

use crate::support::passkey::{Says, SoftPasskey};
use crate::support::world::ISSUER;

const ADA: Person<'static> = Person {
    handle: &[1; 16],
    username: "ada",
    name: "Ada Lovelace",
};

/// WebAuthn §5.1.2: an RP ID is a domain.
#[test]
fn a_relying_party_is_a_domain() {
    for (issuer, id) in [
        ("https://id.example.test", Some("id.example.test")),
        ("https://id.example.test:8443/base", Some("id.example.test")),
        ("http://localhost:8080", Some("localhost")),
        ("http://127.0.0.1:8080", None),
        ("https://[::1]", None),
        ("nothing", None),
    ] {
        let party = RelyingParty::of(issuer, "Acme");
        assert_eq!(party.as_ref().map(RelyingParty::id), id, "{issuer}");
        assert_eq!(RelyingParty::is_possible(issuer), id.is_some(), "{issuer}");
    }
}

fn made(party: &RelyingParty, says: &Says) -> Result<bool, Unproven> {
    let begun = party.begin_registration(ADA, &[]).unwrap();
    let mut key = SoftPasskey::new(true);
    let answer = key.register(&begun.options, says);
    let attestation = Attestation::parse(&answer)?;
    match party.finish_registration(&begun.state, &attestation) {
        Ok(new) => {
            assert_eq!(new.credential, key.credential);
            Ok(new.synced)
        }
        Err(NotFinished::Unproven(why)) => Err(why),
        Err(NotFinished::Fault(fault)) => panic!("{fault}"),
    }
}

/// WebAuthn §7.1
#[test]
fn takes_no_key_that_was_made_otherwise_than_asked() {
    let party = RelyingParty::of(ISSUER, "Acme").unwrap();
    assert_eq!(made(&party, &Says::truth()), Ok(true));
    let lies = [
        (
            "origin",
            Says::but(|says| says.origin = "https://evil.test".to_owned()),
        ),
        (
            "rp id",
            Says::but(|says| says.rp_id = "evil.test".to_owned()),
        ),
        (
            "challenge",
            Says::but(|says| says.challenge = Some("AAAA".to_owned())),
        ),
        ("not verified", Says::but(|says| says.verified = false)),
        ("frame", Says::but(|says| says.in_frame = true)),
    ];
    for (lie, says) in lies {
        assert!(made(&party, &says).is_err(), "{lie}");
    }
}

/// WebAuthn §7.1: an authenticator is not asked for a second passkey of the same person.
#[test]
fn names_the_passkeys_that_there_are() {
    let party = RelyingParty::of(ISSUER, "Acme").unwrap();
    let begun = party.begin_registration(ADA, &[vec![0xff; 4]]).unwrap();
    assert_eq!(begun.options["excludeCredentials"][0]["id"], "_____w");
    assert_eq!(begun.options["user"]["displayName"], "Ada Lovelace");
    assert_eq!(begun.options["rp"]["name"], "Acme");
    assert_eq!(begun.options["challenge"], begun.challenge.as_str());
}

/// WebAuthn §13.4.3
#[test]
fn every_challenge_is_another() {
    let party = RelyingParty::of(ISSUER, "Acme").unwrap();
    let [first, second] = [0, 1].map(|_| party.begin_proof(&[]).unwrap().challenge);
    assert_ne!(first, second);
    assert!(first.len() >= 43, "256 bits: {first}");
}
