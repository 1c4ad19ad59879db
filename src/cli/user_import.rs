//! `vidimus user import`: people from another system.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};

use serde::Serialize;
use tokio::task::JoinSet;

use super::desk::Desk;
use super::output::Output;
use super::user::new_id;
use super::user_arguments::UserImportArgs;
use super::{Failure, FailureKind};
use crate::account::event::{Event, EventKind};
use crate::account::import::{ImportedUser, LONGEST_LINE, read_line};
use crate::account::user::{LoginName, User};
use crate::protocol::time::Timestamp;
use crate::store::{Creation, Effects, StoreError};

/// Registrations under way at a time; the record writes down those that come together at once.
const AT_ONCE: usize = 64;

/// What came of an import, or would come of it.
#[derive(Debug, Default, Serialize)]
struct Tally {
    /// Registered, or to be.
    imported: usize,
    /// There already.
    unchanged: usize,
    /// Wrong.
    invalid: usize,
}

/// A line with somebody in it.
struct Candidate {
    line: usize,
    user: ImportedUser,
}

/// The lines of a file, sorted out.
struct Import<'d, 'o, 'w> {
    desk: &'d Desk,
    output: &'o mut Output<'w>,
    name: String,
    tally: Tally,
    /// Where each login name of the file stands.
    lines: HashMap<String, usize>,
    ready: Vec<User>,
}

/// Carries out the command.
pub(super) async fn run(
    desk: &Desk,
    arguments: &UserImportArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut import = Import {
        desk,
        output,
        name: arguments.file.display().to_string(),
        tally: Tally::default(),
        lines: HashMap::new(),
        ready: Vec::new(),
    };
    import.read(open(arguments)?).await?;
    let invalid = import.tally.invalid;
    if invalid > 0 && !arguments.skip_invalid {
        let lines = if invalid == 1 { "line is" } else { "lines are" };
        let message = format!("{invalid} {lines} wrong; nobody was imported");
        return Err(Failure::new(FailureKind::ProblemsFound, message));
    }
    if arguments.dry_run {
        import.tally.imported = import.ready.len();
    } else {
        import.register().await?;
    }
    let Tally {
        imported,
        unchanged,
        invalid,
    } = import.tally;
    let done = if arguments.dry_run {
        "would be imported"
    } else {
        "imported"
    };
    import.output.data(&import.tally, |_| {
        vec![format!(
            "{imported} {done}, {unchanged} there already, {invalid} wrong"
        )]
    })
}

fn open(arguments: &UserImportArgs) -> Result<Box<dyn BufRead>, Failure> {
    let path = &arguments.file;
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let unreadable = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
    Ok(Box::new(BufReader::new(
        File::open(path).map_err(unreadable)?,
    )))
}

