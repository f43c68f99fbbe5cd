import { countSegments } from './index.js';

describe('segments', () => {
  it.each([
    ['nothing', '', 1],
    ['160 plain characters', 'a'.repeat(160), 1],
    ['161 plain characters', 'a'.repeat(161), 2],
    ['306 plain characters', 'a'.repeat(306), 2],
    ['307 plain characters', 'a'.repeat(307), 3],
    ['80 escaped characters', '€'.repeat(80), 1],
    ['81 escaped characters', '€'.repeat(81), 2],
    ['an escaped character that does not fit into the first part', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
    ['70 characters outside GSM-7', 'я'.repeat(70), 1],
    ['71 characters outside GSM-7', 'я'.repeat(71), 2],
    ['135 characters outside GSM-7', 'я'.repeat(135), 3],
    ['35 emoji', '👋'.repeat(35), 1],
    ['67 emoji, 33 in a part', '👋'.repeat(67), 3],
    ['a curly apostrophe among plain characters', `${'a'.repeat(70)}’`, 2],
  ])('%s', (_case, body, segments) => {
    expect(countSegments(body)).toBe(segments);
  });
});
