// The kinds of networks that people call from, each as the nftables rules of a home router.
//
// A router has two interfaces, "lan" and "wan". Mapping and filtering are named as in RFC 4787.

/** Networks that let UDP out, from the most to the least permissive, and those that do not. */
export const KINDS = /** @type {const} */ (['open', 'address-restricted', 'port-restricted', 'symmetric', 'udp-blocked', 'tls-only']);

/** One more, in which a relay that speaks no TLS is reached over UDP or not at all. */
const UDP_AND_HTTPS = 'udp-and-https';

/** @typedef {typeof KINDS[number] | typeof UDP_AND_HTTPS} Kind */
/** @typedef {{host: string, router: string, outside: string}} Home the addresses of one home: its host, its router's two sides */

/** The whole rule set of a router; it takes the place of the one before. */
export function rulesOf(/** @type {Kind} */ kind, /** @type {Home} */ home) {
  return ['flush ruleset', KEEPS_QUIET, ...TABLES[kind](home)].join('\n');
}

/** Every kind of unordered pair, a kind with itself too. */
export function pairsOf(/** @type {readonly Kind[]} */ kinds) {
  return kinds.flatMap((one, index) => kinds.slice(index).map((other) => /** @type {[Kind, Kind]} */ ([one, other])));
}

/**
 * Whether packets of both can meet without a relay: not when one lets no UDP out, and not when one has a new
 * port for each destination and the other insists on the port that it wrote to.
 */
export function canGoDirect(/** @type {Kind} */ one, /** @type {Kind} */ other) {
  const kinds = [one, other];
  if (kinds.some((kind) => transportOf(kind) !== 'udp')) return false;
  return !(kinds.includes('symmetric') && kinds.every((kind) => kind === 'symmetric' || kind === 'port-restricted'));
}

/** How someone in such a network reaches a relay, at best. */
export function transportOf(/** @type {Kind} */ kind) {
  return kind === 'udp-blocked' ? 'tcp' : kind === 'tls-only' ? 'tls' : 'udp';
}

/**
 * What nobody asked for is dropped before it leaves a trace. Without this, conntrack would remember the other side's first
 * packet, find its port taken and choose another one for our own: each router would seem symmetric.
 */
const KEEPS_QUIET = `table ip quiet {
  chain input { type filter hook input priority filter; iifname "wan" ct state new drop; }
}`;

/** Endpoint-independent mapping: the host's own port, whatever the destination. What comes in goes to the host. */
const cone = (/** @type {Home} */ { host, outside }) => `table ip nat {
  chain out { type nat hook postrouting priority srcnat; oifname "wan" snat to ${outside}; }
  chain in { type nat hook prerouting priority dstnat; iifname "wan" meta l4proto udp dnat to ${host}; }
}`;

/** Linux keeps the host's port where it can, and lets in only answers: address and port have to be those written to. */
const strict = () => `table ip nat {
  chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
}`;

/** Address- and port-dependent mapping: a random port for each destination. */
const random = () => `table ip nat {
  chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade random,fully-random; }
}`;

/** From addresses that the host has written to, whichever the port. */
const onlyFromKnownAddresses = () => `table ip filter {
  set known { type ipv4_addr; flags dynamic,timeout; timeout 2m; size 65535; }
  chain forward {
    type filter hook forward priority filter;
    iifname "lan" meta l4proto udp update @known { ip daddr }
    iifname "wan" meta l4proto udp ip saddr != @known drop
  }
}`;

const noUdp = () => `table ip filter {
  chain forward { type filter hook forward priority filter; meta l4proto udp drop; }
}`;

const tcpOnlyTo443 = () => `table ip filter {
  chain forward { type filter hook forward priority filter; iifname "lan" tcp dport != 443 drop; }
}`;

const only443 = () => `table ip filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "lan" tcp dport 443 accept
    iifname "wan" ct state established accept
  }
}`;

/** @type {Record<Kind, (home: Home) => string[]>} */
const TABLES = {
  open: (home) => [cone(home)],
  'address-restricted': (home) => [cone(home), onlyFromKnownAddresses()],
  'port-restricted': () => [strict()],
  symmetric: () => [random()],
  'udp-blocked': () => [strict(), noUdp()],
  'tls-only': () => [strict(), only443()],
  [UDP_AND_HTTPS]: () => [strict(), tcpOnlyTo443()],
};
