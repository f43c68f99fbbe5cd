import { isIPv6 } from 'node:net';

/** Groups of an IPv6 network that usually belongs to one client (/64). */
const NETWORK_GROUPS = 4;

/**
 * The client of a request, for quotas: the IPv4 address, or the network of an IPv6 one, since its owner can use any
 * address in it.
 */
export function clientAddress(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip) ?? [];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last]
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
