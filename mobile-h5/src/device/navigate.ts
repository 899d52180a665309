import type { FieldOrder } from '@ronghu/contract';

type Target = Pick<FieldOrder, 'address' | 'lat' | 'lng'>;
/** Ways to a map on the phone; none needs the internet from this page. Coordinates are WGS-84, which the map app converts (`dev=1`). */
export function mapLinks({ address, lat, lng }: Target, agent: string): { key: 'system' | 'amap'; href: string }[] {
  const name = encodeURIComponent(address);
  const apple = /iPhone|iPad|iPod/i.test(agent);
  const known = lat !== null && lng !== null;
  const system = apple ? `maps://?${known ? `daddr=${lat},${lng}` : `q=${name}`}` : `geo:${known ? `${lat},${lng}?q=${lat},${lng}(${name})` : `0,0?q=${name}`}`;
  const amap = known
    ? `${apple ? 'iosamap://path' : 'amapuri://route/plan/'}?sourceApplication=ronghu&dlat=${lat}&dlon=${lng}&dname=${name}&dev=1&t=0`
    : `${apple ? 'iosamap' : 'androidamap'}://poi?sourceApplication=ronghu&keywords=${name}&dev=0`;
  return [{ key: 'amap', href: amap }, { key: 'system', href: system }];
}

/** `tel:` link when the number is whole; null when it is masked, for stars cannot be dialled. */
export function telLink(number: string | null | undefined): string | null {
  return number && /^\+?\d{3,20}$/.test(number) ? `tel:${number}` : null;
}

const EARTH_M = 6_371_000;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;
/** Straight line in metres and bearing in degrees from north, for the schematic view. */
export function bearing(from: { lat: number; lng: number }, to: { lat: number; lng: number }): { metres: number; degrees: number } {
  const [a, b, d] = [rad(from.lat), rad(to.lat), rad(to.lng - from.lng)];
  const h = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(d / 2) ** 2;
  const degrees = (Math.atan2(Math.sin(d) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(d)) * 180) / Math.PI;
  return { metres: 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h))), degrees: (degrees + 360) % 360 };
}
