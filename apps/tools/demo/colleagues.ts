import type { Client } from './client.js';
import type { Script } from './script.js';
import type { Views } from './views.js';

const SELLER = '+14155550166';

/** How the staff works on the conversation of the day. */
export class Colleagues {
  constructor(
    private readonly client: Client,
    private readonly script: Script,
    private readonly views: Views,
  ) {}

  async play(): Promise<void> {
    await this.notes();
    await this.snooze();
    await this.block();
    await this.move();
  }

  private async move(): Promise<void> {
    const { client, script, views } = this;
    script.step('12. A message that belongs in another conversation [M14]');
    const { contactId } = client.facts;
    const general = await client.post<{ conversationId: string }>('agent', '/v1/conversations', { contactId });
    const to = general.body.conversationId;
    const messageId = await views.idOf('When do you come?');
    const moved = await client.post('agent', `/v1/conversations/${views.conversationId}/move-message`, {
      messageId,
      to,
    });
    script.sees('agent', 'moves a text to the general conversation', moved.status, 200);
    const preview = async (): Promise<unknown[]> => {
      const { body } = await client.get('agent', `/v1/conversations/${to}`);
      return [body['folder'], body['answers'], body['preview']];
    };
    await script.comesToSee('agent', 'finds it there, unread', preview, ['unread', 1, 'When do you come?']);
    await script.comesToSee('agent', 'and no longer here', () => views.idOf('When do you come?'), undefined);
  }

  private async snooze(): Promise<void> {
    const { client, script, views } = this;
    script.step('10. Labels, and a snooze until the contact writes [M13]');
    const url = `/v1/conversations/${views.conversationId}`;
    const labelled = await client.post('agent', `${url}/label`, { label: 'site visit' });
    script.sees('agent', 'puts a label on the conversation', labelled.status, 200);
    script.sees('agent', 'snoozes it', (await client.post('agent', `${url}/snooze`)).status, 200);
    await script.comesToSee('agent', 'it is out of the inbox', () => views.row('folder', 'labels'), [
      'snoozed',
      ['site visit'],
    ]);
    script.sees('phone', 'the contact writes', await client.text('+14155550132', 'When do you come?'), 200);
    await script.comesToSee('agent', 'it is back in Unread', () => views.row('folder'), ['unread']);
    await script.comesToSee(
      'agent',
      'the assignee is told by email',
      () => views.mailsTo('alex@sunrise-solar.example', 'no longer snoozed'),
      1,
    );
  }

  private async block(): Promise<void> {
    const { client, script } = this;
    script.step('11. A blocked number [M16]');
    const placed = await client.post<{ blockId: string }>('agent', '/v1/blocks', { phone: SELLER });
    script.sees('agent', 'blocks a number', placed.status, 201);
    script.sees('phone', 'texts from it', await client.text(SELLER, 'Cheap watches!'), 200);
    const messages = async (): Promise<unknown[]> => {
      const path = `/v1/blocks/${placed.body.blockId}/messages`;
      const { body } = await client.get<{ documents?: readonly { text: string }[] }>('agent', path);
      return (body.documents ?? []).map(({ text }) => text);
    };
    await script.comesToSee('agent', 'finds the text in the list of the blocked', messages, ['Cheap watches!']);
    const isInInbox = async (): Promise<boolean> =>
      JSON.stringify((await client.get('agent', '/v1/conversations?folder=all')).body).includes(SELLER);
    script.sees('agent', 'finds nothing of it in the inbox', await isInInbox(), false);
    const lifted = await client.post('agent', `/v1/blocks/${placed.body.blockId}/lift`);
    script.sees('agent', 'unblocks it', lifted.status, 200);
    await script.comesToSee('agent', 'the text is in the inbox', isInInbox, true);
  }

  private async notes(): Promise<void> {
    const { client, script, views } = this;
    script.step('9. An internal note [M11]');
    const note = { text: 'Morgan, may we promise the bonus?', mentions: ['morgan'] };
    const added = await client.post('agent', `/v1/conversations/${views.conversationId}/notes`, note);
    script.sees('agent', 'writes a note that mentions the manager', added.status, 201);
    await script.comesToSee(
      'manager',
      'is told by an email with a link, without the text',
      () => views.mailsTo('morgan@sunrise-solar.example', 'mentioned you in an internal note'),
      1,
    );
    script.sees(
      'contact',
      'sees nothing of it in the portal',
      (await views.portal()).filter((line) => line.includes('promise the bonus')),
      [],
    );
  }
}
