/** What no line of a log may hold, whoever it is about: addresses of people, of rooms, and what they say to connect. */
const NEVER = [
  /\b\d{1,3}(\.\d{1,3}){3}\b/,
  /\b[0-9a-f]{1,4}:[0-9a-f:]*:[0-9a-f]{1,4}\b/i,
  /\/[rm]\/[a-z0-9-]/,
  /\b[rm]\/[a-z0-9-]/,
  /a=|candidate:|fingerprint|typ (host|srflx|relay)/,
  /session_token|key_tag|host_tag|credential/,
];

/** The lines of a server's log that tell of people what they have told the server alone, or not even that. */
export function indiscretionsIn(log: string, confidences: string[]): string[] {
  // A time of day would be taken for an address.
  const lines = log.split('\n').map((line) => line.replace(/^\S*\d\dT[\d:.]+Z/, ''));
  const words = confidences.map((text) => new RegExp(`(?<![\\w-])${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`));
  return lines.filter((line) => [...NEVER, ...words].some((pattern) => pattern.test(line)));
}
