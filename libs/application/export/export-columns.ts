/** One row of a file. Every value is text. */
export type ExportRow = {
  readonly messageId: string;
  readonly threadId: string;
  readonly created: string;
  readonly time: string;
  readonly fullName: string;
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly message: string;
};

/** What a file says about itself. */
export type ExportAbout = { readonly contact: string; readonly timeZone: string };

/** The columns, in their order, with their titles. */
export const exportColumns: readonly { readonly key: keyof ExportRow; readonly header: string }[] = [
  { key: 'messageId', header: 'Message ID' },
  { key: 'threadId', header: 'Thread ID' },
  { key: 'created', header: 'Created' },
  { key: 'time', header: 'Time' },
  { key: 'fullName', header: 'Full Name' },
  { key: 'from', header: 'From' },
  { key: 'to', header: 'To' },
  { key: 'status', header: 'Status' },
  { key: 'message', header: 'Message' },
];
