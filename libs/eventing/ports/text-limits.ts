/**
 * How many texts staff and other systems may cause in a day (UTC). Passed in, because the write side does not read the
 * configuration.
 */
export abstract class TextLimits {
  abstract readonly perProgram: number;
  abstract readonly perContact: number;
}
