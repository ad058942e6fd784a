/** Runs inside every page, before the page's own code: remembers what cannot be reached from the DOM, and measures media. */
export interface Picture {
  /** Mean hue in degrees, and how much colour there is at all (0 to 1). */
  hue: number;
  saturation: number;
  width: number;
  height: number;
}

export interface Probe {
  /** Every connection that the page made, and every track that it got from a device or a screen. */
  connections: RTCPeerConnection[];
  captured: MediaStreamTrack[];
  /** How many offers of the other side were taken while an own one stood: that one was rolled back. */
  rollbacks: number;
  /** What a video shows now; null without a decoded picture. */
  picture(root: Element): Picture | null;
  /** How often the picture becomes another one: looks until it did as often as wanted, or until the deadline. */
  changes(root: Element, wanted: number, deadlineMs: number): Promise<number>;
  /** Notes from now on when each frame of the tile's picture is presented. */
  watchFrames(root: Element): void;
  /** The longest time without a frame since `watchFrames`, up to this very moment: a picture that froze counts. */
  longestGapMs(root: Element): number;
  /** Loudness (root mean square, 0 to 1) of what the tile's owner sent over the next half second of played samples. */
  loudness(root: Element): Promise<number>;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

/** Self-contained: it is sent to the page as text. */
export function installProbe(): void {
  const connections: RTCPeerConnection[] = [];
  const captured: MediaStreamTrack[] = [];
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 24;

  const rememberConnections = () => {
    if (!('RTCPeerConnection' in window)) return;
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget) as RTCPeerConnection;
        connections.push(made);
        return made;
      },
    });
  };

  const countRollbacks = () => {
    if (!('RTCPeerConnection' in window)) return;
    const native: (description: RTCSessionDescriptionInit) => Promise<void> = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description: RTCSessionDescriptionInit) {
      if (description.type === 'offer' && this.signalingState === 'have-local-offer') window.probe.rollbacks++;
      return native.call(this, description);
    };
  };

  const rememberTracks = () => {
    const devices = navigator.mediaDevices;
    if (!devices) return;
    const keep = (stream: MediaStream) => {
      captured.push(...stream.getTracks());
      return stream;
    };
    const native = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => keep(await native(constraints));
    const display = devices.getDisplayMedia?.bind(devices);
    if (display) devices.getDisplayMedia = async (options) => keep(await display(options));
    rememberCopies();
  };

  /** A copied track keeps its device open. */
  const rememberCopies = () => {
    const [copyTrack, copyStream] = [MediaStreamTrack.prototype.clone, MediaStream.prototype.clone];
    const keep = (original: MediaStreamTrack, copy: MediaStreamTrack) => {
      if (captured.includes(original)) captured.push(copy);
      return copy;
    };
    MediaStreamTrack.prototype.clone = function () {
      return keep(this, copyTrack.call(this));
    };
    MediaStream.prototype.clone = function () {
      const copy = copyStream.call(this);
      const matching = (track: MediaStreamTrack) => copy.getTracks().filter(({ label, kind }) => label === track.label && kind === track.kind);
      for (const track of this.getTracks()) for (const twin of matching(track)) keep(track, twin);
      return copy;
    };
  };

  const videoOf = (root: Element): HTMLVideoElement | null =>
    root instanceof HTMLVideoElement ? root : root.querySelector('video');

  const pixels = (video: HTMLVideoElement): Uint8ClampedArray => {
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  };

  const picture = (root: Element): Picture | null => {
    const video = videoOf(root);
    if (!video || video.readyState < 2 || video.videoWidth === 0) return null;
    const data = pixels(video);
    let [r, g, b] = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) [r, g, b] = [r + data[i], g + data[i + 1], b + data[i + 2]];
    const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
    const spread = most - least || 1;
    const sextant = most === r ? (g - b) / spread : most === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
    return {
      hue: (sextant * 60 + 360) % 360,
      saturation: most === 0 ? 0 : (most - least) / most,
      width: video.videoWidth,
      height: video.videoHeight,
    };
  };

  const nextFrame = (video: HTMLVideoElement, deadline: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      deadline.addEventListener('abort', () => resolve(false), { once: true });
      if (deadline.aborted) resolve(false);
      video.requestVideoFrameCallback(() => resolve(true));
    });

  /** The codec's own noise moves a still picture by a few levels; the wandering square moves it by far more. */
  const differ = (one: Uint8ClampedArray, other: Uint8ClampedArray) => {
    let changed = 0;
    for (let i = 0; i < one.length; i++) if (Math.abs(one[i] - other[i]) > 12) changed++;
    return changed >= 8;
  };

  const changes = async (root: Element, wanted: number, deadlineMs: number): Promise<number> => {
    const video = videoOf(root);
    if (!video) return 0;
    const deadline = AbortSignal.timeout(deadlineMs);
    let [seen, kept] = [0, null as Uint8ClampedArray | null];
    while (seen < wanted && (await nextFrame(video, deadline))) {
      const now = pixels(video).slice();
      if (kept && !differ(kept, now)) continue;
      if (kept) seen++;
      kept = now;
    }
    return seen;
  };

  const gaps = new WeakMap<Element, { lastMs: number; longestMs: number }>();

  const watchFrames = (root: Element): void => {
    const gap = { lastMs: performance.now(), longestMs: 0 };
    gaps.set(root, gap);
    const note = () => {
      const now = performance.now();
      gap.longestMs = Math.max(gap.longestMs, now - gap.lastMs);
      gap.lastMs = now;
      if (gaps.get(root) === gap) videoOf(root)?.requestVideoFrameCallback(note);
    };
    videoOf(root)?.requestVideoFrameCallback(note);
  };

  const longestGapMs = (root: Element): number => {
    const gap = gaps.get(root);
    return gap ? Math.max(gap.longestMs, performance.now() - gap.lastMs) : Infinity;
  };

  /** What the element plays. */
  const tracksOf = (root: Element): string[] => {
    const streams = [...root.querySelectorAll<HTMLMediaElement>('video, audio')].map((media) => media.srcObject);
    return streams.flatMap((stream) => (stream instanceof MediaStream ? stream.getTracks() : [])).map((track) => track.id);
  };

  /** The connection whose picture or sound the element plays. */
  const connectionOf = (root: Element): RTCPeerConnection | undefined => {
    const tracks = tracksOf(root);
    return connections.find((connection) => connection.getReceivers().some(({ track }) => tracks.includes(track.id)));
  };

  /** A voice and the sound of a screen come over one connection: those that the element plays are counted. */
  const heard = async (connection: RTCPeerConnection, tracks: string[]) => {
    const report = [...(await connection.getStats()).values()];
    const isPlayed = (entry: { trackIdentifier?: string }) => !entry.trackIdentifier || tracks.includes(entry.trackIdentifier);
    const audio = report.filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'audio' && isPlayed(entry));
    const sum = (key: string) => audio.reduce((total, entry) => total + (entry[key] ?? 0), 0);
    return { energy: sum('totalAudioEnergy'), seconds: sum('totalSamplesDuration') };
  };

  const loudness = async (root: Element): Promise<number> => {
    const connection = connectionOf(root);
    if (!connection) return 0;
    const deadline = AbortSignal.timeout(5000);
    const before = await heard(connection, tracksOf(root));
    let now = before;
    while (now.seconds - before.seconds < 0.5 && !deadline.aborted) {
      // Statistics are dear with many connections: ten times a second is enough.
      for (let frame = 0; frame < 6; frame++) await new Promise(requestAnimationFrame);
      now = await heard(connection, tracksOf(root));
    }
    const seconds = now.seconds - before.seconds;
    return seconds > 0 ? Math.sqrt((now.energy - before.energy) / seconds) : 0;
  };

  window.probe = { connections, captured, rollbacks: 0, picture, changes, watchFrames, longestGapMs, loudness };
  rememberConnections();
  countRollbacks();
  rememberTracks();
}
