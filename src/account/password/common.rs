//! Passwords that everybody knows.
//!
//! `common.txt` holds those of at least eight characters, in lower case and sorted, out of the
//! 30,000 most frequent ones that zxcvbn ships (`common.LICENSE` beside it). Shorter ones are
//! refused for their length by every policy.

/// The list, one a line.
const LIST: &str = include_str!("common.txt");

/// Whether a password is on the list, in whatever case.
pub(super) fn is_common(password: &str) -> bool {
    let wanted = password.to_lowercase();
    let (mut from, mut to) = (0, LIST.len());
    // Every line begins at `from` or behind it, and before `to`.
    while from < to {
        let middle = from + (to - from) / 2;
        let start = line_start(middle).max(from);
        let line = LIST.get(start..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or(line);
        match line.cmp(wanted.as_str()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => from = start + line.len() + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    false
}

/// Where the line that holds a position begins.
fn line_start(position: usize) -> usize {
    let before = LIST.get(..position).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_line_of_the_list_and_nothing_else() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() >= 10_000, "{}", lines.len());
        assert!(lines.is_sorted());
        for line in lines {
            assert!(line.len() >= 8, "{line:?}");
            assert_eq!(line, line.to_lowercase());
            assert!(is_common(line), "{line:?}");
            assert!(!is_common(&format!("{line}~")), "{line:?}");
        }
        for text in [
            "",
            "\n",
            "password\n",
            "0",
            "~~~~~~~~",
            "correct horse",
            "é",
        ] {
            assert!(!is_common(text), "{text:?}");
        }
        assert!(is_common("PassWord"));
    }
}
