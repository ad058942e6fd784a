// Runs inside every measured page: when Join was pressed, and when the first frame of somebody else was on the screen.
// Both browsers run on one machine, so wall time made of timeOrigin and now() is one clock.

/** Self-contained: it is sent to the page as text. */
export function installStopwatch() {
  /** @type {(at: number) => void} */
  let onFrame = () => {};
  const times = { pressed: 0, firstFrame: new Promise((/** @type {(at: number) => void} */ resolve) => (onFrame = resolve)) };
  const own = new WeakSet();

  const native = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (native) {
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await native(constraints);
      for (const track of stream.getTracks()) own.add(track);
      return stream;
    };
  }

  /** Somebody else's picture is neither muted nor from this page's camera. */
  const isRemote = (/** @type {HTMLVideoElement} */ video) =>
    !video.muted && video.srcObject instanceof MediaStream && !video.srcObject.getTracks().some((track) => own.has(track));

  const watch = (/** @type {HTMLVideoElement} */ video) =>
    video.requestVideoFrameCallback((now) => {
      if (isRemote(video)) onFrame(performance.timeOrigin + now);
    });

  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (node instanceof HTMLVideoElement) watch(node);
        else if (node instanceof Element) node.querySelectorAll('video').forEach(watch);
      }
    }
  }).observe(document, { childList: true, subtree: true });

  addEventListener('click', (event) => (times.pressed = performance.timeOrigin + event.timeStamp), { capture: true });
  Object.assign(window, { stopwatch: times });
}

/** @typedef {import('@playwright/test').Page} Page */

/** @returns {Promise<number>} milliseconds since 1970 */
export function pressedAt(/** @type {Page} */ page) {
  return page.evaluate('stopwatch.pressed');
}

/** @returns {Promise<number>} milliseconds since 1970 */
export function firstFrameAt(/** @type {Page} */ page) {
  return page.evaluate('stopwatch.firstFrame');
}
