import type { ExportFiles } from '@app/eventing';
import { uniqueName, type Opened } from './opened.js';

type Ports = { readonly exportFiles: ExportFiles };

/** What every engine that stores exported files guarantees. */
export function exportFilesContract(engine: string, open: () => Promise<Opened<Ports>>): void {
  describe(`X2: exported files: ${engine}`, () => {
    let opened: Opened<Ports>;
    let files: ExportFiles;
    const newFile = () => ({ programId: uniqueName('program'), exportId: uniqueName('export') });
    const text = async (...given: Parameters<ExportFiles['get']>): Promise<string | undefined> =>
      (await files.get(...given))?.toString();
    beforeAll(async () => {
      opened = await open();
      files = opened.exportFiles;
    });
    afterAll(() => opened.close());

    test('a part is there once it is stored, also after reopening', async () => {
      const file = newFile();
      expect(await files.get(file, 'one')).toBeNull();
      await files.put(file, 'one', 'Grüße');
      await files.put(file, 'two', 'x'.repeat(5_000_000));
      expect(await text(file, 'one')).toBe('Grüße');
      files = (await opened.reopen()).exportFiles;
      expect(await text(file, 'one')).toBe('Grüße');
      expect((await files.get(file, 'two'))?.length).toBe(5_000_000);
    });

    test('a part that is stored again replaces the former one', async () => {
      const file = newFile();
      await files.put(file, 'one', 'first');
      await files.put(file, 'one', 'second');
      expect(await text(file, 'one')).toBe('second');
    });

    test('one part is deleted, and not the others', async () => {
      const file = newFile();
      for (const part of ['one', 'two']) await files.put(file, part, part);
      await files.deletePart(file, 'one');
      await files.deletePart(file, 'one');
      expect([await text(file, 'one'), await text(file, 'two')]).toEqual([undefined, 'two']);
    });

    test('a file is deleted as a whole, and no other one', async () => {
      const file = newFile();
      const others = [
        { ...file, exportId: `${file.exportId}-2` },
        { ...file, programId: uniqueName('../program') },
      ];
      for (const each of [file, ...others]) for (const part of ['one', 'two']) await files.put(each, part, part);
      await files.delete(file);
      await files.delete(file);
      expect([await files.get(file, 'one'), await files.get(file, 'two')]).toEqual([null, null]);
      for (const other of others) expect(await text(other, 'two')).toBe('two');
    });
  });
}
