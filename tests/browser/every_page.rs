//! Every page, in every state and every language: what a machine can say of how usable it is.

use std::collections::BTreeMap;

use vidimus::account::language::Language;

use crate::axe::Seen;
use crate::chromium::{Browser, Setup, browse};
use crate::shelf::Shelf;
use crate::visit::Visit;

/// What a page may weigh with all that it loads, and what its scripts may weigh.
const WEIGHT: u64 = 40 * 1024;
const SCRIPTS: u64 = 10 * 1024;

/// How a page is looked at.
struct Look {
    scheme: &'static str,
    size: (u32, u32),
}

const NARROW: Look = Look {
    scheme: "light",
    size: (320, 640),
};
const DARK: Look = Look {
    scheme: "dark",
    size: (390, 844),
};
const WIDE: Look = Look {
    scheme: "light",
    size: (1280, 900),
};

/// What is wrong, with the pages on which it is.
#[derive(Default)]
struct Faults(BTreeMap<String, Vec<String>>);

impl Faults {
    fn add(&mut self, page: &str, fault: String) {
        self.0.entry(fault).or_default().push(page.to_owned());
    }

    fn note(&mut self, page: &str, seen: &Seen, complaints: &[String]) {
        for fault in seen.findings.iter().chain(complaints) {
            self.add(page, fault.clone());
        }
        if seen.weight >= WEIGHT || seen.scripts >= SCRIPTS {
            let (all, scripts) = (seen.weight, seen.scripts);
            self.add(page, format!("weighs {all} bytes, its scripts {scripts}"));
        }
        // WCAG 2.2 §1.4.10
        if seen.overhang > 0 {
            self.add(page, format!("stands out by {} pixels", seen.overhang));
        }
    }

    fn expect_none(&self) {
        let told = self.0.iter().fold(String::new(), |told, (fault, pages)| {
            format!("{told}\n{fault}\n    on {}", pages.join(", "))
        });
        assert!(told.is_empty(), "{told}");
    }
}

impl Browser {
    /// As in the worst case.
    async fn open_folds(&self) {
        let open = "document.querySelectorAll('details').forEach(fold => fold.open = true)";
        self.ask(open).await;
    }
}

async fn look_at(browser: &Browser, shelf: &Shelf, kind: &str, look: &Look) -> Faults {
    let mut faults = Faults::default();
    browser.prefer(look.scheme).await;
    browser.resize(look.size.0, look.size.1).await;
    for name in &shelf.names {
        browser.open(&shelf.address(kind, name)).await;
        browser.open_folds().await;
        let seen = browser.examine(kind == "en").await;
        let page = format!("{kind}/{name} ({} {})", look.scheme, look.size.0);
        faults.note(&page, &seen, &browser.complaints().await);
    }
    faults
}

/// WCAG 2.2 AA, as far as axe-core knows it.
#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_any_language() {
    browse(Setup::default(), |browser| async move {
        let shelf = Shelf::open().await;
        browser.bring_axe().await;
        let mut looks: Vec<(&str, &Look)> = Language::ALL
            .iter()
            .map(|language| (language.tag(), &NARROW))
            .collect();
        looks.extend([("en", &DARK), ("en", &WIDE)]);
        let mut faults = Faults::default();
        for (kind, look) in looks {
            let found = look_at(&browser, &shelf, kind, look).await;
            for (fault, pages) in found.0 {
                faults.0.entry(fault).or_default().extend(pages);
            }
        }
        faults.expect_none();
    })
    .await;
}

/// The application that shows how it all works.
#[tokio::test]
async fn axe_finds_nothing_at_the_demo_application() {
    browse(Setup::default(), |browser| async move {
        browser.bring_axe().await;
        let visit = Visit::begin(browser.clone()).await;
        let mut faults = Faults::default();
        for look in [NARROW, DARK] {
            browser.prefer(look.scheme).await;
            browser.resize(look.size.0, look.size.1).await;
            browser.open(&visit.demo.app()).await;
            faults.note("demo", &browser.examine(true).await, &[]);
        }
        visit.sign_in().await;
        browser.open_folds().await;
        let mut seen = browser.examine(true).await;
        // It tells the whole story of a sign-in, which is as long as it is.
        seen.weight = 0;
        faults.note("demo, signed in", &seen, &browser.complaints().await);
        browser.open(&format!("{}/mail", visit.demo.app())).await;
        faults.note("demo mail", &browser.examine(true).await, &[]);
        faults.expect_none();
    })
    .await;
}

/// Names, addresses and values of any length, in any script, leave every page in its window.
#[tokio::test]
async fn hostile_texts_push_nothing_out_of_a_window_of_320_pixels() {
    browse(Setup::default(), |browser| async move {
        let shelf = Shelf::open().await;
        let mut faults = Faults::default();
        browser.resize(320, 640).await;
        for name in &shelf.names {
            browser.open(&shelf.address("hostile", name)).await;
            let width = browser.ask("document.documentElement.scrollWidth").await;
            if width.as_u64() > Some(320) {
                faults.add(name, format!("is {width} pixels wide"));
            }
        }
        faults.expect_none();
    })
    .await;
}
