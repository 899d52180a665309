import { bearing } from '../device/navigate';

export interface Spot { id: number; x: number; y: number; metres: number; degrees: number }
export interface Scene { self: boolean; radius: number; spots: Spot[] }
interface Point { lat: number; lng: number }
/** Round radii in metres for the outer ring. */
const RADII = [150, 300, 600, 1500, 3000, 6000, 15_000, 30_000, 60_000, 150_000];

/**
 * Places orders round the engineer (or, without a position, round their own centre), north up, within 100 units; nearest first.
 * The outer ring is the smallest round radius that holds all.
 */
export function scene(self: Point | null, orders: readonly { id: number; lat: number | null; lng: number | null }[]): Scene {
  const placed = orders.flatMap(({ id, lat, lng }) => (lat === null || lng === null ? [] : [{ id, lat, lng }]));
  const centre = self ?? { lat: mean(placed.map((one) => one.lat)), lng: mean(placed.map((one) => one.lng)) };
  const far = placed.map((one) => ({ id: one.id, ...bearing(centre, one) })).sort((a, b) => a.metres - b.metres || a.id - b.id);
  const reach = Math.max(0, ...far.map((one) => one.metres));
  const radius = RADII.find((one) => one >= reach) ?? reach;
  return { self: self !== null, radius, spots: far.map(({ id, metres, degrees }) => {
    const r = radius === 0 ? 0 : (metres / radius) * 100;
    const angle = (degrees * Math.PI) / 180;
    return { id, x: Math.round(Math.sin(angle) * r * 10) / 10, y: Math.round(-Math.cos(angle) * r * 10) / 10, metres, degrees };
  }) };
}
const mean = (values: number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);
