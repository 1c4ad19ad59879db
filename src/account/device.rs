//! A browser in words that its owner knows it by.
//!
//! What a browser calls itself proves nothing: it is shown to its owner, and nothing is decided by
//! it.

/// What a user agent says of itself, as far as we know the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Device {
    /// The browser, by its name.
    pub browser: Option<&'static str>,
    /// The system that it runs on, by its name.
    pub system: Option<&'static str>,
}

/// Browsers by a word of their user agents. Nearly all call themselves others too (every Edge says
/// Chrome, every Chrome says Safari), so the first word that is found names it.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Epiphany/", "GNOME Web"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Systems in the same way: every Android says Linux, every iPhone says Mac OS X.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("Linux", "Linux"),
];

impl Device {
    /// Reads a user agent.
    pub fn of(user_agent: &str) -> Self {
        let first = |words: &[(&str, &'static str)]| {
            words
                .iter()
                .find(|(word, _)| user_agent.contains(word))
                .map(|(_, name)| *name)
        };
        Self {
            browser: first(BROWSERS),
            system: first(SYSTEMS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_browser_by_its_own_name_and_not_by_those_it_borrows() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, browser, system) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
                Some("Firefox"),
                Some("Linux"),
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"),
                Some("Edge"),
                Some("Windows"),
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/142.0.0.0 Mobile Safari/537.36"),
                Some("Chrome"),
                Some("Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1".to_owned(),
                Some("Safari"),
                Some("iPhone"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15".to_owned(),
                Some("Safari"),
                Some("macOS"),
            ),
            (
                format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {webkit} Chrome/142.0.0.0 Safari/537.36"),
                Some("Chrome"),
                Some("ChromeOS"),
            ),
            ("curl/8.5.0".to_owned(), Some("curl"), None),
            ("something else".to_owned(), None, None),
            (String::new(), None, None),
        ] {
            assert_eq!(Device::of(&agent), Device { browser, system }, "{agent}");
        }
    }
}
