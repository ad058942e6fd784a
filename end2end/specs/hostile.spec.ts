import type { Page } from '@playwright/test';
import { FirefoxPerson } from '../support/firefox.ts';
import { expect, test as base } from '../support/test.ts';

// What somebody may call themselves and write, without a client of ours that would clean it first.

const test = base.extend<{ fay: FirefoxPerson }>({
  fay: async ({ server }, use) => {
    const fay = await FirefoxPerson.sitDown('Fay');
    await use(fay);
    await fay.goHome(server.origin);
  },
});

const STACKED = 'z\u0301';
/** What a card says, and what is made of it. */
const NAMES: [said: string, shown: string][] = [
  ['<img src=x onerror="window.hacked=1">', '<img src=x onerror="window.hacked=1">'],
  ['\u202Egnp\u202C.\u2066exe\u2069', 'gnp.exe'],
  [`a\u0000b\u200Bc\u2028d\n${' '.repeat(99)}e`, 'abc d e'],
  ['w'.repeat(1_900), 'w'.repeat(64)],
  [STACKED.repeat(600), STACKED.repeat(64)],
  [`z${'\u0301'.repeat(900)}`, 'z'],
  ['\u200B\u202E', '?'],
];

/** Comes in by hand, with this text on the card; stays as long as the page. */
function comeIn(page: Page, room: string, name: string): Promise<void> {
  const join = ([address, card]: [string, string]) => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    const say = (message: object) => socket.send(JSON.stringify(message));
    socket.onopen = () => say({ type: 'hello', version: 1, room: address });
    return new Promise<void>((resolve, reject) => {
      socket.onclose = () => reject(new Error('turned away'));
      socket.onmessage = ({ data }) => {
        const { type } = JSON.parse(data as string) as { type: string };
        if (type === 'greeted') say({ type: 'join', card, attempt: Math.floor(Math.random() * 2 ** 50) });
        if (type === 'welcome') resolve();
      };
    });
  };
  return page.evaluate(join, [room.slice(1), JSON.stringify({ v: 1, name })] as [string, string]);
}

/** What each tile of another person is called, how far the name reaches beyond it, and whether anything came of it. */
function readNames(): { names: string[]; beyond: number; hacked: boolean } {
  const captions = [...document.querySelectorAll('figure figcaption bdi')];
  const overhang = (caption: Element) => {
    const [name, tile] = [caption, caption.closest('figure')!].map((element) => element.getBoundingClientRect());
    return Math.max(name.right - tile.right, name.bottom - tile.bottom, tile.left - name.left);
  };
  return {
    names: captions.map((caption) => caption.textContent ?? ''),
    beyond: Math.max(...captions.map(overhang)),
    hacked: 'hacked' in window || document.querySelectorAll('figure img').length > 0,
  };
}

test('a hostile name is a name, in Chromium and in Firefox', async ({ people, server, fay }) => {
  const ann = await people.invite('Ann', { tiny: true });
  const room = people.room();
  await ann.join(room);
  await fay.join(server.origin + room);
  const eve = await people.invite('Eve', { devices: 'none' });
  await eve.open('/');
  // Eight fit.
  for (const names of [NAMES.slice(0, 4), NAMES.slice(4)]) {
    for (const [said] of names) await comeIn(eve.page, room, said);
    const shown = names.map(([, name]) => name);
    for (const read of [() => ann.page.evaluate(readNames), () => fay.page.evaluate(readNames)]) {
      await expect.poll(async () => (await read()).names).toEqual(expect.arrayContaining(shown));
      const { beyond, hacked } = await read();
      expect(beyond, 'a name stays on its tile').toBeLessThanOrEqual(1);
      expect(hacked).toBe(false);
    }
    await eve.open('/');
    await expect(ann.call.tiles).toHaveCount(2, { timeout: 20_000 });
  }
});

test('a hostile message is text in Firefox too', async ({ people, server, fay }) => {
  const ann = await people.invite('Ann', { tiny: true });
  const room = people.room();
  await ann.join(room);
  await fay.join(server.origin + room);
  await ann.call.chat.open();
  await fay.press('Chat');
  const text = '<img src=x onerror="window.hacked=1"><script>hacked=1</script> javascript:alert(1) \u202Etxt.exe https://example.org/';
  await ann.call.chat.say(text);
  await fay.reads(text);
  const made = await fay.page.evaluate(() => {
    const log = document.querySelector('[role="log"]')!;
    const links = [...log.querySelectorAll('a')].map(({ href, rel, target }) => [href, rel, target]);
    return { links, elements: log.querySelectorAll('img, script').length, hacked: 'hacked' in window };
  });
  const rel: unknown = expect.stringContaining('noreferrer');
  expect(made).toEqual({ links: [['https://example.org/', rel, '_blank']], elements: 0, hacked: false });
});

test.describe('what the policy of the page forbids', () => {
  const ATTEMPTS: [what: string, attempt: string, complaint: RegExp][] = [
    ['a script in the page', `document.body.append(Object.assign(document.createElement('script'), { text: 'window.hacked = 1' }))`, /inline script/],
    ['a handler in an attribute', `document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.hacked = 1">')`, /inline event handler/],
    ['text as code', `document.body.append(Object.assign(document.createElement('script'), { src: 'data:text/javascript,window.hacked=1' }))`, /data:text\/javascript/],
    ['a picture from elsewhere', `document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.2:9/x.png' }))`, /127\.0\.0\.2/],
    ['a request elsewhere', `fetch('http://127.0.0.2:9/').catch(() => {})`, /127\.0\.0\.2/],
    ['a style in an attribute', `document.body.insertAdjacentHTML('beforeend', '<p style="color: red">')`, /inline style/],
    ['a frame', `document.body.append(Object.assign(document.createElement('iframe'), { src: 'data:text/html,x' }))`, /frame/i],
  ];
  test('is refused, and every test would hear of it', async ({ people }) => {
    const ann = await people.invite('Ann', { devices: 'none' });
    await ann.open('/r/tea');
    for (const [what, attempt, complaint] of ATTEMPTS) {
      const violated = ann.page.evaluate(() => new Promise<string>((heard) => {
        document.addEventListener('securitypolicyviolation', (event) => heard(event.effectiveDirective), { once: true });
      }));
      await ann.page.evaluate(attempt);
      expect(await violated, what).toMatch(/-src/);
      await expect.poll(() => ann.watch.findings([]).complaints, what).toContainEqual(expect.stringMatching(complaint));
      ann.watch.forget();
    }
    expect(await ann.page.evaluate(`'hacked' in window`)).toBe(false);
  });
});
