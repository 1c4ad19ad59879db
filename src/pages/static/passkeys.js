// Passkeys. Goes behind vidimus.js, on the pages that ask for one or tell of them.
(() => {
  "use strict";
  const keys = window.PublicKeyCredential;
  // A ceremony lapses after ten minutes, wherever the page stands.
  const anew = 9 * 60 * 1000;
  // The request that waits in the list of a field, until somebody picks from it.
  let waiting;

  const stop = () => {
    waiting?.abort();
    waiting = undefined;
  };

  const ask = async (form) => {
    const csrf = form.elements.namedItem("csrf").value;
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ csrf }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const send = (form, credential) => {
    form.elements.namedItem("credential").value = JSON.stringify(credential);
    form.requestSubmit();
  };

  const get = async (form, extra) => {
    const publicKey = keys.parseRequestOptionsFromJSON(await ask(form));
    return navigator.credentials.get({ publicKey, ...extra });
  };

  const create = async (form) => {
    const publicKey = keys.parseCreationOptionsFromJSON(await ask(form));
    return navigator.credentials.create({ publicKey });
  };

  // Offers passkeys in the list that the browser shows at the user name.
  const offer = async (form) => {
    stop();
    const own = (waiting = new AbortController());
    try {
      const credential = await get(form, { mediation: "conditional", signal: own.signal });
      if (credential) send(form, credential);
    } catch {
      // Nobody has asked for anything yet, so nobody is told.
    }
  };

  const press = async (form, button, status) => {
    stop();
    button.disabled = true;
    status.textContent = status.dataset.waiting;
    try {
      send(form, await (form.dataset.passkey === "create" ? create(form) : get(form)));
    } catch {
      status.textContent = status.dataset.failed;
    }
    button.disabled = false;
  };

  const begin = async (form) => {
    form.hidden = false;
    const button = form.querySelector("[data-use]");
    const status = form.querySelector("[role=status]");
    button.addEventListener("click", () => press(form, button, status));
    if (form.dataset.passkey !== "autofill") return;
    if (!(await keys.isConditionalMediationAvailable?.())) return;
    for (const other of document.forms) other.addEventListener("submit", stop);
    setInterval(() => waiting && offer(form), anew);
    await offer(form);
  };

  const able = keys?.parseRequestOptionsFromJSON && keys.parseCreationOptionsFromJSON;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (able) begin(form);
  }
  for (const told of document.querySelectorAll("[data-unable]")) told.hidden = Boolean(able);

  for (const signal of document.querySelectorAll("[data-signal]")) {
    keys?.[signal.dataset.signal]?.(JSON.parse(signal.dataset.detail)).catch(() => {});
  }
})();
