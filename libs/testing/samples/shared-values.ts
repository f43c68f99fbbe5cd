// Values that samples of several aggregates have in common.

export const place = '0000000000000007';
export const phone = '+15551234567';
export const at = '2026-01-05T09:00:00.000Z';
export const claimId = 'delivery-1.1';
export const whose = { addressId: 'address-1', subjectId: 'address-1', senderId: 'sender-1' };
