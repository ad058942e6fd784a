// Runs inside the lab: ends well as soon as something answers at the address, badly when nothing does for ten seconds.
import { once } from 'node:events';
import { connect } from 'node:net';

const url = new URL(process.argv[2]);
const deadline = AbortSignal.timeout(10_000);

const accepts = async () => {
  const socket = connect({ host: url.hostname, port: Number(url.port), signal: deadline });
  await once(socket, 'connect').finally(() => socket.destroy());
  return true;
};
const attempt = () => (url.protocol === 'tcp:' ? accepts() : fetch(url, { signal: deadline }).then(({ ok }) => ok));

while (!(await attempt().catch(() => false))) {
  if (deadline.aborted) process.exit(1);
  await new Promise(setImmediate);
}
process.exit(0);