impl Import<'_, '_, '_> {
    /// Reads every line, tells what is wrong with each, and keeps who is to be registered.
    async fn read(&mut self, mut source: Box<dyn BufRead>) -> Result<(), Failure> {
        let now = self.desk.clock.now();
        let mut number = 0;
        while let Some(line) = next_line(source.as_mut())? {
            number += 1;
            if line.trim().is_empty() {
                continue;
            }
            match read_line(&line) {
                Ok(user) => self.sort_in(Candidate { line: number, user }, now).await?,
                Err(problems) => {
                    let problems = problems.iter().map(ToString::to_string);
                    self.complain(number, problems)?;
                }
            }
        }
        Ok(())
    }

    fn complain(
        &mut self,
        line: usize,
        problems: impl Iterator<Item = String>,
    ) -> Result<(), Failure> {
        self.tally.invalid += 1;
        for problem in problems {
            self.output
                .talk(format_args!("{}:{line}: {problem}", self.name))?;
        }
        Ok(())
    }

    /// Compares somebody with the lines before and with who is registered.
    async fn sort_in(&mut self, candidate: Candidate, now: Timestamp) -> Result<(), Failure> {
        let Candidate { line, user } = candidate;
        let mut problems = Vec::new();
        let logins: Vec<&String> = [Some(&user.username), user.email.as_ref()]
            .into_iter()
            .flatten()
            .collect();
        for login in logins {
            let before = *self.lines.entry(login.clone()).or_insert(line);
            if before != line {
                problems.push(format!("{login} stands in line {before} already"));
            }
        }
        match self.registered(&user).await? {
            _ if !problems.is_empty() => {}
            Registered::Nobody => {
                let user = self.account(user, now)?;
                self.ready.push(user);
            }
            Registered::TheSame => self.tally.unchanged += 1,
            Registered::SomebodyElse => problems
                .push("the user name, the address or the id belongs to another account".to_owned()),
        }
        if problems.is_empty() {
            return Ok(());
        }
        self.complain(line, problems.into_iter())
    }

    async fn registered(&self, user: &ImportedUser) -> Result<Registered, StoreError> {
        let Desk { store, realm, .. } = self.desk;
        let mut found = Vec::new();
        if let Some(id) = &user.id {
            found.extend(store.user(realm, id).await?);
        }
        for name in [Some(&user.username), user.email.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Some(login) = LoginName::parse(name) {
                found.extend(store.user_by_login(realm, &login).await?);
            }
        }
        let same = |there: &User| {
            there.username == user.username
                && there.email == user.email
                && user.id.as_ref().is_none_or(|id| *id == there.id)
        };
        Ok(if found.is_empty() {
            Registered::Nobody
        } else if found.iter().all(same) {
            Registered::TheSame
        } else {
            Registered::SomebodyElse
        })
    }

    fn account(&self, user: ImportedUser, now: Timestamp) -> Result<User, Failure> {
        Ok(User {
            realm: self.desk.realm.clone(),
            id: match user.id {
                Some(id) => id,
                None => new_id(self.desk)?,
            },
            username: user.username,
            email: user.email,
            email_verified: user.email_verified,
            password_hash: user.password_hash,
            profile: user.profile,
            created_at: user.created_at.unwrap_or(now),
            updated_at: now,
            disabled_at: user.disabled.then_some(now),
            locked_at: None,
            deleted_at: None,
            must_change_password: user.must_change_password,
        })
    }

    /// Registers who is ready. Whoever took a name meanwhile keeps it, and is told of.
    async fn register(&mut self) -> Result<(), Failure> {
        let (caller, now) = (self.desk.caller(), self.desk.clock.now());
        let mut ready = std::mem::take(&mut self.ready).into_iter();
        let mut under_way: JoinSet<Result<(String, Creation), StoreError>> = JoinSet::new();
        loop {
            for user in ready.by_ref().take(AT_ONCE - under_way.len()) {
                let store = self.desk.store.clone();
                let event = Event::new(&user.realm, EventKind::UserCreated, &caller, now);
                let effects = Effects::event(event.of_user(&user.id));
                under_way.spawn(async move {
                    let creation = store.create_user(&user, &effects).await?;
                    Ok((user.username, creation))
                });
            }
            let Some(done) = under_way.join_next().await else {
                return Ok(());
            };
            let lost = |error: tokio::task::JoinError| {
                Failure::new(FailureKind::Failed, error.to_string())
            };
            match done.map_err(lost)?? {
                (_, Creation::Created) => self.tally.imported += 1,
                (username, Creation::NameTaken) => {
                    let line = self.lines.get(&username).copied().unwrap_or_default();
                    let problem = "the user name, the address or the id was taken meanwhile";
                    self.complain(line, std::iter::once(problem.to_owned()))?;
                }
            }
        }
    }
}

/// Who has the names of a line already.
enum Registered {
    Nobody,
    TheSame,
    SomebodyElse,
}

/// The next line without its end, cut where it is longer than any may be.
fn next_line(source: &mut dyn BufRead) -> Result<Option<String>, Failure> {
    let limit = u64::try_from(LONGEST_LINE + 2).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    if source.take(limit).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let mut whole = bytes.ends_with(b"\n");
    // What is left of a line that is too long does not count as another one.
    while !whole {
        let mut rest = Vec::new();
        let read = source.take(limit).read_until(b'\n', &mut rest)?;
        whole = read == 0 || rest.ends_with(b"\n");
    }
    let line = String::from_utf8_lossy(&bytes);
    Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_however_they_end_and_cuts_those_that_are_too_long() {
        let long = "x".repeat(3 * LONGEST_LINE);
        let text = format!("a\r\n\nb\n{long}\nlast");
        let mut source = text.as_bytes();
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut source).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines.len(), 5);
        assert_eq!((&*lines[0], &*lines[1], &*lines[2]), ("a", "", "b"));
        assert!(lines[3].len() > LONGEST_LINE);
        assert_eq!(lines[4], "last");
    }
}
