import { expect, type Locator } from '@playwright/test';

/** How far a hue may be from the sender's after scaling and coding; the films are 45 degrees apart. */
const HUE_TOLERANCE = 15;
/** Beeps of half amplitude, half of the time, are at 0.25; coded silence is far below a thousandth. */
const AUDIBLE = 0.02;
const SILENT = 0.002;
/** With eight browsers on two cores a connection may take its time. */
const CONNECTS = { timeout: 60_000 };

/** One person's figure, judged by what it plays. */
export class Tile {
  constructor(
    readonly name: string,
    readonly figure: Locator,
  ) {}

  get video(): Locator {
    return this.figure.locator('video');
  }

  /** Decoded pixels have the hue of this person's film. */
  async shows(hue: number): Promise<void> {
    await expect.poll(() => this.offBy(hue), { ...CONNECTS, message: `${this.name}: hue ${hue}` }).toBeLessThan(HUE_TOLERANCE);
  }

  /** The picture keeps becoming another one. */
  async moves(patienceMs = 5_000): Promise<void> {
    const options = { timeout: CONNECTS.timeout + 2 * patienceMs, message: `${this.name}: moving frames` };
    await expect.poll(() => this.changes(3, patienceMs), options).toBe(3);
  }

  /** Frames come; the browser's own fake cameras all show the same, so nothing is asked of their colours. */
  async bringsFrames(): Promise<void> {
    await this.plays();
    await this.video.evaluate((video: HTMLVideoElement) => new Promise<void>((done) => {
      let count = 0;
      const next = () => (++count === 10 ? done() : video.requestVideoFrameCallback(next));
      video.requestVideoFrameCallback(next);
    }));
  }

  /** A first frame is there. */
  async plays(): Promise<void> {
    const message = `${this.name}: a picture`;
    const plays = () => this.figure.evaluate((root) => window.probe.picture(root) !== null);
    await expect.poll(plays, { ...CONNECTS, intervals: [50], message }).toBe(true);
  }

  /** The picture changes slowly, as a sky does: often enough to be a film, seldom from frame to frame. */
  async drifts(): Promise<void> {
    const message = `${this.name}: a drifting picture`;
    await expect.poll(() => this.changes(2, 15_000), { ...CONNECTS, message }).toBe(2);
  }

  /** From now on it is noted when each frame is presented. */
  watchFrames(): Promise<void> {
    return this.figure.evaluate((root) => window.probe.watchFrames(root));
  }

  /** The longest time without a frame since then, up to now. */
  longestGapMs(): Promise<number> {
    return this.figure.evaluate((root) => window.probe.longestGapMs(root));
  }

  async isHeard(): Promise<void> {
    await expect.poll(() => this.loudness(), { ...CONNECTS, message: `${this.name}: loudness` }).toBeGreaterThan(AUDIBLE);
  }

  async isSilent(): Promise<void> {
    await expect.poll(() => this.loudness(), { ...CONNECTS, message: `${this.name}: loudness` }).toBeLessThan(SILENT);
  }

  /** No picture, but the person's initials. */
  async showsInitials(initials: string): Promise<void> {
    await expect(this.figure).toContainText(initials);
    await expect(this.video).toBeHidden();
  }

  /** The ring of someone who talks. */
  async isRinged(ringed = true): Promise<void> {
    const opacity = () => this.figure.evaluate((root) => Number(getComputedStyle(root, '::after').opacity));
    await expect.poll(opacity, { message: `${this.name}: the ring` }).toBe(ringed ? 1 : 0);
  }

  /** The owner's hand is up, at this place; with none it is down. */
  async hasHand(place?: number): Promise<void> {
    const mark = this.figure.getByTitle('Hand raised', { exact: true });
    if (place === undefined) await expect(mark, `${this.name}: no hand`).toBeHidden();
    else await expect(mark, `${this.name}: a hand`).toHaveText(`Hand raised${place}`);
  }

  /** The tile says that its owner's microphone is off. */
  async saysMuted(): Promise<void> {
    await expect(this.muteMark).toBeVisible();
  }

  async saysUnmuted(): Promise<void> {
    await expect(this.figure).toBeVisible();
    await expect(this.muteMark).toBeHidden();
  }

  /** A word on the tile: the server does not reach its owner just now. */
  get away(): Locator {
    return this.figure.locator('figcaption').getByText('Reconnecting', { exact: true });
  }

  /** The mark of somebody whose code was compared. */
  get compared(): Locator {
    return this.figure.locator('figcaption').getByTitle('Compared: nobody is in between', { exact: true });
  }

  changes(wanted: number, deadlineMs: number): Promise<number> {
    return this.figure.evaluate((root, [n, ms]) => window.probe.changes(root, n, ms), [wanted, deadlineMs] as const);
  }

  loudness(): Promise<number> {
    return this.figure.evaluate((root) => window.probe.loudness(root));
  }

  private get muteMark(): Locator {
    return this.figure.getByText('Muted', { exact: true });
  }

  /** Distance on the colour circle; 180 (the farthest) while there is no picture or no colour in it. */
  private async offBy(hue: number): Promise<number> {
    const picture = await this.figure.evaluate((root) => window.probe.picture(root));
    if (!picture || picture.saturation < 0.3) return 180;
    const distance = Math.abs(picture.hue - hue) % 360;
    return Math.min(distance, 360 - distance);
  }
}
