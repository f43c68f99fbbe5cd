import type { Message, Recorded } from '@app/kernel';
import type { ConsentEvent } from '@app/domain/consent';
import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { consentsProjection } from './consents.projection.js';

const consents = projectionSpec(consentsProjection);
const record = newRecord();
const happened = (event: Message, consent = 'consent-1') => record(consent, event) as Recorded<ConsentEvent>;
const requested = happened(sampleOf('OptInRequested'));
const optedIn = happened(sampleOf('OptedIn'));
const state = (
  status: string,
  by: string,
  event: Recorded<ConsentEvent>,
  purpose: string | null = 'conversational',
) => ({
  senders: {
    'sender-1': expect.objectContaining({
      status,
      textedFirst: false,
      purpose,
      since: event.metadata.occurredAt,
      by,
    }) as never,
  },
});

describe('consents', () => {
  it('K1, K10: shows the state for each sender, its start, its purpose and its cause', () => {
    consents
      .given()
      .when(requested)
      .then({ id: 'address-1', programId: 'program-1', ...state('pending', 'form 3', requested) });
    consents
      .given(requested)
      .when(optedIn)
      .then(state('yes', 'YES', optedIn));
    const optedOut = happened(sampleOf('OptedOut'));
    consents
      .given(requested, optedIn)
      .when(optedOut)
      .then(state('no', 'STOP', optedOut));
  });

  it('X8, K10: shows a consent whose evidence was erased as none, with the reason', () => {
    const erased = happened(sampleOf('OptInErased'));
    consents
      .given(requested, optedIn)
      .when(erased)
      .then({ yesFor: null, ...state('none', 'erasure', erased, null) });
  });

  it('policy single_opt_in: shows that the form alone led to Yes', () => {
    const byForm = happened({
      type: 'OptedIn',
      data: { ...samples.OptedIn, keyword: null, text: null, providerMessageId: null, acceptedPosition: null },
    });
    consents
      .given(requested)
      .when(byForm)
      .then(state('yes', 'form', byForm));
  });

  it('decision: shows a contact who texted first as known, without consent', () => {
    const first = happened(sampleOf('TextedFirst'));
    const texted = {
      status: 'none',
      textedFirst: true,
      purpose: null,
      since: first.metadata.occurredAt,
      by: 'inbound text',
    } as const;
    consents
      .given()
      .when(first)
      .then({ senders: { 'sender-1': expect.objectContaining(texted) as never } });
    const stopped = happened({ type: 'OptedOut', data: samples.OptedOut });
    consents
      .given(first)
      .when(stopped)
      .then({
        senders: {
          'sender-1': expect.objectContaining({
            ...texted,
            status: 'no',
            since: stopped.metadata.occurredAt,
            by: 'STOP',
          }) as never,
        },
      });
  });

  it('K1: consent for one sender does not apply to another', () => {
    const other = happened({ type: 'OptedOut', data: { ...samples.OptedOut, senderId: 'sender-2' } }, 'consent-2');
    consents
      .given(requested, optedIn)
      .when(other)
      .then({
        senders: {
          ...state('yes', 'YES', optedIn).senders,
          'sender-2': expect.objectContaining({
            status: 'no',
            textedFirst: false,
            purpose: null,
            since: other.metadata.occurredAt,
            by: 'STOP',
          }) as never,
        },
      });
  });
});
