//! Names that others read: shown as they are written, or refused. Somebody who turns the direction
//! of what follows, or hides a letter, passes for somebody else.

/// Zero-width joiner and non-joiner: a part of spelling in Persian, Hindi and others, and of emoji.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Whether a text is one line that is shown as it is written.
pub fn is_plain(text: &str) -> bool {
    let mut before = ' ';
    text.chars().all(|c| {
        let shown = !is_unseen(c) || joins(before, c);
        before = c;
        shown
    })
}

/// What of a text is shown as it is written, without spaces around it; so many characters at most.
pub fn plain_part(text: &str, limit: usize) -> String {
    let mut before = ' ';
    let shown = text.chars().filter(|&c| {
        let shown = !is_unseen(c) || joins(before, c);
        if shown {
            before = c;
        }
        shown
    });
    let part: String = shown.take(limit).collect();
    part.trim().to_owned()
}

fn joins(before: char, c: char) -> bool {
    let letter = !before.is_ascii() && !before.is_whitespace() && !is_unseen(before);
    JOINERS.contains(&c) && letter
}

/// Whether a character is not shown itself: a control character, a line or paragraph separator, or
/// one that formats others (general category Cf), among them all that turn the direction. The
/// number signs of Arabic and its neighbours, which are shown, are not meant.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{70f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UAX #9, UTS #39
    #[test]
    fn a_name_is_shown_as_it_is_written() {
        for plain in [
            "",
            "Ada",
            "José\u{301}",
            "محمد",
            "می\u{200c}خواهم",
            "👩\u{200d}💻",
            "\u{600}12",
        ] {
            assert!(is_plain(plain), "{plain:?}");
            assert_eq!(plain_part(plain, 10), plain);
        }
        for other in [
            "abc\u{202e}gpj",
            "\u{2067}abc\u{2069}",
            "a\u{200b}b",
            "a\u{200d}b",
            "é\u{200d}\u{200d}b",
            "a\u{ad}b",
            "a\u{200f}b",
            "a\u{e0041}b",
            "a\nb",
            "a\u{2028}b",
            "a\0",
            "\u{7}\u{a0}\u{200d}",
        ] {
            assert!(!is_plain(other), "{other:?}");
            assert!(is_plain(&plain_part(other, 10)), "{other:?}");
        }
    }
}
