import { Call } from '../pages/call.ts';
import { Tile } from '../pages/tile.ts';
import { axeFindsNothing } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What stands between tiles. */
const GAP = 8;
const WIDEST = 16 / 9;

const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 700, height: 900 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
];

/** Where each tile is, by its name. */
function places(call: Call): Promise<Record<string, Box>> {
  return call.tiles.evaluateAll((figures) => {
    const box = (element: Element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    };
    const seen = figures.filter((figure) => figure.getClientRects().length > 0);
    const stage = document.querySelector('.tiles')!;
    return Object.fromEntries([['stage', box(stage)], ...seen.map((figure) => [figure.getAttribute('aria-label')!, box(figure)])]);
  });
}

const size = ({ width, height }: Box) => width * height;
const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** How much of the stage so many tiles of 16:9 can take at most, in whatever number of columns. */
function bestShare({ width, height }: Box, count: number): number {
  const shares = Array.from({ length: count }, (_, n) => {
    const [columns, rows] = [n + 1, Math.ceil(count / (n + 1))];
    const tile = Math.min((width - GAP * (columns - 1)) / columns, ((height - GAP * (rows - 1)) / rows) * WIDEST);
    return (count * tile * tile) / WIDEST / (width * height);
  });
  return Math.max(...shares);
}

/** Equal tiles, all on the stage, none over another, and as large as can be. */
async function fillTheStage(call: Call, count: number): Promise<void> {
  const judge = async () => {
    const { stage, ...tiles } = await places(call);
    const boxes = Object.values(tiles);
    const isInside = (box: Box) =>
      box.x >= stage.x - 1 && box.y >= stage.y - 1 && box.x + box.width <= stage.x + stage.width + 1 && box.y + box.height <= stage.y + stage.height + 1;
    return {
      count: boxes.length,
      inside: boxes.every(isInside),
      equal: boxes.every((box) => Math.abs(size(box) - size(boxes[0])) < 1),
      apart: boxes.every((box, n) => boxes.slice(0, n).every((other) => !overlap(box, other))),
      filled: boxes.reduce((sum, box) => sum + size(box), 0) > 0.97 * bestShare(stage, count) * size(stage),
    };
  };
  await expect.poll(judge).toEqual({ count, inside: true, equal: true, apart: true, filled: true });
}

test('tiles fill any window without lying over each other', async ({ people }) => {
  const ann = await people.invite('Ann');
  const others = [await people.invite('Ben', { tiny: true }), await people.invite('Cleo', { tiny: true }), await people.invite('Dan', { tiny: true })];
  const room = people.room();
  await ann.join(room);
  for (const [n, other] of others.entries()) {
    await other.join(room);
    for (const window of WINDOWS) {
      await ann.page.setViewportSize(window);
      await fillTheStage(ann.call, n + 2);
    }
  }
  await ann.page.setViewportSize(WINDOWS[0]);
  await ann.call.chat.open();
  await fillTheStage(ann.call, 4);
});

test('a pinned tile has the stage, the own picture a corner of it, and all is as it was afterwards', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const cleo = await people.invite('Cleo', { tiny: true });
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await cleo.join(room);
  await ann.sees(cleo);
  const before = await places(ann.call);

  await ann.call.button('Pin Ben').click();
  await expect(ann.call.button('Unpin Ben')).toBeVisible();
  const pinned = await places(ann.call);
  expect(size(pinned.Ben)).toBeGreaterThan(0.7 * size(pinned.stage));
  expect(overlap(pinned.You, pinned.Ben), 'the own picture is over it').toBe(true);
  expect(size(pinned.You)).toBeLessThan(0.2 * size(pinned.Ben));
  expect(overlap(pinned.Cleo, pinned.Ben)).toBe(false);
  await ann.sees(ben);
  await axeFindsNothing(ann, 'a pinned tile');

  await ann.call.button('Unpin Ben').click();
  await expect.poll(() => places(ann.call)).toEqual(before);
});

test('whoever talks has a ring, no tile moves for it, and the speaker view follows', async ({ people }) => {
  const [ann, ben, cleo] = await people.inviteAll('Ann', 'Ben', 'Cleo');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await cleo.join(room);
  await ann.seesAndHears(ben);
  await ann.sees(cleo);
  await ben.call.mute();
  await cleo.call.mute();
  await ann.tile(ben).isRinged(false);
  await ann.tile(cleo).isRinged(false);
  const quiet = await places(ann.call);

  await ben.call.unmute();
  await ann.tile(ben).isRinged();
  await ann.tile(cleo).isRinged(false);
  expect(await places(ann.call), 'nothing jumps').toEqual(quiet);

  await ann.call.setView('Show who speaks large', true);
  const onStage = async () => {
    const { stage, ...tiles } = await places(ann.call);
    return Object.keys(tiles).find((name) => size(tiles[name]) > 0.6 * size(stage));
  };
  await expect.poll(onStage).toBe('Ben');
  await cleo.call.unmute();
  await ann.tile(cleo).isRinged();
  expect(await onStage(), 'who talks keeps the stage').toBe('Ben');
  await ben.call.mute();
  await expect.poll(onStage).toBe('Cleo');
  await ann.tile(ben).isRinged(false);
  await ann.call.setView('Show who speaks large', false);
  await expect.poll(() => places(ann.call)).toEqual(quiet);
});

