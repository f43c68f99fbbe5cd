import { zoneOfPhone } from './zone-of-phone.js';

describe('R1: the time zone of a contact, learnt from the phone number', () => {
  it.each([
    ['+442079460958', 'Europe/London'],
    ['+33142685300', 'Europe/Paris'],
    ['+81312345678', 'Asia/Tokyo'],
  ])('%s: %s', (phone, name) => expect(zoneOfPhone(phone)).toEqual({ name, source: 'phone' }));

  it.each([
    ['a country with several zones', '+14155550132'],
    ['no country', '+88216123456'],
    ['no number', undefined],
  ])('%s: unknown', (_, phone) => expect(zoneOfPhone(phone)).toBeNull());
});
