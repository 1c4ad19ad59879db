//! Words that are the same each time, said before a template is parsed. A page has dozens of them.

use std::borrow::Cow;

use crate::pages::messages::MessageFault;

/// How a template says a message that has no arguments. Both ways say the same then.
const WAYS: [&str; 2] = ["{{ t(\"", "{{ plain(\""];

/// The template with those messages in it, as `html` says them. A text that would read as a part
/// of the template stays a call.
pub(super) fn say_ahead(
    source: &str,
    html: impl Fn(&str) -> Result<String, MessageFault>,
) -> Result<Cow<'_, str>, MessageFault> {
    let mut said = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(call) = next_call(rest) {
        let text = html(call.id)?;
        said.push_str(call.before);
        if text.contains(['{', '}']) {
            said.push_str(call.whole);
        } else {
            said.push_str(&text);
        }
        rest = call.after;
    }
    if said.is_empty() {
        return Ok(Cow::Borrowed(source));
    }
    said.push_str(rest);
    Ok(Cow::Owned(said))
}

/// A call as it stands in a template.
struct Call<'a> {
    before: &'a str,
    whole: &'a str,
    id: &'a str,
    after: &'a str,
}

fn next_call(source: &str) -> Option<Call<'_>> {
    let calls = WAYS.iter().filter_map(|way| {
        let mut places = source.match_indices(way);
        places.find_map(|(at, _)| call_at(source, at, way))
    });
    calls.min_by_key(|call| call.before.len())
}

fn call_at<'a>(source: &'a str, at: usize, way: &str) -> Option<Call<'a>> {
    let (before, from) = source.split_at(at);
    let (id, after) = from.strip_prefix(way)?.split_once('"')?;
    let after = after.strip_prefix(") }}")?;
    let (whole, after) = from.split_at(from.len() - after.len());
    Some(Call {
        before,
        whole,
        id,
        after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str) -> String {
        let html = |id: &str| match id {
            "gone" => Err(MessageFault::Unsayable(id.to_owned())),
            "braces" => Ok("{{ 1 }}".to_owned()),
            _ => Ok(format!("<{id}>")),
        };
        say_ahead(source, html).map_or_else(|fault| fault.to_string(), Cow::into_owned)
    }

    #[test]
    fn says_what_has_no_arguments_and_leaves_the_rest_to_each_page() {
        for (source, expected) in [
            ("", ""),
            ("<p>{{ name }}</p>", "<p>{{ name }}</p>"),
            ("{{ t(\"a\") }}", "<a>"),
            (
                "<p title=\"{{ plain(\"b\") }}\">{{ t(\"a\") }}</p>",
                "<p title=\"<b>\"><a></p>",
            ),
            (
                "{{ t(\"a\", n=1) }}{{ t(a) }}{{ t(\"c\") }}{{- t(\"d\") -}}",
                "{{ t(\"a\", n=1) }}{{ t(a) }}<c>{{- t(\"d\") -}}",
            ),
            (
                "{{ t(\"braces\") }} {{ t(\"a\") }}",
                "{{ t(\"braces\") }} <a>",
            ),
        ] {
            assert_eq!(said(source), expected, "{source}");
        }
    }

    #[test]
    fn refuses_a_template_whose_words_are_missing() {
        assert_eq!(said("{{ t(\"gone\") }}"), "the message gone cannot be said");
    }
}