test('people without picture can be hidden, and are still heard', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);
  await ben.call.turnCameraOff();
  await ann.tile(ben).showsInitials('B');
  await ann.call.setView('Hide people without picture', true);
  // A figure that is hidden has no role.
  const hidden = new Tile('Ben', ann.page.locator('figure[aria-label="Ben"]'));
  await expect(hidden.figure).toBeHidden();
  await hidden.isHeard();
  await ben.call.turnCameraOn();
  await ann.sees(ben);
});

test('a shared screen is whole and on the stage; it can fill the screen and float', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  // As in browsers that let a picture float, but no window.
  await ann.context.addInitScript(() => Reflect.deleteProperty(window, 'documentPictureInPicture'));
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.call.share();
  const screen = ann.call.screen('Ben');
  await screen.shows(120);
  const { stage, ...tiles } = await places(ann.call);
  expect(size(tiles['Screen of Ben'])).toBeGreaterThan(0.6 * size(stage));
  expect(overlap(tiles.You, tiles['Screen of Ben']), 'nothing over what is shared').toBe(false);
  await expect(screen.video).toHaveCSS('object-fit', 'contain');
  await ann.call.button('View').click();
  await axeFindsNothing(ann, 'a shared screen with the menu of views');
  await axeFindsNothing(ben, 'sharing');

  await ann.call.button('Picture in picture').click();
  const floats = () => ann.page.evaluate(() => document.pictureInPictureElement?.closest('figure')?.getAttribute('aria-label'));
  await expect.poll(floats).toBe('Screen of Ben');
  await ann.call.button('View').click();
  await ann.call.button('Full screen').click();
  await expect.poll(() => ann.page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
});

test('the call floats in a small window, goes on there, and comes back', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const cleo = await people.invite('Cleo', { tiny: true });
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);
  const floats = async () => {
    await ann.call.button('View').click();
    const opened = ann.context.waitForEvent('page');
    await ann.call.button('Picture in picture').click();
    const small = await opened;
    return { small, call: new Call(small) };
  };
  const { small, call } = await floats();
  const theirs = call.tile('Ben');
  await theirs.shows(ben.hue);
  await theirs.moves();
  await expect(theirs.video, 'it plays').toHaveJSProperty('paused', false);
  // The connections are those of the main window, and so is the probe that knows them.
  const loudness = () => ann.page.evaluate(() => {
    const { document } = Reflect.get(window, 'documentPictureInPicture').window as Window;
    return window.probe.loudness(document.querySelector('figure[aria-label="Ben"]')!);
  });
  await expect.poll(loudness, 'they are heard').toBeGreaterThan(0.02);
  await fillTheStage(call, 2);
  await expect(ann.page.getByText('The call is in a small window, above your other windows.', { exact: true })).toBeVisible();
  await expect(ann.call.tiles, 'they are there instead').toHaveCount(0);

  await cleo.join(room);
  await call.tile('Cleo').shows(cleo.hue);
  await call.mute();
  await ben.tile(ann).saysMuted();
  await expect(ann.call.button('Unmute microphone'), 'one microphone, two buttons').toBeVisible();
  await small.keyboard.press('m');
  await expect(call.button('Mute microphone'), 'the key does the same').toBeVisible();
  await small.keyboard.press('c');
  await small.keyboard.press('m');
  await ben.tile(ann).saysMuted();
  await expect(ann.call.button('Chat'), 'nothing opens behind it').toHaveAttribute('aria-expanded', 'false');
  await axeFindsNothing({ page: small }, 'the small window');
  await axeFindsNothing(ann, 'the call without its tiles');
  await ann.call.button('Bring it back').click();
  await expect.poll(() => small.isClosed()).toBe(true);
  await expect(ann.call.button('View')).toBeFocused();
  await ann.seesAndHears(ben);
  await fillTheStage(ann.call, 3);

  const again = await floats();
  await again.call.tile('Ben').shows(ben.hue);
  await again.call.leave.click();
  await expect.poll(() => again.small.isClosed(), 'the call is over, and so is its window').toBe(true);
  await expect(ann.page.getByRole('heading', { name: 'You left', exact: true })).toBeVisible();
  await ben.noLongerHas(ann);
});
