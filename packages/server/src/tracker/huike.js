// Huike's browser script: what visitors do on a page, sent to POST /api/v1/track. How to use it: docs/examples/track.html.
(() => {
  /** @typedef {{ id: string, type: string, at: string, channel: string, identifiers: object, traits: object, properties: object }} TrackedEvent */

  // Sent when so many wait, or so long after the first; at most so many a call. Beyond `mostKept` the oldest go.
  const flushAt = 20;
  const flushAfter = 2_000;
  const mostACall = 500;
  const mostKept = 1_000;
  const longestEvent = 50_000;
  /** Browsers let 64 KiB fly on after their page is gone. */
  const outlivesPage = 60_000;
  const longestWait = 3_600_000;
  const cookieSeconds = 400 * 86_400;

  let url = '';
  let key = '';
  let channel = 'web';
  let perCall = mostACall;
  let failures = 0;
  let wasOffline = false;
  let sending = false;
  /** A key or address that the server refuses: events wait for a page that has it right. */
  let refused = false;
  let lastTime = 0;
  /** @type {number | undefined} */
  let timer;
  /** Events that this page is sending, and their bytes. */
  const flying = new Map();
  /** What the browser won't store lives as long as the page. */
  const memory = new Map();
  const store = {
    /** @param {string} name @returns {string | null} */
    get(name) {
      try {
        return localStorage.getItem(name) ?? memory.get(name) ?? null;
      } catch {
        return memory.get(name) ?? null;
      }
    },
    /** @param {string} name @param {string} value */
    set(name, value) {
      try {
        localStorage.setItem(name, value);
      } catch {
        memory.set(name, value);
      }
    },
    /** @param {string} name */
    remove(name) {
      memory.delete(name);
      try {
        localStorage.removeItem(name);
      } catch {}
    },
    names() {
      try {
        return [...new Set([...Object.keys(localStorage), ...memory.keys()])];
      } catch {
        return [...memory.keys()];
      }
    },
  };

  /** An id that sorts by its time (UUIDv7), made here so that what is sent twice counts once. */
  function newId() {
    lastTime = Math.max(Date.now(), lastTime + 1);
    const time = lastTime.toString(16).padStart(12, '0');
    const chance = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, '0'));
    const hex = chance.join('');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(1, 4)}-a${hex.slice(5, 8)}-${hex.slice(8)}`;
  }

  // An explicit answer outranks what the browser says.
  function allowed() {
    const said = store.get('hk_consent');
    if (said !== null) return said === 'yes';
    return navigator.doNotTrack !== '1' && !(/** @type {any} */ (navigator).globalPrivacyControl);
  }

  let pageCookie = '';
  /** The visitor's cookie id. Where cookies are refused, one of this page. */
  function cookieId() {
    pageCookie = /(?:^|; )hk_id=([\w-]+)/.exec(document.cookie)?.[1] ?? pageCookie;
    if (pageCookie === '') setCookie(newId());
    return pageCookie;
  }

  /** @param {string} id */
  function setCookie(id, seconds = cookieSeconds) {
    pageCookie = id;
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is for secure pages of some browsers only
    document.cookie = `hk_id=${id}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  }

  // One entry an event, so that tabs don't write over one another's.
  const eventPrefix = 'hk_e_';
  function waiting() {
    const names = store.names().filter((name) => name.startsWith(eventPrefix));
    return names.sort();
  }

  /** @param {string} type @param {object} [properties] @param {object} [identifiers] @param {object} [traits] */
  function add(type, properties = {}, identifiers = {}, traits = {}) {
    // What goes wrong here must not break the page.
    try {
      if (!allowed()) return;
      const id = newId();
      const at = new Date().toISOString();
      const event = { id, type, at, channel, identifiers: { cookie: cookieId(), ...identifiers }, traits, properties };
      const text = JSON.stringify(event);
      if (text.length > longestEvent) throw new Error(`an event of ${text.length} characters`);
      const names = waiting();
      for (const name of names.slice(0, Math.max(0, names.length + 1 - mostKept))) store.remove(name);
      store.set(eventPrefix + id, text);
      if (names.length + 1 >= flushAt) void flush();
      else sendIn(flushAfter);
    } catch (error) {
      console.warn('huike:', error);
    }
  }

  /** @param {number} delay */
  function sendIn(delay) {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      void flush();
    }, delay);
  }

  /** How long the server said, or failures say, to wait; a longer time comes of a clock that was wrong. */
  function pause() {
    const wait = Number(store.get('hk_wait') ?? 0) - Date.now();
    return wait > longestWait ? 0 : wait;
  }

  /** Sends what waits, call after call, one tab at a time. */
  async function flush() {
    if (sending || refused || key === '' || !allowed() || navigator.onLine === false) return;
    const wait = pause();
    if (wait > 0) return sendIn(wait);
    sending = true;
    try {
      if (!navigator.locks) await sendAll();
      else {
        await navigator.locks.request('hk_send', { ifAvailable: true }, async (lock) => {
          if (lock === null) sendIn(flushAfter);
          else await sendAll();
        });
      }
    } finally {
      sending = false;
    }
  }

  async function sendAll() {
    for (let more = true; more; ) more = await send(take(perCall, 4_000_000));
  }

  /**
   * Takes events that nobody of this page is sending.
   * @param {number} most
   * @param {number} bytes
   * @returns {Map<string, TrackedEvent>}
   */
  function take(most, bytes) {
    const taken = new Map();
    let left = bytes;
    for (const name of waiting()) {
      const text = flying.has(name) ? null : store.get(name);
      if (text === null) continue;
      left -= new Blob([text]).size + 1;
      if (taken.size === most || left < 0) break;
      try {
        taken.set(name, JSON.parse(text));
      } catch {
        store.remove(name);
      }
    }
    return taken;
  }

  /**
   * Sends one call. Answers whether there may be more to send now.
   * @param {Map<string, TrackedEvent>} events
   */
  async function send(events) {
    if (events.size === 0) return false;
    const body = new Blob([JSON.stringify({ events: [...events.values()] })]);
    for (const name of events.keys()) flying.set(name, body.size / events.size);
    const inAir = [...flying.values()].reduce((sum, size) => sum + size, 0);
    const done = () => {
      for (const name of events.keys()) store.remove(name);
    };
    try {
      const response = await fetch(url, {
        ...{ method: 'POST', credentials: 'omit', keepalive: inAir < outlivesPage, body },
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(30_000),
      });
      const { status } = response;
      if (response.ok) {
        done();
        failures = 0;
        const { rejected = [] } = await response.json().catch(() => ({}));
        for (const one of rejected) console.warn('huike: an event was rejected:', one);
        return true;
      }
      if (status === 413 && events.size > 1) {
        perCall = Math.ceil(events.size / 2);
        return true;
      }
      if (status === 400 || status === 413 || status === 422) {
        // It would be refused for ever.
        done();
        console.error(`huike: ${events.size} events were refused:`, status, await response.text());
        return true;
      }
      if (status !== 408 && status !== 425 && status !== 429 && status < 500) {
        refused = true;
        console.error('huike: the key or the address is wrong:', status);
        return false;
      }
      later(response.headers.get('retry-after'));
    } catch {
      wasOffline = true;
      later(null);
    } finally {
      for (const name of events.keys()) flying.delete(name);
    }
    return false;
  }

  /**
   * Waits as long as the server says (seconds or a date), else 1, 2, 4 … 300 s, each page a little otherwise.
   * @param {string | null} said
   */
  function later(said) {
    const told = said === null ? Number.NaN : /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
    const own = Math.min(300, 2 ** failures++) * (500 + Math.random() * 500);
    const wait = Number.isFinite(told) ? Math.min(Math.max(told, 0), longestWait) : own;
    store.set('hk_wait', String(Date.now() + wait));
    clearTimeout(timer);
    timer = undefined;
    sendIn(wait);
  }

  /** The page may never come back: what fits flies on without it; the rest waits for the next page. */
  function leave() {
    if (refused || key === '' || !allowed() || pause() > 0) return;
    const inAir = [...flying.values()].reduce((sum, size) => sum + size, 0);
    void send(take(perCall, outlivesPage - 1_000 - inAir));
  }

  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave());
  addEventListener('online', () => {
    if (wasOffline) store.remove('hk_wait');
    wasOffline = false;
    void flush();
  });

  const huike = {
    /**
     * Says where to send, and with which write key. `pages: true` counts every page by itself, in one-page apps too.
     * @param {{ key: string, url: string, channel?: string, pages?: boolean }} options `url` is the server's: https://crm.example.com
     */
    init(options) {
      url = `${options.url.replace(/\/+$/, '')}/api/v1/track`;
      key = options.key;
      channel = options.channel ?? channel;
      refused = false;
      if (allowed()) setCookie(cookieId());
      // Of a page before.
      if (waiting().length > 0) void flush();
      if (options.pages && last === '') everyPage();
    },

    /** @param {object} [properties] */
    page(properties) {
      const { href, pathname } = location;
      const seen = { url: href.split('#', 1)[0], path: pathname, title: document.title, referrer: document.referrer };
      add('pageView', { ...seen, ...properties });
    },

    /** @param {string} type @param {object} [properties] */
    track(type, properties) {
      add(type, properties);
    },

    /**
     * Says who the visitor is: `identify({ userId: '17', phone: '13800000000' }, { name: '王芳' })`.
     * @param {object} identifiers
     * @param {object} [traits]
     */
    identify(identifiers, traits) {
      add('identify', {}, identifiers, traits);
    },

    /** The visitor signed out: what comes now is another's, until they sign in. */
    signOut() {
      add('signOut');
      if (allowed()) setCookie(newId());
    },

    /**
     * The visitor's answer. `false` forgets the cookie and what waits, and sends nothing until `true`.
     * @param {boolean} given
     */
    consent(given) {
      store.set('hk_consent', given ? 'yes' : 'no');
      if (given) return;
      for (const name of waiting()) store.remove(name);
      setCookie('', 0);
    },
  };

  let last = '';
  function everyPage() {
    const look = () => {
      if (location.pathname + location.search === last) return;
      last = location.pathname + location.search;
      huike.page();
    };
    const push = history.pushState;
    history.pushState = function pushState(...state) {
      push.apply(this, state);
      look();
    };
    addEventListener('popstate', look);
    look();
  }

  Object.assign(window, { huike });
})();
