// The script of the PWS sample site. Every page works without it; with it, the
// pages ask the server that they came from and show what it says.

/** Make an element: el('p', { class: 'x' }, 'text', child). */
function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

const number = new Intl.NumberFormat('en');
const octets = (count) => `${number.format(count)} ${count === 1 ? 'octet' : 'octets'}`;
const milliseconds = (ms) => (ms < 1 ? 'under 1 ms' : `${number.format(Math.round(ms))} ms`);

// ---------------------------------------------------------------- asking

/**
 * Ask this server for one path, past the browser's cache, and tell everything
 * that a script may know about the exchange.
 */
async function ask(method, path) {
  const url = new URL(path, location.origin);
  if (url.origin !== location.origin) throw new Error('That is another server.');
  const started = performance.now();
  const response = await fetch(url, { method, cache: 'no-store', credentials: 'omit' });
  const content = new Uint8Array(await response.arrayBuffer());
  return {
    method,
    target: url.pathname + url.search,
    status: response.status,
    reason: response.statusText,
    redirectedTo: response.redirected ? targetOf(response.url) : undefined,
    fields: [...response.headers],
    get: (name) => response.headers.get(name),
    content,
    milliseconds: performance.now() - started,
    connection: await connectionOf(url.href, started),
  };
}

function targetOf(href) {
  const url = new URL(href);
  return url.pathname + url.search;
}

