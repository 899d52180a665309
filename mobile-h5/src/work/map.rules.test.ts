import { scene } from './map.rules';

describe('the schematic view', () => {
  test('north is up, east is right, the nearest stands first', () => {
    const { spots, self } = scene({ lat: 0, lng: 0 }, [{ id: 1, lat: 0.01, lng: 0 }, { id: 2, lat: 0, lng: 0.005 }]);
    expect(self).toBe(true);
    expect(spots.map((spot) => spot.id)).toEqual([2, 1]);
    expect(spots[1]!.y).toBeLessThan(0);
    expect(spots[0]!.x).toBeGreaterThan(0);
  });
  test('everything lies within the outer ring, whatever the distance', () => {
    for (const d of [0, 0.0001, 0.01, 0.5, 20]) {
      const { spots, radius } = scene({ lat: 10, lng: 10 }, [{ id: 1, lat: 10 + d, lng: 10 }]);
      expect(Math.hypot(spots[0]!.x, spots[0]!.y)).toBeLessThanOrEqual(100.1);
      expect(radius).toBeGreaterThan(0);
    }
  });
  test('without a position the orders\' own centre is the middle, and orders without coordinates are left out', () => {
    const { self, spots } = scene(null, [{ id: 1, lat: 1, lng: 1 }, { id: 2, lat: 1, lng: 3 }, { id: 3, lat: null, lng: null }]);
    expect(self).toBe(false);
    expect(spots).toHaveLength(2);
    expect(spots[0]!.x).toBeCloseTo(-spots[1]!.x, 0);
  });
});
