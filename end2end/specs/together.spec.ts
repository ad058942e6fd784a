import type { Dialog, Page } from '@playwright/test';
import { axeFindsNothing } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

const TINY = { tiny: true };

/** Writes down what the page plays by itself: the loudest sample of each sound, however short. */
async function listenToSounds(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const peaks: number[] = [];
    Object.assign(window, { peaks });
    const native = AudioNode.prototype.connect as (this: AudioNode, target: AudioNode) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode) {
      if (target instanceof AudioDestinationNode) {
        const [meter, samples, at] = [this.context.createAnalyser(), new Float32Array(2048), peaks.push(0) - 1];
        native.call(this, meter);
        const look = () => {
          meter.getFloatTimeDomainData(samples);
          peaks[at] = Math.max(peaks[at], ...samples);
          if (this.context.state !== 'closed') setTimeout(look, 20);
        };
        look();
      }
      return native.call(this, target);
    } as typeof AudioNode.prototype.connect;
  });
}

/** How many notes were heard, none of them silent. */
async function notes(page: Page): Promise<number> {
  const peaks = await page.evaluate(() => (window as unknown as { peaks: number[] }).peaks);
  return peaks.filter((peak) => peak > 0.05).length;
}

/** A browser without a screen hides no tab: the page is told so. */
function setHidden(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

test('hands are seen in one order by all, also by who comes later; reactions pass', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann', TINY), await people.invite('Ben', TINY)];
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  const atBens = await ben.call.listen();
  await ann.tile(ben).plays();
  await ben.tile(ann).plays();

  await ben.call.button('Raise hand').click();
  await expect(ben.call.button('Lower hand')).toBeVisible();
  await ann.tile(ben).hasHand(1);
  await ann.call.button('Raise hand').click();
  await ann.call.own.hasHand(2);
  await ben.tile(ann).hasHand(2);
  await atBens.hears('Ann raised a hand.');

  const cleo = await people.invite('Cleo', TINY);
  await cleo.join(room);
  await cleo.tile(ben).hasHand(1);
  await cleo.tile(ann).hasHand(2);
  await ben.reload();
  await ben.call.own.hasHand(1);
  await cleo.tile(ben).hasHand(1);
  await ben.call.button('Lower hand').click();
  await cleo.tile(ben).hasHand();
  await ann.call.own.hasHand(1);

  await ann.call.button('React').click();
  await ann.call.button('Clapping').click();
  for (const tile of [ann.call.own, cleo.tile(ann), ben.tile(ann)]) {
    await expect(tile.figure.getByText('👏')).toBeVisible();
  }
  await expect(cleo.tile(ann).figure.getByText('👏')).toBeHidden();
});

test('who is writing is seen, what is unread is in the title, and news are heard until they are silenced', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann', TINY), await people.invite('Ben', TINY)];
  await listenToSounds(ann.page);
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.tile(ann).plays();
  await expect.poll(() => notes(ann.page), 'somebody came').toBe(2);
  await ann.call.chat.open();
  await ben.call.chat.open();
  await ben.call.chat.field.pressSequentially('on');
  await expect(ann.page.getByText('Ben is writing', { exact: true })).toBeVisible();
  await ben.call.chat.say('one');
  await ann.call.chat.reads(['one']);
  await expect(ann.page.getByText('Ben is writing', { exact: true })).toHaveCount(0);
  expect(await notes(ann.page), 'what is read makes no sound').toBe(2);

  await setHidden(ann.page, true);
  await ben.call.chat.say('two');
  await expect(ann.page).toHaveTitle(/^\(1\) room-1 /);
  await expect.poll(() => notes(ann.page), 'from a hidden tab, too').toBe(4);
  await setHidden(ann.page, false);
  await expect(ann.page).toHaveTitle(/^room-1 /);

  await ann.call.more.set('Sounds for joins, knocks and messages', false);
  await ann.reload();
  await ann.tile(ben).plays();
  // A page that nobody has touched may make no sound anyway.
  await ann.call.mute();
  await ben.call.chat.say('three');
  await expect(ann.page).toHaveTitle(/^\(1\) /);
  await ben.call.leave.click();
  await ann.noLongerHas(ben);
  expect(await ann.page.evaluate(() => (window as unknown as { peaks: number[] }).peaks), 'silenced').toEqual([]);
});

