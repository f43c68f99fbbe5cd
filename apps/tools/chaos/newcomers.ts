import { setTimeout as sleep } from 'node:timers/promises';
import { phoneNumber, type Cast, type Person } from './cast.js';
import type { Client } from './client.js';
import type { Random } from './random.js';
import type { Witness } from './witness.js';

/** The actions of a newcomer, and their partners. */
export type World = {
  readonly client: Client;
  readonly cast: Cast;
  readonly witness: Witness;
  phrase(kind: string, random: Random): string;
  text(from: string, text: string, random: Random): Promise<void>;
  textKeyword(from: string, random: Random): Promise<void>;
  tickForm(person: Pick<Person, 'contactId' | 'conversationId' | 'phone'>): Promise<void>;
  send(
    person: Pick<Person, 'conversationId' | 'staff' | 'phone' | 'email'>,
    channel: 'in-app' | 'sms',
    random: Random,
  ): Promise<void>;
};

/** Lower numbers belong to the cast. */
const FIRST = 1_000;

/** Unknown people: they text first, or submit a form, or do both and text keywords meanwhile. */
export class Newcomers {
  private count = 0;

  constructor(private readonly world: World) {}

  async come(random: Random): Promise<void> {
    await sleep(random.between(0, 200));
    const phone = phoneNumber(FIRST + (this.count += 1));
    await (random.chance(0.5) ? this.textFirst(phone, random) : this.tickForm(phone, random));
  }

  async comeAndWaver(random: Random): Promise<void> {
    await sleep(random.between(0, 200));
    const phone = phoneNumber(FIRST + (this.count += 1));
    const person = { ...(await this.meet(phone)), phone };
    const keywords = Array.from({ length: random.between(1, 4) }, () => random.branch());
    await Promise.all([
      this.world.tickForm(person),
      ...keywords.map(async (own) => {
        await sleep(own.between(0, 120));
        await this.world.textKeyword(phone, own);
      }),
      this.world.send({ ...person, staff: 'agent', email: '' }, 'sms', random.branch()),
    ]);
  }

  private async textFirst(phone: string, random: Random): Promise<void> {
    for (let texts = random.between(1, 3); texts > 0; texts -= 1)
      await this.world.text(phone, this.world.phrase('inbound', random), random);
  }

  private async tickForm(phone: string, random: Random): Promise<void> {
    const { client, cast, witness } = this.world;
    const { contactId, conversationId } = await this.meet(phone);
    const form = {
      contactId,
      wording: 'Text me about my referrals',
      wordingVersion: '1',
      source: 'https://sunrise-solar.example/join',
    };
    await client.expect(201, {
      method: 'POST',
      path: '/v1/consents',
      token: cast.staffTokens.manager,
      key: keyOf('consent', phone),
      body: form,
    });
    witness.keep({ kind: 'asked', phone, conversationId, isContested: false });
    if (random.chance(0.7)) await this.world.text(phone, random.pick(['YES', 'yes!']), random);
    await this.world.send({ conversationId, staff: 'agent', phone, email: '' }, 'sms', random);
  }

  private async meet(phone: string): Promise<{ contactId: string; conversationId: string }> {
    const { client, cast } = this.world;
    const post = { method: 'POST', token: cast.staffTokens.agent } as const;
    const contact = { name: `Newcomer ${phone}`, phones: [phone] };
    const { contactId } = await client.expect(201, {
      ...post,
      path: '/v1/contacts',
      key: keyOf('contact', phone),
      body: contact,
    });
    const started = await client.ask({
      ...post,
      path: '/v1/conversations',
      key: keyOf('start', phone),
      body: { contactId },
    });
    return { contactId: String(contactId), conversationId: String(started.body['conversationId']) };
  }
}

const keyOf = (purpose: string, phone: string): string => `${purpose}-${phone.slice(1)}`;
