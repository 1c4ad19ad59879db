// A person at a browser without an engine: cookies, redirects, and forms that are read from the
// page and filled in.

import { request } from 'node:http';

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export class Browser {
  #cookies = new Map();

  // `person` has what goes into fields, by the field's name.
  constructor(person = {}) {
    this.person = person;
  }

  // Goes to an address and on from there, signing in and agreeing wherever a page asks. Ends on a
  // page without a form, or, without asking for it, at an address below `end`: the way back to an
  // application that is not there.
  async open(address, { end, decision } = {}) {
    let page = await this.#follow(address, end);
    for (let pages = 0; page.form; pages += 1) {
      if (pages === 5) {
        throw new Error(`${page.url} (${page.status}) asks again and again:\n${page.text}`);
      }
      page = await this.submit(page, { end, decision });
    }
    return page;
  }

  // The same, and ends nowhere else.
  async reach(end, address, options) {
    const page = await this.open(address, { ...options, end });
    if (!page.url.startsWith(end)) {
      throw new Error(`not at ${end}, but at ${page.url} (${page.status}):\n${page.text}`);
    }
    return page;
  }

  // Goes to an address as far as redirects lead.
  async visit(address) {
    return this.#follow(address);
  }

  // Sends the form of a page: by the button with this value, or by its first one.
  async submit(page, { end, decision } = {}) {
    const { action, fields, buttons } = page.form;
    const body = new URLSearchParams();
    for (const { name, value } of fields) {
      body.set(name, this.person[name] ?? value);
    }
    const button = buttons.find(({ value }) => value === decision) ?? buttons[0];
    if (button?.name) {
      body.set(button.name, button.value);
    }
    return this.#follow(new URL(action, page.url).href, end, body);
  }

  async #follow(address, end, form) {
    let [url, body] = [address, form];
    for (let hops = 0; hops < 20; hops += 1) {
      if (end && url.startsWith(end)) {
        return { url, text: '' };
      }
      const answer = await this.#request(url, body);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || !location) {
        return { url, ...answer, form: readForm(answer.text, url) };
      }
      [url, body] = [new URL(location, url).href, undefined];
    }
    throw new Error(`redirected without end from ${address} to ${url}`);
  }

  async #request(url, body) {
    const { hostname } = new URL(url);
    const cookies = this.#cookies.get(hostname) ?? new Map();
    this.#cookies.set(hostname, cookies);
    const answer = await send(url, body, [...cookies].map((pair) => pair.join('=')).join('; '));
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair, ...attributes] = line.split(';');
      const [name, ...value] = pair.trim().split('=');
      if (attributes.some(isOver)) {
        cookies.delete(name);
      } else {
        cookies.set(name, value.join('='));
      }
    }
    return answer;
  }
}

// `fetch` says of itself that it is a script, and some servers treat it as one.
async function send(url, body, cookie) {
  const headers = {
    accept: 'text/html',
    cookie,
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': body ? 'same-origin' : 'none',
    ...(body && { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const answer = await new Promise((resolve, reject) => {
    request(url, { method: body ? 'POST' : 'GET', headers })
      .once('response', resolve)
      .once('error', reject)
      .end(body?.toString());
  });
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) {
    text += piece;
  }
  return { status: answer.statusCode, headers: answer.headers, text };
}

function isOver(attribute) {
  const [name, value = ''] = attribute.trim().split('=');
  switch (name.toLowerCase()) {
    case 'max-age':
      return Number(value) <= 0;
    case 'expires':
      return Date.parse(value) <= Date.now();
    default:
      return false;
  }
}

// The first form of a page, but for the choice of a language below it.
function readForm(html, url) {
  const [, head, body] = /<form\b([^>]*)>(.*?)<\/form>/is.exec(html.split('<footer')[0]) ?? [];
  if (head === undefined) {
    return undefined;
  }
  const form = { action: attribute(head, 'action') ?? url, fields: [], buttons: [] };
  for (const [, kind, text] of body.matchAll(/<(input|button)\b([^>]*)>/gi)) {
    const control = { name: attribute(text, 'name'), value: attribute(text, 'value') ?? '' };
    const type = attribute(text, 'type') ?? (kind === 'button' ? 'submit' : 'text');
    if (type === 'submit') {
      form.buttons.push(control);
    } else if (control.name && type !== 'button') {
      form.fields.push(control);
    }
  }
  return form;
}

function attribute(text, name) {
  const [, quoted] = new RegExp(`(?:^|\\s)${name}="([^"]*)"`, 'i').exec(text) ?? [];
  return quoted?.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, entity) => {
    if (!entity.startsWith('#')) {
      return ENTITIES[entity.toLowerCase()] ?? whole;
    }
    const hexadecimal = entity[1].toLowerCase() === 'x';
    const digits = entity.slice(hexadecimal ? 2 : 1);
    return String.fromCodePoint(Number.parseInt(digits, hexadecimal ? 16 : 10));
  });
}
