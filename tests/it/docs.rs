//! Documentation that can rot, held against the code.

use vidimus::config::reference_table;

const BEGIN: &str = "<!-- settings:begin -->\n";
const END: &str = "<!-- settings:end -->";

#[test]
fn the_configuration_page_lists_every_setting_as_the_code_has_it() {
    let page = include_str!("../../docs/configuration.md");
    let (_, rest) = page
        .split_once(BEGIN)
        .expect("the page marks where the table begins");
    let (table, _) = rest
        .split_once(END)
        .expect("the page marks where the table ends");
    let generated = reference_table();
    assert_eq!(
        table, generated,
        "docs/configuration.md is behind; put this between its marks:\n\n{generated}"
    );
}
