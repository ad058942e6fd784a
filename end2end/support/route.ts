import { expect, type Page } from '@playwright/test';
import { canGoDirect, transportOf, type Kind } from '../lab/networks.mjs';

/** The near end of the candidate pair that a connection sends over, as its page's statistics say it. */
export interface Way {
  type: RTCIceCandidateType;
  /** How this page reaches its own relay, if it uses one. */
  relayProtocol: string | null;
}

/** The same of one pair: another path has another. */
export interface NearEnd extends Way {
  pair: string;
}

/** Both pages' connection goes the best way that their two networks have, and stays there. */
export async function expectBestRoute(kinds: readonly [Kind, Kind], pages: readonly [Page, Page]): Promise<void> {
  const faults = async () => faultsOf(kinds, await Promise.all(pages.map(nearEnd)));
  await expect.poll(faults, { timeout: 10_000, message: kinds.join(' and ') }).toEqual([]);
}

/** What is wrong with a route; nothing if it is the best one. */
export function faultsOf(kinds: readonly [Kind, Kind], ends: (Way | null)[]): string[] {
  if (ends.some((end) => !end)) return ['not connected'];
  const relayed = ends.map((end) => end?.type === 'relay');
  if (canGoDirect(...kinds)) return relayed.some(Boolean) ? [`relayed needlessly: ${say(ends)}`] : [];
  const wrong = ends.filter((end, side) => relayed[side] && end?.relayProtocol !== transportOf(kinds[side]));
  const missing = kinds.filter((kind, side) => !relayed[side] && transportOf(kind) !== 'udp');
  return [
    ...(relayed.some(Boolean) ? [] : ['relayed by nobody']),
    ...(wrong.length > 0 ? [`wrong transport: ${say(ends)}`] : []),
    ...missing.map((kind) => `no relay in front of ${kind}`),
  ];
}

const say = (ends: (Way | null)[]) => ends.map((end) => `${end?.type} ${end?.relayProtocol ?? ''}`.trim()).join(', ');

/** Of the newest connection that is up. */
export function nearEnd(page: Page): Promise<NearEnd | null> {
  return page.evaluate(findNearEnd);
}

/** Runs in a page. Chromium says which pair is in use at the transport, Firefox at the pair. */
export async function findNearEnd(): Promise<NearEnd | null> {
  const connection = window.probe.connections.findLast((each) => each.connectionState === 'connected');
  if (!connection) return null;
  const report = await connection.getStats();
  const entries = [...report.values()];
  const transport = entries.find((entry) => entry.type === 'transport' && entry.selectedCandidatePairId);
  const pair = transport ? report.get(transport.selectedCandidatePairId) : entries.find((entry) => entry.selected);
  const local = report.get(pair?.localCandidateId);
  return local ? { pair: pair.id, type: local.candidateType, relayProtocol: local.relayProtocol ?? null } : null;
}