test('keys do what buttons do, not while typing, and an overview keeps the focus', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann', TINY), await people.invite('Ben', TINY)];
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.tile(ann).plays();
  const { keyboard } = ann.page;
  await keyboard.press('m');
  await ben.tile(ann).saysMuted();
  await keyboard.press('h');
  await ben.tile(ann).hasHand(1);
  await keyboard.press('Control+h');
  await keyboard.press('c');
  await expect(ann.call.chat.field).toBeFocused();
  await expect(ann.call.chat.field).toHaveValue('');
  await keyboard.type('hm? vc p');
  await expect(ann.call.chat.field).toHaveValue('hm? vc p');
  await ann.call.own.hasHand(1);
  await keyboard.press('Escape');
  await expect(ann.call.chat.toggle).toBeFocused();

  await keyboard.press('?');
  const overview = ann.page.getByRole('dialog', { name: 'Keyboard shortcuts', exact: true });
  await expect(overview).toBeVisible();
  await axeFindsNothing(ann, 'the overview of the keys');
  for (let presses = 0; presses < 5; presses++) {
    await keyboard.press('Tab');
    const isBehind = await ann.page.evaluate(() => !!document.activeElement?.closest('.call > :not(dialog)'));
    expect(isBehind, 'the focus is in the dialog').toBe(false);
  }
  await keyboard.press('h');
  await keyboard.press('Escape');
  await expect(overview).toHaveCount(0);
  await expect(ann.call.chat.toggle, 'the focus is back').toBeFocused();
  await ann.call.own.hasHand(1);

  await ann.call.more.set('Push to talk: hold the space bar', true);
  await keyboard.down(' ');
  await ben.tile(ann).saysUnmuted();
  await ben.tile(ann).isHeard();
  await keyboard.up(' ');
  await ben.tile(ann).saysMuted();
  await expect(ann.call.chat.log, 'the space bar pressed nothing').toBeHidden();

  await ann.call.more.press('Keyboard shortcuts');
  await overview.getByRole('switch', { name: 'Use these keys', exact: true }).setChecked(false);
  await overview.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(ann.call.more.toggle).toBeFocused();
  await keyboard.press('h');
  await keyboard.press('c');
  await expect(ann.call.chat.log).toBeHidden();
  await ann.call.own.hasHand(1);
});

test('who talks while muted is told so, and who closes a call with others is asked', async ({ people }) => {
  const ann = await people.invite('Ann', TINY);
  const ben = await people.invite('Ben', TINY);
  const room = people.room();
  await ann.join(room);
  const asked: string[] = [];
  const answer = (dialog: Dialog) => {
    asked.push(dialog.type());
    return dialog.dismiss();
  };
  ann.page.on('dialog', answer);
  await ann.page.reload();
  expect(asked, 'who is alone may go').toEqual([]);
  await ann.reacts();

  await ben.join(room);
  await ann.tile(ben).plays();
  const line = ann.page.getByText('You are muted. Unmute your microphone to be heard.', { exact: true });
  await expect(line).toBeHidden();
  await ann.call.mute();
  await expect(line).toBeVisible();
  await ben.tile(ann).isSilent();
  const open = (await ann.call.openDevices()).filter((kind) => kind === 'audio');
  expect(open, 'a second track listens').toHaveLength(2);
  await ann.call.unmute();
  await expect(line).toBeHidden();
  await expect.poll(() => ann.call.openDevices().then((all) => all.sort())).toEqual(['audio', 'video']);

  await ann.call.more.set('Hide my picture', true);
  await expect(ann.call.own.figure).toBeHidden();
  await ann.page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await ann.tile(ben).plays();
  ann.page.off('dialog', answer);
  await ann.reload();
  await ann.tile(ben).plays();
  await expect(ann.call.own.figure, 'remembered').toBeHidden();
});

test('the controls fit every window, and all of them can be reached', async ({ people }) => {
  const ann = await people.invite('Ann', TINY);
  await ann.join(people.room());
  const bar = ann.page.getByRole('group', { name: 'Call controls', exact: true });
  for (const [width, height] of [[360, 640], [480, 360], [900, 700]]) {
    await ann.page.setViewportSize({ width, height });
    const boxes = await bar.getByRole('button').evaluateAll((buttons) => buttons.map((each) => each.getBoundingClientRect().toJSON()));
    for (const { left, right, width: wide } of boxes) {
      expect(left, `${width} wide`).toBeGreaterThanOrEqual(0);
      expect(right, `${width} wide`).toBeLessThanOrEqual(width);
      expect(wide, `${width} wide`).toBeGreaterThanOrEqual(44);
    }
    const isPhone = width < 480;
    if (!isPhone) {
      await ann.call.button('React').click();
      await axeFindsNothing(ann, 'the reactions');
      await ann.call.button('Heart').click();
    }
    await ann.call.more.open();
    await axeFindsNothing(ann, `what is behind More, ${width} wide`);
    if (isPhone) {
      await ann.call.button('Heart').click();
      await ann.call.more.press('People');
    } else {
      await ann.page.keyboard.press('Escape');
      await ann.call.people.open();
    }
    await expect(ann.call.own.figure).toContainText('❤️');
    await expect(ann.call.people.panel).toBeVisible();
    await axeFindsNothing(ann, `the call after all of that, ${width} wide`);
    await ann.call.people.panel.getByRole('button', { name: 'Close', exact: true }).click();
  }
});
