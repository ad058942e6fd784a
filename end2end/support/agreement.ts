/** What of a page is needed here; Chromium's and Firefox's have it. */
interface Page {
  evaluate<T>(read: () => T): Promise<Awaited<T>>;
  evaluate<T, A>(read: (argument: A) => T, argument: A): Promise<Awaited<T>>;
}

/** What one page has agreed with the other about their connection. */
export interface Side {
  state: RTCSignalingState;
  /** The `ice-ufrag` of both descriptions: each restart has others. */
  local?: string;
  remote?: string;
}

/** Asks a page's newest connection for new paths, as the page itself does when the old ones fail. */
export function restartIce(page: Page): Promise<void> {
  return page.evaluate(() => window.probe.connections.findLast((each) => each.connectionState !== 'closed')!.restartIce());
}

/**
 * Of the newest connection of a page. With `before`: as soon as the page has agreed on something else, or after this time.
 * So it is asked once, not all the while.
 */
export function sideOf(page: Page, before?: Side, patienceMs = 0): Promise<Side> {
  const look = async ([old, patience]: [Side | null, number]) => {
    const connection = window.probe.connections.findLast((each) => each.connectionState !== 'closed')!;
    const fragment = (description: RTCSessionDescription | null) => description?.sdp.match(/a=ice-ufrag:(\S+)/)?.[1];
    const side = () => ({
      state: connection.signalingState,
      local: fragment(connection.currentLocalDescription),
      remote: fragment(connection.currentRemoteDescription),
    });
    const isNext = ({ state, local, remote }: Side) => state === 'stable' && local !== old?.local && remote !== old?.remote;
    const deadline = performance.now() + patience;
    while (!isNext(side()) && performance.now() < deadline) await new Promise((tick) => setTimeout(tick, 10));
    return side();
  };
  return page.evaluate(look, [before ?? null, patienceMs] as [Side | null, number]);
}

/** Whether both have agreed, and on something else than before. */
export function haveAgreedAnew([one, other]: Side[], before: Side[]): boolean {
  const stable = one.state === 'stable' && other.state === 'stable';
  const same = one.local === other.remote && other.local === one.remote;
  return stable && same && one.local !== before[0].local && other.local !== before[1].local;
}
