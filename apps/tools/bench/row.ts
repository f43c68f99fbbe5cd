/** One ratio with its target and figures, or the reason why there is no ratio. */
export type Row = {
  readonly id: 'a' | 'b' | 'c' | 'd' | 'e';
  readonly what: string;
  readonly ratio: number | null;
  readonly aim: { readonly atLeast: number } | { readonly atMost: number } | null;
  readonly figures: string;
};

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Lines of equal columns. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ id, what, ratio, aim, figures }) => [
    id,
    what,
    ratio?.toFixed(2) ?? 'not run',
    inWords(aim),
    figures,
  ]);
  const lines = [['', 'ratio of', 'result', 'target', 'figures'], ...cells];
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

function inWords(aim: Row['aim']): string {
  if (aim === null) return 'none';
  return 'atLeast' in aim ? `>= ${aim.atLeast.toFixed(2)}` : `<= ${aim.atMost.toFixed(2)}`;
}
