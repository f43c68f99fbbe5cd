import { DomainError } from '@app/kernel';

/** Files that people uploaded, until they are handled. Several processes share them. */
export abstract class UploadedFiles {
  /**
   * Stores the content durably, and removes files that nobody has handled for long.
   * @returns the name, which is made of the owner and the content's hash @throws FileTooLarge, FileNotText
   */
  abstract write(owner: string, content: AsyncIterable<Buffer>): Promise<string>;
  /** The content from this byte on. The stream fails with `ENOENT` when there is no such file. */
  abstract read(name: string, fromByte: number): NodeJS.ReadableStream;
  /** Does nothing when there is no such file. */
  abstract remove(name: string): Promise<void>;
}

export class FileTooLarge extends DomainError {
  readonly code = 'FileTooLarge';
  override readonly kind = 'invalid';
  override readonly field = 'body';
  constructor(readonly bytes: number) {
    super(`A file has at most ${bytes} bytes; split it`);
  }
}
export class FileNotText extends DomainError {
  readonly code = 'FileNotText';
  override readonly kind = 'invalid';
  override readonly field = 'body';
  constructor() {
    super('The file is not valid UTF-8; save it with that encoding');
  }
}
