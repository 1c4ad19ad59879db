//! The files of messages, read.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};

use crate::account::language::Language;
use crate::pages::messages::sources;

/// A message: the file that it stands in, and the arguments that it names.
pub(super) type Said = BTreeMap<String, (&'static str, BTreeSet<String>)>;

pub(super) fn messages_of(language: Language) -> Said {
    let mut said = Said::new();
    for &(area, source) in sources(language) {
        let resource = fluent_syntax::parser::parse(source)
            .unwrap_or_else(|(_, errors)| panic!("{}/{area}.ftl: {errors:?}", language.tag()));
        for entry in &resource.body {
            let (id, pattern) = match entry {
                Entry::Message(message) => (message.id.name, message.value.as_ref().unwrap()),
                Entry::Term(term) => panic!("-{} in {area}.ftl is a term", term.id.name),
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                Entry::Junk { content } => panic!("{content}"),
            };
            let mut names = BTreeSet::new();
            arguments_of(pattern, &mut names);
            let before = said.insert(id.to_owned(), (area, names));
            assert!(before.is_none(), "{}: {id} is said twice", language.tag());
        }
    }
    said
}

fn arguments_of(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                assert!(!value.contains(['<', '>', '&']), "markup in {value:?}");
            }
            PatternElement::Placeable { expression } => arguments_in(expression, names),
        }
    }
}

fn arguments_in(expression: &Expression<&str>, names: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => named_by(inline, names),
        Expression::Select { selector, variants } => {
            named_by(selector, names);
            for variant in variants {
                arguments_of(&variant.value, names);
            }
        }
    }
}

fn named_by(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => arguments_in(expression, names),
        InlineExpression::FunctionReference { arguments, .. } => {
            let CallArguments { positional, .. } = arguments;
            for one in positional {
                named_by(one, names);
            }
        }
        InlineExpression::StringLiteral { value } => {
            assert!(!value.contains(['<', '>', '&']), "markup in {value:?}");
        }
        InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}
