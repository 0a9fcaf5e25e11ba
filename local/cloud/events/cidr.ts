import { isIPv6 } from 'node:net';

/**
 * Is a text an address of the block? Throws for a malformed block.
 * Addresses are compared as hexadecimal text, as AWS's engine does: that is why 0.0.0.0/0 also holds `::1`.
 */
export function inBlock(block: string): (address: string) => boolean {
  const [base = '', mask, ...more] = block.split('/');
  const digits = hex(base);
  if (mask === undefined || more.length > 0) throw new Error("Malformed CIDR, one '/' required");
  if (digits === undefined) throw new Error(`Nonstandard IP address: ${base}`);
  const width = digits.length * 4;
  const bits = /^\d+$/.test(mask) ? Number(mask) : width;
  if (bits >= width) throw new Error(`IPv${width === 32 ? 4 : 6} mask bits must be < ${width}`);
  const free = (1n << BigInt(width - bits)) - 1n;
  const value = BigInt(`0x${digits}`);
  const low = written(value & ~free, digits.length);
  const high = written(value | free, digits.length);
  return (address) => {
    const found = hex(address);
    return found !== undefined && found >= low && found <= high;
  };
}

function written(value: bigint, length: number): string {
  return value.toString(16).padStart(length, '0');
}

/** Eight or 32 hexadecimal digits; leading zeros in an IPv4 part are decimal. */
function hex(address: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const parts = address.split('.').map(Number);
    return parts.every((part) => part < 256)
      ? parts.map((part) => written(BigInt(part), 2)).join('')
      : undefined;
  }
  if (!isIPv6(address) || /[.%]/.test(address)) return undefined;
  const [head = [], tail = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...gap, ...tail].map((group) => group.toLowerCase().padStart(4, '0')).join('');
}
