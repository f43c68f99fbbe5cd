import { AccessTokens } from '@app/platform';
import type { Client } from './client.js';
import { JWT_SECRET, type Facts } from './product.js';

export type StaffRole = 'agent' | 'manager';

/** A contact with a conversation that one member of staff has started, and nobody else writes in. */
export type Person = {
  readonly contactId: string;
  readonly conversationId: string;
  readonly phone: string;
  readonly email: string;
  readonly staff: StaffRole;
  /** Who is notified of the contact's in-app messages. */
  readonly readers: readonly string[];
  /** Token for the portal. */
  readonly token: string;
};

export type Cast = {
  readonly staffTokens: Readonly<Record<StaffRole, string>>;
  /** They write in the app. */
  readonly inApp: readonly Person[];
  /** They text. */
  readonly texting: readonly Person[];
  /** They text, and send STOP and START. */
  readonly undecided: readonly Person[];
  /** They text keywords, many at once and to any of the program's numbers, while everybody texts them. */
  readonly wavering: readonly Person[];
};

const memberEmail = {
  agent: 'alex@sunrise-solar.example',
  manager: 'morgan@sunrise-solar.example',
  owner: 'olivia@sunrise-solar.example',
};

/** Who is notified of the sample program's own message, since its conversation has no assignee. */
export const sampleMail = {
  text: 'Hi! Felix asked me whether the spring bonus still counts for him?',
  to: [memberEmail.owner, memberEmail.manager],
};

/** Valid numbers of the numbering plan, none of them used by the sample. */
export const phoneNumber = (n: number): string => `+1415200${String(n).padStart(4, '0')}`;

export async function makeCast(client: Client, { programId, tokens }: Facts): Promise<Cast> {
  const accessTokens = new AccessTokens(JWT_SECRET);
  const person = async (n: number): Promise<Person> => {
    const staff = n % 2 === 0 ? 'agent' : 'manager';
    const name = `Person ${n}`;
    const details = { name, email: `person-${n}@mail.example`, phone: phoneNumber(n) };
    const contact = {
      name,
      phones: [details.phone],
      emails: [details.email],
      externalId: `person-${n}`,
      registered: true,
    };
    const { contactId } = await client.expect(201, {
      method: 'POST',
      path: '/v1/contacts',
      token: tokens[staff],
      key: `contact-${n}`,
      body: contact,
    });
    const { conversationId } = await client.expect(201, {
      method: 'POST',
      path: '/v1/conversations',
      token: tokens[staff],
      key: `start-${n}`,
      body: { contactId },
    });
    const token = await accessTokens.sign({ programId, id: String(contactId), kind: 'contact' });
    return {
      contactId: String(contactId),
      conversationId: String(conversationId),
      ...details,
      staff,
      readers: [memberEmail[staff]],
      token,
    };
  };
  const people = async (from: number, count: number): Promise<Person[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => person(from + index)));
  return {
    staffTokens: tokens,
    inApp: await people(0, 4),
    texting: await people(10, 4),
    undecided: await people(20, 2),
    wavering: await people(30, 6),
  };
}
