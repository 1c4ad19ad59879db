// Looks at the page as it stands, and hands back what was seen. axe-core is there already.
const [colours, done] = arguments;

// Its rules for WCAG 2.2 AA and for best practice, and those that it has switched off because they
// are new. What it cannot decide counts too.
const options = {
  runOnly: {
    type: "tag",
    values: [
      "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental",
    ],
  },
  rules: {
    "target-size": {enabled: true},
    // It would only say that there is something that it did not look at.
    "hidden-content": {enabled: false},
    // Half of the work, and the same in every language.
    "color-contrast": {enabled: colours},
  },
  resultTypes: ["violations", "incomplete"],
};

const all = (selector) => [...document.querySelectorAll(selector)];
const told = (rule, elements) =>
  elements.map((element) => `${rule}: ${element.outerHTML.slice(0, 240)}`);
const without = (selector, is) => all(selector).filter((element) => !is(element));
const typed = "input:not([type=hidden], [type=checkbox], [type=radio])";
const partners = (field, tokens) =>
  [...field.form.elements].some((other) => tokens.includes((other.autocomplete || "").split(" ")[0]));
const isThere = (element, attribute) =>
  element.getAttribute(attribute).split(" ").every((id) => document.getElementById(id));

// What axe-core has no rule for: the conventions of our pages.
const conventions = () => [
  ...told("one h1", all("h1").slice(1)),
  ...told("a direction", without("html", (page) => page.lang && page.dir)),
  ...told("an id once", without("[id]", (one) => all(`#${CSS.escape(one.id)}`).length === 1)),
  ...told("no order of its own", without("[tabindex]", (one) => one.tabIndex <= 0)),
  ...told("no placeholder", all("[placeholder]")),
  ...told("posts", without("form", (form) => form.method === "post" && form.hasAttribute("action"))),
  ...told("says what a button does", without("button", (button) => button.hasAttribute("type"))),
  ...told("a purpose", without(typed, (field) => field.hasAttribute("autocomplete"))),
  ...told("an error has its words", without("[aria-invalid]", (field) =>
    field.hasAttribute("aria-describedby"))),
  ...told("words that are there", without("[aria-describedby]", (one) =>
    isThere(one, "aria-describedby"))),
  ...told("words that are there", without("[aria-labelledby]", (one) =>
    isThere(one, "aria-labelledby"))),
  ...told("an alert is read first", without("[role=alert]", (alert) =>
    alert.tabIndex === -1 && alert.hasAttribute("autofocus") && alert === document.activeElement)),
  ...told("a title tells of the error", document.documentElement.lang !== "en" ? [] :
    without("[role=alert]", () => document.title.startsWith("Error: "))),
  ...told("a new password belongs to somebody", without("[autocomplete=new-password]", (field) =>
    partners(field, ["username", "email"]) && field.minLength > 0)),
  ...told("a password belongs to somebody", without("[autocomplete~=current-password]", (field) =>
    partners(field, ["username"]))),
  ...told("a code is typed with digits", without("[autocomplete=one-time-code]", (field) =>
    field.inputMode === "numeric" && field.maxLength >= 8)),
  ...told("a name is not corrected", without("[autocomplete~=username]:not([hidden], [readonly])",
    (field) => field.autocapitalize === "none" && !field.spellcheck)),
];

const found = (findings) => findings.flatMap((finding) => finding.nodes.map((node) =>
  `${finding.id}: ${node.html.slice(0, 240)} ${node.failureSummary || ""}`));
const loaded = performance.getEntriesByType("resource");
const bytes = (entries) =>
  entries.reduce((sum, entry) => sum + (entry.encodedBodySize || 0), 0);

const seen = (findings) => ({
  findings,
  weight: bytes(performance.getEntriesByType("navigation")) + bytes(loaded),
  scripts: bytes(loaded.filter((entry) => entry.initiatorType === "script")),
  overhang: document.documentElement.scrollWidth - document.documentElement.clientWidth,
});
axe.run(document, options).then(
  ({violations, incomplete}) =>
    done(seen([...found(violations), ...found(incomplete), ...conventions()])),
  (fault) => done(seen([`axe: ${fault}`])),
);