/** The browser's own record of the exchange tells whether the connection was open before. */
async function connectionOf(href, since) {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const record = performance
      .getEntriesByName(href, 'resource')
      .findLast((entry) => entry.startTime >= since - 5);
    if (record !== undefined && record.requestStart > 0) {
      return {
        version: record.nextHopProtocol,
        reused: record.connectEnd - record.connectStart === 0,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

// ---------------------------------------------------------------- showing

const NOTES = new Map(Object.entries({
  'accept-ranges': 'Whether parts of the content can be asked for.',
  age: 'How long a cache has kept this answer.',
  allow: 'The methods that do work here.',
  'cache-control': 'How long, and by whom, this answer may be kept.',
  connection: 'What becomes of the connection after this answer.',
  'content-encoding': 'How the content was packed for the journey.',
  'content-language': 'The language of the people it is for.',
  'content-length': 'How many octets follow the empty line. The next answer begins right after them.',
  'content-location': 'The name of what was chosen.',
  'content-security-policy': 'What the browser should refuse to do for this page.',
  'content-type': 'What the octets are, and for text how to read them.',
  date: 'When the answer was made, by the server’s clock.',
  etag: 'A name for exactly this state of the content.',
  'keep-alive': 'How long the connection may rest between two requests.',
  'last-modified': 'When the file was last changed.',
  location: 'Where to ask instead.',
  'referrer-policy': 'What the browser should tell other sites about this page.',
  server: 'Who is answering.',
  'transfer-encoding': 'How the end of the content is marked.',
  vary: 'Which fields of the request had a say in this answer.',
  'x-content-type-options': 'Tells the browser to believe Content-Type.',
}));

const STATUS_NOTES = {
  200: 'Here it is.',
  204: 'Done, and there is nothing to show.',
  301: 'It lives elsewhere, for good.',
  308: 'It lives elsewhere, for good.',
  400: 'That was not a well-formed request.',
  403: 'Understood, and refused.',
  404: 'There is nothing of that name, or nothing for you.',
  405: 'Not by that method. Allow names the ones that work.',
  414: 'The target is too long.',
  501: 'The server does not know that method.',
};

// Scripts get field names in small letters; people are used to capitals.
const properName = (name) =>
  name === 'etag' ? 'ETag' : name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());

function fieldLine(name, value) {
  return el('span', { class: 'line' }, `${properName(name)}: ${value}`);
}

function noted(...pairs) {
  const list = el('dl', { class: 'noted' });
  for (const [line, note] of pairs) list.append(el('dt', {}, line), el('dd', {}, note));
  return list;
}

function requestSide(exchange) {
  const method = el('b', {}, exchange.method);
  return el(
    'div',
    { class: 'side sent' },
    el('h4', {}, el('span', { 'aria-hidden': 'true' }, '→ '), 'Your browser sends'),
    noted(
      [
        el('span', { class: 'line' }, method, ` ${exchange.target} HTTP/1.1`),
        exchange.method === 'HEAD'
          ? 'The fields, please, without the content.'
          : 'Method, target, version.',
      ],
      [fieldLine('host', location.host), 'Which site is meant, as the browser knows it.'],
      [el('span', { class: 'line empty' }), 'An empty line: the head ends here.'],
    ),
  );
}

function responseSide(exchange) {
  const status = el('b', {}, String(exchange.status));
  const content =
    exchange.method === 'HEAD'
      ? 'An empty line, and that is all: HEAD has no content.'
      : `An empty line, then the content: ${octets(exchange.content.length)}.`;
  return el(
    'div',
    { class: 'side answered' },
    el('h4', {}, el('span', { 'aria-hidden': 'true' }, '← '), 'The server answers'),
    noted(
      [
        el('span', { class: 'line' }, 'HTTP/1.1 ', status, ` ${exchange.reason}`),
        STATUS_NOTES[exchange.status] ?? 'Version, status, and a word for people.',
      ],
      ...exchange.fields.map(([name, value]) => [
        fieldLine(name, value),
        NOTES.get(name) ?? 'No note for this one.',
      ]),
      [el('span', { class: 'line empty' }), content],
    ),
  );
}

/** The first octets of the content as a dump: offset, octets, characters. */
function dump(content, limit = 48) {
  const out = el('pre', { class: 'dump', tabindex: '0', 'aria-label': 'The first octets of the content' });
  const shown = content.subarray(0, limit);
  for (let start = 0; start < shown.length; start += 16) {
    const row = [...shown.subarray(start, start + 16)];
    const hex = row.map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((o) => (o > 0x20 && o < 0x7f ? String.fromCharCode(o) : '·')).join('');
    const offset = start.toString(16).padStart(4, '0');
    out.append(el('i', {}, `${offset}  `), hex.padEnd(47), el('i', {}, `  ${text}\n`));
  }
  if (content.length > limit) out.append(el('i', {}, `… and ${octets(content.length - limit)} more`));
  return out;
}

function showExchange(exchange, title) {
  const facts = [milliseconds(exchange.milliseconds)];
  if (exchange.connection !== undefined) {
    facts.push(exchange.connection.reused ? 'on a connection that was open' : 'on a new connection');
  }
  const article = el(
    'article',
    { class: 'exchange', 'data-status': String(exchange.status) },
    el('header', {}, el('h3', {}, title), el('span', {}, facts.join(', '))),
    requestSide(exchange),
    responseSide(exchange),
  );
  if (exchange.content.length > 0) article.append(dump(exchange.content));
  if (exchange.redirectedTo !== undefined) {
    const place = el('code', {}, exchange.redirectedTo);
    article.append(
      el(
        'footer',
        {},
        el('span', {}, 'The browser was redirected, followed to ', place, ' and shows the answer from there.'),
      ),
    );
  }
  return article;
}

function showFailure(method, path, error) {
  return el(
    'article',
    { class: 'exchange' },
    el('header', {}, el('h3', {}, `${method} ${path}`), el('span', {}, `No answer: ${error.message}`)),
  );
}

// ---------------------------------------------------------------- every page

/** Commands are written for localhost:8001; make them fit where the site really is. */
function fitCommands() {
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  const host = location.hostname.replaceAll(/[[\]]/g, '');
  for (const code of findAll('.command code')) {
    code.textContent = code.textContent
      .replaceAll('http://localhost:8001', location.origin)
      .replaceAll('nc localhost 8001', `nc ${host} ${port}`)
      .replaceAll('Host: localhost\\r', `Host: ${location.host}\\r`)
      .replaceAll('Host : localhost\\r', `Host : ${location.host}\\r`);
  }
  for (const place of findAll('[data-host]')) place.textContent = location.host;
}

function offerCopies() {
  if (navigator.clipboard === undefined) return;
  for (const command of findAll('.command')) {
    const button = el('button', { type: 'button', 'aria-label': 'Copy the command' }, 'Copy');
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(find('code', command).textContent);
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Select it';
        getSelection().selectAllChildren(find('code', command));
      }
      setTimeout(() => (button.textContent = 'Copy'), 1600);
    });
    command.classList.add('has-copy');
    command.append(button);
  }
}

