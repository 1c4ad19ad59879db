//! Writing mail: sealed into the outbox in the same step as the change that it tells of, and sent
//! by a job. No request waits for a mail server.

use crate::account::mail::Mail;
use crate::entropy::{Entropy, random_text};
use crate::flows::Fault;
use crate::keys::{KeyError, MasterKey, Purpose};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::NewMail;

/// Writes a mail for the outbox; put it into the effects of the change. It is not sent any more
/// once `lifetime` has passed. When the change is written, ring [`crate::flows::App::mail_bell`];
/// the job finds it within seconds anyhow.
pub fn write(
    (master, entropy): (&MasterKey, &dyn Entropy),
    (realm, user): (&RealmId, Option<&UserId>),
    mail: &Mail,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<NewMail, Fault> {
    let id = random_text::<16>(entropy)?;
    let plain = serde_json::to_vec(mail).map_err(KeyError::from)?;
    let sealed = master.seal(Purpose::SealMail, &place(realm, &id), &plain)?;
    Ok(NewMail {
        realm: realm.clone(),
        id,
        user: user.cloned(),
        kind: mail.kind.as_str().to_owned(),
        sealed,
        created_at: now,
        expires_at: now.plus(lifetime),
        link: None,
    })
}

/// Opens what [`write`] sealed under the same realm and id.
pub fn read(
    master: &MasterKey,
    realm: &RealmId,
    id: &str,
    sealed: &[u8],
) -> Result<Mail, KeyError> {
    let plain = master.open(Purpose::SealMail, &place(realm, id), sealed)?;
    Ok(serde_json::from_slice(&plain)?)
}

fn place(realm: &RealmId, id: &str) -> String {
    format!("mail:sealed:{realm}/{id}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::account::mail::MailKind;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_mail_opens_in_its_own_place_only() {
        let entropy = SystemEntropy::default();
        let master = MasterKey::generate(&entropy).unwrap();
        let realm = RealmId::default_realm();
        let mail = Mail {
            kind: MailKind::Test,
            to: "ada@example.com".to_owned(),
            name: None,
            language: "en".to_owned(),
            values: BTreeMap::new(),
        };
        let (hour, now) = (Lifetime::seconds(3600), Timestamp::from_unix_seconds(1));
        let source: &dyn Entropy = &entropy;
        let keys = (&master, source);
        let written = write(keys, (&realm, None), &mail, hour, now).unwrap();
        assert_eq!(written.expires_at, now.plus(hour));
        let read_back = read(&master, &realm, &written.id, &written.sealed).unwrap();
        assert_eq!(read_back, mail);
        assert!(read(&master, &realm, "another", &written.sealed).is_err());
        let acme = RealmId::parse("acme").unwrap();
        assert!(read(&master, &acme, &written.id, &written.sealed).is_err());
    }
}
