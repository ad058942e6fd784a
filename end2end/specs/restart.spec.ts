import type { Person } from '../support/person.ts';
import type { People } from '../support/people.ts';
import { nearEnd } from '../support/route.ts';
import { expect, test } from '../support/test.ts';

// What becomes of a call when its server is killed and started again.

/** A picture that stands for longer has stopped. */
const STALL_MS = 1_000;
/** Of four browsers on two cores each shows a picture now and then. */
const PATIENCE_MS = 15_000;

/** Chromium's own line about a socket that finds no server. */
const NO_SERVER = /WebSocket connection to .* failed/;

async function callOf(people: People, room: string, ...names: string[]): Promise<Person[]> {
  const everyone = [];
  for (const name of names) {
    const person = await people.invite(name, { tiny: true });
    person.watch.expects(NO_SERVER);
    await person.join(room);
    everyone.push(person);
  }
  for (const [one, other] of pairsAmong(everyone)) await one.sees(other, PATIENCE_MS);
  return everyone;
}

/** Every ordered pair: who looks, and at whom. */
const pairsAmong = (people: Person[]): [Person, Person][] =>
  people.flatMap((one) => people.filter((other) => other !== one).map((other) => [one, other] as [Person, Person]));

test('a call of four goes on when its server is killed and started again', async ({ people, server }) => {
  test.setTimeout(300_000);
  const room = people.room();
  const everyone = await callOf(people, room, 'Ann', 'Ben', 'Cleo', 'Dan');
  const [ann, ben, cleo, dan] = everyone;
  const pairs = pairsAmong(everyone);
  for (const person of [ann, ben]) await person.call.chat.open();
  for (const [one, other] of pairs) await one.tile(other).watchFrames();

  await server.kill();
  for (const person of everyone) await expect(person.call.serverLine).toBeVisible();
  // Nothing of what two people do with each other needs a server.
  await ann.call.chat.say('is anybody there?');
  await ben.call.chat.reads(['is anybody there?']);
  await cleo.call.mute();
  await dan.tile(cleo).saysMuted();

  await server.startAgain();
  for (const person of everyone) await expect(person.call.serverLine).toBeHidden();
  for (const person of everyone) await expect(person.call.tiles).toHaveCount(4);
  // Everybody has been waited for, so whoever is seen now is there.
  for (const [one, other] of pairs) await expect(one.tile(other).away).toBeHidden();
  const gaps = await Promise.all(pairs.map(([one, other]) => one.tile(other).longestGapMs()));
  expect(Math.max(...gaps), `the longest time without a frame, of ${gaps.map(Math.round)}`).toBeLessThan(STALL_MS);

  const eve = await people.invite('Eve', { tiny: true });
  await eve.join(room);
  for (const person of everyone) {
    await eve.sees(person, PATIENCE_MS);
    await person.sees(eve, PATIENCE_MS);
  }
  await dan.call.turnCameraOff();
  await ann.tile(dan).showsInitials('D');
  await dan.call.turnCameraOn();
  for (const person of [ann, ben, cleo, eve]) await person.sees(dan, PATIENCE_MS);
});

test('people whose relay was killed with the server play again within five seconds', async ({ people, server }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  for (const person of [ann, ben]) {
    person.watch.expects(NO_SERVER);
    await person.open(room);
    await person.lobby.hideAddress.check();
    await person.lobby.enter(person.name);
  }
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  expect((await nearEnd(ann.page))?.type).toBe('relay');
  await Promise.all([ann.tile(ben).watchFrames(), ben.tile(ann).watchFrames()]);

  await server.kill();
  await server.startAgain();
  for (const person of [ann, ben]) await expect(person.call.serverLine).toBeHidden();
  const gaps = () => Promise.all([ann.tile(ben).longestGapMs(), ben.tile(ann).longestGapMs()]);
  // It stopped, as the relay did; then it plays.
  await expect.poll(async () => Math.min(...(await gaps()))).toBeGreaterThan(200);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  expect(Math.max(...(await gaps())), 'the longest time without a frame').toBeLessThan(5_000);
  expect((await nearEnd(ann.page))?.type).toBe('relay');
});
