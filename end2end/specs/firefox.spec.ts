import { FirefoxPerson } from '../support/firefox.ts';
import type { Person } from '../support/person.ts';
import { test as base } from '../support/test.ts';

// Firefox's fake cameras all look alike and change their colour slowly: from it, motion and sound are asked for.

const test = base.extend<{ fay: FirefoxPerson }>({
  fay: async ({ server }, use) => {
    const fay = await FirefoxPerson.sitDown('Fay');
    await use(fay);
    await fay.goHome(server.origin);
  },
});

async function seeAndHearEachOther(ann: Person, fay: FirefoxPerson): Promise<void> {
  await fay.seesAndHears(ann);
  const tile = ann.call.tile('Fay');
  await tile.drifts();
  await tile.isHeard();
}

async function writeToEachOther(ann: Person, fay: FirefoxPerson): Promise<void> {
  await ann.call.chat.open();
  await fay.press('Chat');
  await fay.say('greetings from a fox');
  await ann.call.chat.reads(['greetings from a fox']);
  await ann.call.chat.say('greetings to a fox');
  await fay.reads('greetings to a fox');
}

test('Firefox comes to Chromium', async ({ people, server, fay }) => {
  const ann = await people.invite('Ann');
  const room = people.room();
  await ann.join(room);
  await fay.join(server.origin + room);
  await seeAndHearEachOther(ann, fay);
  await writeToEachOther(ann, fay);
});

test('Chromium comes to Firefox', async ({ people, server, fay }) => {
  const ann = await people.invite('Ann');
  const room = people.room();
  await fay.join(server.origin + room);
  await ann.join(room);
  await seeAndHearEachOther(ann, fay);
  await writeToEachOther(ann, fay);
});
