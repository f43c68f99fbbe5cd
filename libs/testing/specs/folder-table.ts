/** The folder table of the requirements: the folder of a conversation after each event, by its folder before. */
const table = `
  the contact's message                      | unread   | unread   | unread   | unread
  a member of staff opens the conversation   | read     | –        | –        | –
  a member of staff sends                    | replied  | replied  | –        | replied
  mark unread                                | –        | unread   | unread   | unread
  archive                                    | archived | archived | archived | –
`;

export const tableFolders = ['unread', 'read', 'replied', 'archived'] as const;
type Folder = (typeof tableFolders)[number];

export type FolderCell = {
  readonly happening: string;
  readonly from: Folder;
  readonly to: Folder;
  readonly moves: boolean;
};

export const folderCells: readonly FolderCell[] = table
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [happening = '', ...cells] = line.split('|').map((cell) => cell.trim());
    return tableFolders.map((from, column) => {
      const cell = cells[column] ?? '';
      return { happening, from, to: tableFolders.find((folder) => folder === cell) ?? from, moves: cell !== '–' };
    });
  });
