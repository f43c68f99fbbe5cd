/** One ratio, the aim beside it, and the figures it was made of. */
export type Row = {
  readonly id: 'a' | 'b' | 'c' | 'd';
  readonly what: string;
  readonly ratio: number;
  readonly aim: { readonly atLeast: number } | { readonly atMost: number };
  readonly figures: string;
};

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Lines of equal columns. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ id, what, ratio, aim, figures }) => [
    id,
    what,
    ratio.toFixed(2),
    'atLeast' in aim ? `>= ${aim.atLeast.toFixed(2)}` : `<= ${aim.atMost.toFixed(2)}`,
    figures,
  ]);
  const lines = [['', 'ratio of', 'came out', 'aim', 'figures'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
