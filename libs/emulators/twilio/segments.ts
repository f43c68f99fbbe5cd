const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENSION = '\f^{}\\[~]|€';

const basic = new Set(GSM_BASIC);
const extension = new Set(GSM_EXTENSION);

/**
 * How many SMS segments a body takes: GSM-7 has 160 characters alone and 153 in each part of a longer message, UCS-2
 * has 70 and 67. Escaped GSM characters and surrogate pairs take two places and are never split.
 */
export function countSegments(body: string): number {
  const characters = [...body];
  const gsm = characters.every((c) => basic.has(c) || extension.has(c));
  const places = characters.map((c) => (gsm ? (extension.has(c) ? 2 : 1) : c.length));
  const total = places.reduce((sum, place) => sum + place, 0);
  if (total <= (gsm ? 160 : 70)) return 1;

  const limit = gsm ? 153 : 67;
  let segments = 1;
  let used = 0;
  for (const place of places) {
    if (used + place > limit) {
      segments += 1;
      used = 0;
    }
    used += place;
  }
  return segments;
}
