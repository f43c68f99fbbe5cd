/** How many texts staff and other systems may cause in a day (UTC); the write side knows no configuration. */
export abstract class TextLimits {
  abstract readonly perProgram: number;
  abstract readonly perContact: number;
}
