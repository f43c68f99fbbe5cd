import type { Client } from './client.js';
import type { Script } from './script.js';
import type { Views } from './views.js';

/** How the staff works on the conversation of the day. */
export class Colleagues {
  constructor(
    private readonly client: Client,
    private readonly script: Script,
    private readonly views: Views,
  ) {}

  async play(): Promise<void> {
    await this.notes();
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
