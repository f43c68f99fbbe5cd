import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { NOBODY } from './api.fixture.js';

/** Each REST operation and the GraphQL field that does the same. */
export const fieldOf: Readonly<Record<string, string>> = {
  'GET /v1/conversations': 'inbox',
  'POST /v1/conversations': 'startConversation',
  'GET /v1/conversations/{id}': 'conversation',
  'GET /v1/conversations/{id}/messages': 'conversation.messages',
  'POST /v1/conversations/{id}/messages': 'sendMessage',
  'POST /v1/conversations/{id}/notes': 'addNote',
  'POST /v1/conversations/{id}/read': 'readConversation',
  'POST /v1/conversations/{id}/read-position': 'moveReadPosition',
  'POST /v1/conversations/{id}/unread': 'markConversationUnread',
  'POST /v1/conversations/{id}/archive': 'archiveConversation',
  'POST /v1/conversations/bulk': 'bulkConversations',
  'GET /v1/bulk-jobs/{id}': 'bulkJob',
  'GET /v1/bulk-jobs/{id}/results': 'bulkJob.results',
  'POST /v1/conversations/{id}/unarchive': 'unarchiveConversation',
  'POST /v1/conversations/{id}/delete': 'deleteConversation',
  'PUT /v1/conversations/{id}/assignee': 'assignConversation',
  'POST /v1/conversations/{id}/mute': 'muteConversation',
  'POST /v1/conversations/{id}/unmute': 'unmuteConversation',
  'POST /v1/conversations/{id}/lead': 'createLead',
  'POST /v1/leads': 'submitLead',
  'POST /v1/conversations/{id}/snooze': 'snoozeConversation',
  'POST /v1/conversations/{id}/unsnooze': 'unsnoozeConversation',
  'POST /v1/conversations/{id}/move-message': 'moveMessage',
  'POST /v1/conversations/{id}/label': 'labelConversation',
  'POST /v1/conversations/{id}/unlabel': 'unlabelConversation',
  'GET /v1/blocks': 'blocks',
  'POST /v1/blocks': 'placeBlock',
  'POST /v1/blocks/{id}/lift': 'liftBlock',
  'GET /v1/blocks/{id}/messages': 'blockedMessages',
  'GET /v1/contacts': 'contacts',
  'POST /v1/contacts': 'createContact',
  'GET /v1/contacts/{id}': 'contact',
  'GET /v1/contacts/{id}/conversations': 'contactConversations',
  'GET /v1/contacts/{id}/deliveries': 'contactDeliveries',
  'GET /v1/contacts/{id}/history': 'contactHistory',
  'PUT /v1/contacts': 'saveContact',
  'PATCH /v1/contacts/{id}': 'changeContact',
  'DELETE /v1/contacts/{id}': 'removeContact',
  'POST /v1/contacts/{id}/restore': 'restoreContact',
  'GET /v1/referrals': 'referrals',
  'GET /v1/referrals/{id}': 'referral',
  'GET /v1/referrals/{id}/timeline': 'referralTimeline',
  'POST /v1/referrals': 'createReferral',
  'PUT /v1/referrals/{id}/status': 'changeReferralStatus',
  'PUT /v1/referrals': 'saveReferral',
  'POST /v1/referrals/{id}/payouts': 'recordPayout',
  'POST /v1/consents': 'requestOptIn',
  'GET /v1/consents/to-renew': 'consentsToRenew',
  'POST /v1/exports': 'requestExport',
  'GET /v1/exports': 'exports',
  'GET /v1/exports/{id}': 'export',
  'GET /v1/imports': 'imports',
  'GET /v1/imports/{id}': 'import',
  'GET /v1/imports/{id}/rows': 'importRows',
  'GET /v1/deliveries': 'deliveries',
  'POST /v1/deliveries/{id}/settle': 'settleDelivery',
  'GET /v1/me': 'me',
  'GET /v1/members': 'members',
  'GET /v1/members/{id}': 'member',
  'POST /v1/members': 'addMember',
  'PUT /v1/members/{id}/role': 'changeMemberRole',
  'POST /v1/members/{id}/permissions/give': 'givePermission',
  'POST /v1/members/{id}/permissions/withdraw': 'withdrawPermission',
  'DELETE /v1/members/{id}': 'removeMember',
  'GET /v1/me/preferences': 'preferences',
  'PUT /v1/me/preferences': 'choosePreferences',
  'GET /v1/me/notifications': 'notifications',
  'GET /v1/program': 'program',
  'PUT /v1/program/name': 'renameProgram',
  'PUT /v1/program/policies': 'changePolicy',
  'PUT /v1/program/widget-origins': 'changeWidgetOrigins',
  'PUT /v1/program/opt-in-text': 'changeOptInText',
  'GET /v1/program/senders': 'senders',
  'PUT /v1/program/senders': 'setSender',
  'POST /v1/program/senders/end-rotation': 'endTokenRotation',
  'GET /v1/program/links': 'links',
  'PUT /v1/program/links': 'changeLinks',
  'GET /v1/counts': 'counts',
  'GET /v1/portal/counts': 'portalCounts',
  'POST /v1/portal/conversations/{id}/read': 'readPortalConversation',
  'GET /v1/portal/conversations': 'portalConversations',
  'GET /v1/portal/conversations/{id}/messages': 'portalMessages',
  'POST /v1/portal/conversations/{id}/messages': 'writePortalMessage',
};

