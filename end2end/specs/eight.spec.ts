import { expect, test } from '../support/test.ts';

const NAMES = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gia', 'Hal'];
/** Of eight browsers on two cores each shows a picture now and then. */
const PATIENCE_MS = 30_000;

test('eight people see and hear each other, and a ninth is told that the room is full', async ({ people }) => {
  // 56 connections on two cores.
  test.setTimeout(1_200_000);
  const everyone = [];
  for (const name of NAMES) everyone.push(await people.invite(name, { tiny: true }));
  const room = people.room();
  for (const person of everyone) {
    await person.join(room);
    await person.call.mute();
  }
  for (const person of everyone) await expect(person.call.tiles).toHaveCount(8, { timeout: 120_000 });

  // One talks at a time, as in any large call. Two cores could not encode 56 voices.
  for (const person of everyone) {
    await person.call.unmute();
    const others = everyone.filter((each) => each !== person);
    await Promise.all(others.map((other) => other.seesAndHears(person, PATIENCE_MS)));
    await person.call.mute();
  }

  const ivy = await people.invite('Ivy', { devices: 'none' });
  await ivy.open(room);
  await ivy.lobby.enter('Ivy');
  await expect(ivy.page.getByText('This room is full (8 people). Try again when someone has left.')).toBeVisible();
  await expect(everyone[0].call.tiles).toHaveCount(8);

  await everyone[7].call.leave.click();
  await expect(everyone[0].call.tiles).toHaveCount(7);
  await ivy.lobby.enter('Ivy');
  await ivy.sees(everyone[0]);
});
