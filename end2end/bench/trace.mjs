// Where the time of a join goes: marks inside the pages, in milliseconds from the press. By hand:
//
//   node end2end/bench/join.mjs 10 floor,confab trace

/** Self-contained: it is sent to the page as text. */
export function installTrace() {
  /** @type {[string, number][]} */
  const marks = [];
  const mark = (/** @type {string} */ what) => {
    const seen = marks.some(([other]) => other === what);
    if (!seen) marks.push([what, performance.timeOrigin + performance.now()]);
  };
  Object.assign(window, { trace: marks });
  const spy = (/** @type {any} */ owner, /** @type {string} */ method) => {
    const native = owner[method];
    owner[method] = function (/** @type {unknown[]} */ ...args) {
      mark(`${method} called`);
      const result = native.apply(this, args);
      result?.then?.(() => mark(`${method} done`), () => {});
      return result;
    };
  };
  addEventListener('click', () => (marks.length = 0), { capture: true });
  window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, args) {
      mark('connection made');
      const made = new target(...args);
      made.addEventListener('track', () => mark('track'));
      made.addEventListener('connectionstatechange', () => mark(`state ${made.connectionState}`));
      made.addEventListener('iceconnectionstatechange', () => mark(`ice ${made.iceConnectionState}`));
      return made;
    },
  });
  for (const method of ['setLocalDescription', 'setRemoteDescription', 'addIceCandidate', 'addTransceiver', 'addTrack']) {
    spy(RTCPeerConnection.prototype, method);
  }
  spy(RTCRtpSender.prototype, 'setParameters');
  spy(WebSocket.prototype, 'send');
  for (const event of ['loadedmetadata', 'playing', 'resize']) {
    addEventListener(event, ({ target }) => target instanceof HTMLVideoElement && !target.muted && mark(`video ${event}`), { capture: true });
  }
}

/** @returns {Promise<[string, number][]>} */
export function marksOf(/** @type {import('@playwright/test').Page} */ page) {
  return page.evaluate('trace');
}

/** Prints each mark's median over the rounds, in order. */
export function printTrace(/** @type {string} */ title, /** @type {[string, number][][]} */ rounds) {
  /** @type {Map<string, number[]>} */
  const times = new Map();
  for (const marks of rounds) for (const [what, at] of marks) times.set(what, [...(times.get(what) ?? []), at]);
  const rows = [...times].map(([what, values]) => ({ what, at: values.sort((a, b) => a - b)[values.length >> 1] }));
  console.log(`\n${title}`);
  for (const { what, at } of rows.sort((a, b) => a.at - b.at)) console.log(`${at.toFixed(0).padStart(6)} ms  ${what}`);
}
