/** One result with its target and figures, or the reason why there is none. */
export type Row = {
  readonly id: string;
  readonly what: string;
  readonly result: number | null;
  readonly aim: { readonly atLeast: number } | { readonly atMost: number } | null;
  readonly figures: string;
  /** For `npm run capacity`. */
  readonly measured?: Readonly<Record<string, number>>;
};

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Lines of equal columns. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ id, what, result, aim, figures }) => [
    id,
    what,
    result?.toFixed(2) ?? 'not run',
    inWords(aim),
    figures,
  ]);
  const lines = [['', 'what', 'result', 'target', 'figures'], ...cells];
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
