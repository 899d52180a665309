import { bearing, mapLinks, telLink } from './navigate';

describe('leaving the app for a map or a call', () => {
  test('a masked number cannot be dialled, a whole one can', () => {
    expect(telLink('138****5678')).toBeNull();
    expect(telLink(null)).toBeNull();
    expect(telLink('13812345678')).toBe('tel:13812345678');
  });

  test('an address without coordinates is searched, one with them is the target', () => {
    expect(mapLinks({ address: '锦绣家园', lat: null, lng: null }, 'Android').map((link) => link.href)).toEqual(['androidamap://poi?sourceApplication=ronghu&keywords=%E9%94%A6%E7%BB%A3%E5%AE%B6%E5%9B%AD&dev=0', 'geo:0,0?q=%E9%94%A6%E7%BB%A3%E5%AE%B6%E5%9B%AD']);
    expect(mapLinks({ address: 'A', lat: 41.8, lng: 123.4 }, 'iPhone').map((link) => link.href)).toEqual(['iosamap://path?sourceApplication=ronghu&dlat=41.8&dlon=123.4&dname=A&dev=1&t=0', 'maps://?daddr=41.8,123.4']);
  });

  test('distance and bearing follow the sphere', () => {
    const east = bearing({ lat: 0, lng: 0 }, { lat: 0, lng: 1 });
    expect(east.metres).toBeCloseTo(111_195, -1);
    expect(east.degrees).toBeCloseTo(90);
    expect(bearing({ lat: 10, lng: 5 }, { lat: 9, lng: 5 }).degrees).toBeCloseTo(180);
    expect(bearing({ lat: 1, lng: 1 }, { lat: 1, lng: 1 }).metres).toBe(0);
  });
});
