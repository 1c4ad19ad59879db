//! A person who has a keyboard and nothing else.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde::Deserialize;

use crate::chromium::Browser;

/// More stops than any page has.
const STOPS: usize = 120;

/// Where the focus is, and whether a person can see that it is there (WCAG 2.2 §2.4.7, §2.4.11).
const FOCUS: &str = "(() => {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    const ring = getComputedStyle(at);
    const shown = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return {
      id: at.id,
      tag: at.localName,
      ringed: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2,
      uncovered: !!shown && (at.contains(shown) || shown.contains(at)),
    };
  })()";

#[derive(Debug, Deserialize)]
struct Focus {
    id: String,
    tag: String,
    ringed: bool,
    uncovered: bool,
}

impl Browser {
    /// Goes on with Tab until the element with this id has the focus.
    pub(crate) async fn tab_to(&self, id: &str) {
        self.element(id).await;
        let mut stops = Vec::new();
        for _ in 0..STOPS {
            let focus: Focus = serde_json::from_value(self.ask(FOCUS).await).unwrap();
            if focus.id == id {
                return;
            }
            stops.push(focus);
            self.strike(&[Key::Tab.into()]).await;
            self.expect_visible_focus().await;
        }
        panic!("Tab never comes to {id}: {stops:?}");
    }

    async fn expect_visible_focus(&self) {
        let focus: Focus = serde_json::from_value(self.ask(FOCUS).await).unwrap();
        // Behind the last stop the focus leaves the page.
        let on_page = focus.tag != "body" && focus.tag != "html";
        let visible = focus.ringed && focus.uncovered;
        assert!(
            !on_page || visible,
            "the focus is not to be seen: {focus:?}"
        );
    }

    /// Writes into the field with this id, in the place of what stands there.
    pub(crate) async fn write(&self, id: &str, text: &str) {
        self.tab_to(id).await;
        let client = self.client();
        let all = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down {
                value: Key::Control.into(),
            })
            .then(KeyAction::Down { value: 'a' })
            .then(KeyAction::Up { value: 'a' })
            .then(KeyAction::Up {
                value: Key::Control.into(),
            });
        client.perform_actions(all).await.unwrap();
        self.strike(&[Key::Delete.into()]).await;
        self.strike(&text.chars().collect::<Vec<_>>()).await;
    }

    /// Goes to a button or a link, and presses Enter.
    pub(crate) async fn press(&self, id: &str) {
        self.tab_to(id).await;
        self.strike(&[Key::Enter.into()]).await;
    }

    /// Goes to a box, and ticks it with the space bar.
    pub(crate) async fn tick(&self, id: &str) {
        self.tab_to(id).await;
        self.strike(&[' ']).await;
        assert_eq!(self.property(id, "checked").await, "true", "{id}");
    }

    async fn strike(&self, keys: &[char]) {
        let actions = keys
            .iter()
            .fold(KeyActions::new("keys".to_owned()), |actions, &value| {
                actions
                    .then(KeyAction::Down { value })
                    .then(KeyAction::Up { value })
            });
        self.client().perform_actions(actions).await.unwrap();
    }
}
