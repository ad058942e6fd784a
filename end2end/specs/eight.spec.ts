import { expect, test } from '../support/test.ts';

const NAMES = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gia', 'Hal'];
const TALKERS = ['Ann', 'Dan', 'Hal'];
/** Of eight browsers on two cores each shows a picture now and then. */
const PATIENCE_MS = 15_000;

test('eight people see and hear each other, and a ninth is told that the room is full', async ({ people }) => {
  // 56 connections on two cores.
  test.setTimeout(1_200_000);
  const everyone = [];
  for (const name of NAMES) everyone.push(await people.invite(name, { tiny: true }));
  const room = people.room();
  for (const person of everyone) {
    await person.join(room);
    // As in any large call, most listen. Two cores could not encode 56 voices.
    if (!TALKERS.includes(person.name)) await person.call.mute();
  }

  for (const person of everyone) {
    await expect(person.call.tiles).toHaveCount(8, { timeout: 120_000 });
    // One by one: looking costs, too.
    for (const other of everyone.filter((each) => each !== person)) {
      if (TALKERS.includes(other.name)) await person.seesAndHears(other, PATIENCE_MS);
      else await person.sees(other, PATIENCE_MS);
    }
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
