import { readFileSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';

export type Service = {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly [other: string]: unknown;
};
export type ComposeFile = { readonly services: Readonly<Record<string, Service>>; readonly [other: string]: unknown };

/** Compose's own tag: the value it marks is removed from the file below. */
const reset = { tag: '!reset', collection: 'seq', resolve: () => [] } as unknown as ScalarTag;

/** A Compose file with its anchors and merge keys resolved. */
export const readCompose = (file: string): ComposeFile =>
  parse(readFileSync(file, 'utf8'), { merge: true, customTags: [reset] }) as ComposeFile;

/**
 * Replaces `${NAME}`, `${NAME:-default}`, `${NAME:?}` and `$$` as Compose does. @throws when a required name is not
 * given
 */
export const substituted = (text: string, given: Readonly<Record<string, string>> = {}): string =>
  text.replace(
    /\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})/g,
    (_all, name: string | undefined, kind: string | undefined, rest = '') => {
      if (name === undefined) return '$';
      const value = given[name];
      if (value) return value;
      if (kind === '-') return rest as string;
      throw new Error(`${name} is not given`);
    },
  );