/**
 * Operations that GraphQL leaves out, and why. Routes without a description have no field either: the provider's
 * webhooks, health, metrics and the developer pages serve HTTP to machines and browsers.
 */
export const onlyByRest: Readonly<Record<string, string>> = {
  'GET /v1/conversations/{id}/export': 'A file, written while it is read.',
  'GET /v1/exports/{id}/file': 'A file; `export` has its link.',
  'POST /v1/imports': 'A file, read while it arrives.',
};

/** Fields that REST leaves out, and why. */
export const onlyByGraphql: Readonly<Record<string, string>> = {};

/** The name of a path's id in the input of a mutation. */
const idFieldOf: Readonly<Record<string, string>> = {
  conversations: 'conversationId',
  contacts: 'contactId',
  referrals: 'referralId',
  deliveries: 'deliveryId',
  blocks: 'blockId',
  members: 'userId',
  portal: 'conversationId',
};

type Arguments = Readonly<Record<string, unknown>>;

/** An operation by its REST name, with the id of its path, and its body or query. */
export type Operation = { readonly route: string; readonly id?: string; readonly given?: Arguments };

/** The same operation in GraphQL. */
export function operationRequest(schema: GraphQLSchema, { route, id, given = {} }: Operation): GraphqlRequest {
  const [method, , , resource = ''] = route.split(/[ /]/);
  const { limit, ...rest } = given;
  return requestFor(schema, fieldOf[route] ?? '', {
    ...rest,
    ...(limit !== undefined && { first: limit }),
    ...(id !== undefined && { [method === 'GET' && resource !== 'members' ? 'id' : (idFieldOf[resource] ?? '')]: id }),
  });
}

export type GraphqlRequest = { readonly query: string; readonly variables: Arguments };

/**
 * A request for a GraphQL field with all its subfields. Required arguments that are not given get a value of the right
 * type that refers to nothing. `conversation.messages` is the field `messages` of the field `conversation`.
 */
export function requestFor(schema: GraphQLSchema, path: string, given: Arguments = {}): GraphqlRequest {
  const [root = '', ...below] = path.split('.');
  const isMutation = schema.getMutationType()?.getFields()[root] !== undefined;
  const fields = (isMutation ? schema.getMutationType() : schema.getQueryType())?.getFields() ?? {};
  const declared: Record<string, string> = {};
  const variables: Record<string, unknown> = {};

  const ask = (field: GraphQLField<unknown, unknown> | undefined, [next, ...rest]: readonly string[]): string => {
    if (field === undefined) throw new Error(`GraphQL has no field ${path}`);
    const args = field.args.filter((arg) => isRequiredArgument(arg) || arg.name in given);
    for (const { name, type } of args) {
      declared[name] = `$${name}: ${String(type)}`;
      variables[name] = name === 'input' ? filler(type, given) : (given[name] ?? filler(type));
    }
    const passed = args.length > 0 ? `(${args.map(({ name }) => `${name}: $${name}`).join(', ')})` : '';
    const type = getNamedType(field.type);
    const shown =
      next === undefined
        ? selection(type)
        : `{ ${ask(isObjectType(type) ? type.getFields()[next] : undefined, rest)} }`;
    return `${field.name}${passed} ${shown}`;
  };

  const asked = ask(fields[root], below);
  const names = Object.values(declared);
  return {
    query: `${isMutation ? 'mutation' : 'query'} ${names.length > 0 ? `(${names.join(', ')})` : ''} { ${asked} }`,
    variables,
  };
}

/** The parameters of a root field: its arguments, or the fields of its input. */
export function argumentsOf(schema: GraphQLSchema, root: string): readonly string[] {
  const field = schema.getMutationType()?.getFields()[root] ?? schema.getQueryType()?.getFields()[root];
  const [first] = field?.args ?? [];
  const input = first?.name === 'input' ? getNamedType(first.type) : undefined;
  return isInputObjectType(input) ? Object.keys(input.getFields()) : (field?.args ?? []).map(({ name }) => name);
}

/** All fields of a type that are not deprecated and have no arguments. */
function selection(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).filter(
    ({ args, deprecationReason }) => args.length === 0 && !deprecationReason,
  );
  return `{ ${fields.map((field) => `${field.name} ${selection(field.type)}`).join(' ')} }`;
}

function filler(type: GraphQLInputType, given: Arguments = {}): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [];
  if (isInputObjectType(bare)) {
    const required = Object.values(bare.getFields()).filter(isRequiredInputField);
    return { ...Object.fromEntries(required.map((field) => [field.name, filler(field.type)])), ...given };
  }
  if (!isLeafType(bare)) throw new Error(`No filler for ${String(type)}`);
  return { Int: 1, Boolean: false }[bare.name] ?? NOBODY;
}
