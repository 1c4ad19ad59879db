// Comforts only: every page works without this file.
"use strict";

// A button that shows the password while the person wants to read it.
for (const input of document.querySelectorAll("input[data-reveal]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.id = input.id + "-reveal";
  button.setAttribute("aria-controls", input.id);
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? input.dataset.conceal : input.dataset.reveal;
    button.setAttribute("aria-label", visible ? input.dataset.concealLabel : input.dataset.revealLabel);
    button.setAttribute("aria-pressed", String(visible));
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // Never leave a readable password behind in the form's history.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  input.after(button);
}

// Buttons that copy and print what is shown only once.
const codes = document.getElementById("recovery-codes");
if (codes) {
  const keep = document.getElementById("recovery-keep");
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const add = (label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = label;
    button.addEventListener("click", act);
    keep.append(button);
  };
  if (navigator.clipboard) {
    add(codes.dataset.copy, async () => {
      const lines = [...codes.querySelectorAll("code")].map((code) => code.textContent);
      await navigator.clipboard.writeText(lines.join("\n"));
      told.textContent = codes.dataset.copied;
    });
  }
  add(codes.dataset.print, () => print());
  keep.append(told);
}

// A picture that an application does not give leaves no frame behind.
const logo = document.querySelector(".client-logo");
if (logo) {
  logo.addEventListener("error", () => logo.remove());
  if (logo.complete && !logo.naturalWidth) logo.remove();
}

// One press, one request.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Errors are read first; browsers without autofocus on a block need the push.
document.querySelector("[role=alert][tabindex]")?.focus();