function tellArrival() {
  const place = find('[data-arrival]');
  const [record] = performance.getEntriesByType('navigation');
  if (place === null || record === undefined || !(record.responseEnd > 0)) return;
  if (record.transferSize === 0 || record.encodedBodySize === 0) return;
  const protocol = record.nextHopProtocol.toUpperCase() || 'HTTP';
  const took = milliseconds(record.responseEnd - record.requestStart);
  place.textContent = `This page: ${octets(record.encodedBodySize)} of content over ${protocol}, ${took} from the request to the last octet.`;
}

// ---------------------------------------------------------------- home

/** Put a real answer in the place of the example. */
async function liveSpecimen(place) {
  const answer = await ask('GET', '/');
  const lines = [
    el('span', { class: 'line' }, 'HTTP/1.1 ', el('b', {}, String(answer.status)), ` ${answer.reason}`),
    ...answer.fields.map(([name, value]) => fieldLine(name, value)),
  ];
  find('[data-specimen-head]', place).replaceChildren(...lines);
  find('[data-specimen-note]', place).textContent = 'asked of this server just now';
}

// ---------------------------------------------------------------- wire

const TOUR = [
  ['HEAD', '/robots.txt', 'A small text, fields only'],
  ['GET', '/robots.txt', 'The same text, with its content'],
  ['GET', '/media/Grüße aus München.txt', 'A name with blanks and umlauts'],
  ['GET', '/tutorial?name=666&age=12', 'A folder without its slash'],
];

async function tour(place) {
  const summary = find('[data-summary]');
  let reused = 0;
  for (const [method, path, title] of TOUR) {
    try {
      const exchange = await ask(method, path);
      if (exchange.connection?.reused) reused += 1;
      place.append(showExchange(exchange, title));
    } catch (error) {
      place.append(showFailure(method, path, error));
    }
  }
  summary.textContent = `${TOUR.length} exchanges, ${reused} of them on a connection that was already open.`;
  // The page has grown: bring back the place that the address asked for.
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function answerQuestions(form) {
  find('[data-ask-section]').hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const method = String(data.get('method'));
    const typed = String(data.get('path')).trim();
    // One leading slash: `//name` would be another host to a browser.
    const path = `/${typed.replace(/^[/\\]+/, '')}`;
    const button = find('button', form);
    button.disabled = true;
    let card;
    try {
      const exchange = await ask(method, path);
      card = showExchange(exchange, `${method} ${path}`);
      find('[data-asked-status]').textContent = `${exchange.status} ${exchange.reason}`;
    } catch (error) {
      card = showFailure(method, path, error);
      find('[data-asked-status]').textContent = 'No answer';
    }
    find('[data-asked]').prepend(card);
    button.disabled = false;
  });
}

// ---------------------------------------------------------------- media, names

async function announceTypes(rows) {
  for (const row of rows) {
    const place = find('.live', row);
    try {
      const answer = await ask('HEAD', row.dataset.askHead);
      const length = answer.get('content-length');
      place.append(answer.get('content-type') ?? 'no type', el('br'));
      place.append(length === null ? '' : octets(Number(length)));
    } catch {
      place.textContent = 'no answer';
    }
  }
}

function tryNames(rows, place) {
  place.hidden = false;
  const button = find('button', place);
  button.addEventListener('click', async () => {
    button.disabled = true;
    for (const row of rows) {
      const cell = find('.live', row);
      try {
        const answer = await ask('GET', find('a', row).getAttribute('href'));
        const came = `${answer.status} ${answer.reason}`.trim();
        cell.replaceChildren(came);
        if (answer.redirectedTo !== undefined) {
          cell.replaceChildren('redirect to ', el('br'), answer.redirectedTo, el('br'), came);
        }
      } catch {
        cell.textContent = 'no answer';
      }
    }
    button.disabled = false;
    find('[data-names-status]').textContent = `${rows.length} names asked for.`;
  });
}

// ---------------------------------------------------------------- start

fitCommands();
offerCopies();
// The record of this page's own arrival is complete once the page has loaded.
if (document.readyState === 'complete') tellArrival();
else addEventListener('load', () => setTimeout(tellArrival));

const specimen = find('[data-specimen]');
if (specimen !== null) liveSpecimen(specimen).catch(() => {});

const exchanges = find('[data-exchanges]');
if (exchanges !== null) void tour(exchanges);

const form = find('[data-ask]');
if (form !== null) answerQuestions(form);

const heads = findAll('[data-ask-head]');
if (heads.length > 0) void announceTypes(heads);

const askNames = find('[data-ask-names]');
if (askNames !== null) tryNames(findAll('[data-ask-name]'), askNames);
