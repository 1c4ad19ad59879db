//! "Did you mean": the nearest known name.

/// The candidate nearest to `text`, if one is near enough to be a slip of the keyboard.
pub(super) fn nearest<'a>(
    text: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (text.chars().count() / 3).clamp(1, 3);
    candidates
        .map(|candidate| (distance(text, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= limit)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: single characters inserted, left out or replaced.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, wanted) in from.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (found, above) in to.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(wanted != *found);
            left = replaced.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_leaves_strangers_alone() {
        let known = || ["trusted_proxies", "issuer", "log.level"].into_iter();
        assert_eq!(nearest("trused_proxies", known()), Some("trusted_proxies"));
        assert_eq!(nearest("isuer", known()), Some("issuer"));
        assert_eq!(nearest("smtp", known()), None);
    }

    #[test]
    fn measures_insertions_omissions_and_replacements() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
