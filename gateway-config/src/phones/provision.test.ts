import { provisionStation } from './provision';

const station = () => ({
  station: '城东换热站', server: '192.168.10.2', port: 5060, ntp: '192.168.10.1', adminPassword: 'kT5-wqzLm3_Rv', provisioningUrl: 'http://192.168.10.2/phones/',
  phones: [
    { vendor: 'yealink', mac: '00:15:65:AA:BB:01', extension: '8001', password: 'v7Hq-zKmW2xtL', displayName: '张 <三>' },
    { vendor: 'grandstream', mac: '00-0B-82-AA-BB-02', extension: '8002', password: 'n4Jw-pQxT8vzR', displayName: '李 <四> & 王' },
    { vendor: 'fanvil', mac: '0c383eaabb03', extension: '8003', password: 'b6Yk-cDgS5mfX' },
  ],
});

describe('provisioning files of a station', () => {
  it('carry the names that each make asks for', () => {
    expect(provisionStation(station()).map((file) => file.name)).toEqual(['001565aabb01.cfg', 'cfg000b82aabb02.xml', '0c383eaabb03.cfg']);
  });
  it('are what they were when last looked at', () => expect(provisionStation(station())).toMatchSnapshot());
  it('begin with the line that Yealink requires', () => expect(provisionStation(station())[0]?.content.split('\n')[0]).toBe('#!version:1.0.0.1'));
  it('escape what would break the XML of Grandstream', () => expect(provisionStation(station())[1]?.content).toContain('李 &lt;四&gt; &amp; 王'));
  it.each([
    ['a display name with a line break', (each: ReturnType<typeof station>) => { if (each.phones[0]) each.phones[0].displayName = 'a\naccount.1.password = x'; }],
    ['the shipped admin password', (each: ReturnType<typeof station>) => { each.adminPassword = 'admin'; }],
    ['a MAC address twice', (each: ReturnType<typeof station>) => { if (each.phones[1]) each.phones[1].mac = '001565AABB01'; }],
    ['an extension twice', (each: ReturnType<typeof station>) => { if (each.phones[1]) each.phones[1].extension = '8001'; }],
    ['a wrong MAC address', (each: ReturnType<typeof station>) => { if (each.phones[0]) each.phones[0].mac = '00:15'; }],
    ['an unknown make', (each: ReturnType<typeof station>) => { if (each.phones[0]) each.phones[0].vendor = 'other'; }],
  ])('are refused for %s', (_, change) => { const each = station(); change(each); expect(() => provisionStation(each)).toThrow(); });
});
