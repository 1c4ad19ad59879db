//! A sorted file of digests, searched where it lies: the whole list has some forty gigabytes.
//!
//! Each line is a SHA-1 in hexadecimal, a colon and a count, as the downloader of Pwned Passwords
//! writes them when it is told to make one file.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::account::password::breach::{BreachDigest, is_digest_line};

/// No line is longer: forty digits, a colon, a count and the end of the line.
const LINE: u64 = 64;

/// Whether a file begins like such a list.
pub fn check(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    line_at(&mut file, 0, length).map(drop)
}

/// Whether a file lists a digest. It is opened anew each time, so that it can be replaced.
pub fn holds(path: &Path, digest: &BreachDigest) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (mut from, mut to) = (0, length);
    // Lines begin at `from` or behind it, and before `to`.
    while from < to {
        let line = line_at(&mut file, from + (to - from) / 2, length)?;
        match digest.compare(&line.bytes) {
            Ordering::Equal => return Ok(true),
            Ordering::Greater => from = line.end,
            Ordering::Less => to = line.start,
        }
    }
    Ok(false)
}

struct Line {
    start: u64,
    /// Behind its line break.
    end: u64,
    bytes: Vec<u8>,
}

/// The line that holds a position.
fn line_at(file: &mut File, position: u64, length: u64) -> io::Result<Line> {
    let no_list = || io::Error::new(io::ErrorKind::InvalidData, "it is no list of SHA-1 digests");
    let window = position.saturating_sub(LINE);
    file.seek(SeekFrom::Start(window))?;
    let mut bytes = Vec::new();
    file.take(2 * LINE).read_to_end(&mut bytes)?;
    let before = usize::try_from(position - window).map_err(|_large| no_list())?;
    let (left, right) = bytes.split_at_checked(before).ok_or_else(no_list)?;
    let newline = |byte: &u8| *byte == b'\n';
    let start = match left.iter().rposition(newline) {
        Some(newline) => newline + 1,
        None if window == 0 => 0,
        None => return Err(no_list()),
    };
    let end = match right.iter().position(newline) {
        Some(newline) => before + newline + 1,
        None if window + 2 * LINE >= length => bytes.len(),
        None => return Err(no_list()),
    };
    let line = bytes.get(start..end).filter(|line| is_digest_line(line));
    let line = line.ok_or_else(no_list)?.to_vec();
    let place = |offset: usize| u64::try_from(offset).map(|offset| window + offset);
    Ok(Line {
        start: place(start).map_err(|_large| no_list())?,
        end: place(end).map_err(|_large| no_list())?,
        bytes: line,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A list of the digests of `password 0` and on, which begin with few different digits.
    fn list(count: u32, end: &str) -> tempfile::NamedTempFile {
        let digest = |number: u32| BreachDigest::of(&format!("password {number}"));
        let mut lines: Vec<String> = (0..count).map(|number| digest(number).reveal()).collect();
        lines.sort();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for (place, line) in lines.iter().enumerate() {
            write!(file, "{line}:{}{end}", place * place * 7919).unwrap();
        }
        file.flush().unwrap();
        file
    }

    #[test]
    fn finds_every_line_and_nothing_else() {
        for (count, end) in [(1, "\n"), (2, "\r\n"), (1000, "\r\n"), (333, "\n")] {
            let file = list(count, end);
            check(file.path()).unwrap();
            for number in 0..count + 300 {
                let digest = BreachDigest::of(&format!("password {number}"));
                let found = holds(file.path(), &digest).unwrap();
                assert_eq!(found, number < count, "{number} of {count}");
            }
        }
    }

    #[test]
    fn needs_no_line_break_at_the_end_and_no_counts() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let digest = BreachDigest::of("password");
        write!(file, "{}\n{}", "0".repeat(40), digest.reveal()).unwrap();
        assert!(holds(file.path(), &digest).unwrap());
        assert!(!holds(file.path(), &BreachDigest::of("passwork")).unwrap());
    }

    #[test]
    fn refuses_what_is_no_list() {
        let digest = BreachDigest::of("password");
        for text in [
            "",
            "password\n",
            &"x".repeat(1000),
            &"\n".repeat(1000),
            &format!("{}:1\n", "A".repeat(39)),
            &format!("{}:{}\n", digest.reveal(), "1".repeat(100)),
        ] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert!(check(file.path()).is_err(), "{text:?}");
            let held = holds(file.path(), &digest);
            assert!(held.is_err() || text.is_empty(), "{text:?}");
        }
        assert!(check(Path::new("/nowhere")).is_err());
    }
}
