import { Body, HttpCode, type Type } from '@nestjs/common';
import type { Command, CommandBus } from '@nestjs/cqrs';
import { Args, InputType, IntersectionType, Mutation } from '@nestjs/graphql';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CommandContext, CommandResult } from '@app/eventing';
import type { Permission } from '@app/kernel';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { commandResponse, type CommandResponse } from './command-response.js';
import { Context } from './command-context.js';
import { CommandDto } from './command.view.js';

/** A command that needs only its id, the caller and its body: an entry makes its route and its mutation. */
export type PlainCommand = {
  /** Name of the controller's method. */
  readonly name: string;
  readonly route: MethodDecorator;
  readonly mutation: string;
  readonly description: string;
  /** By default that of the resource. */
  readonly permission?: Permission;
  /** Class of the body, see {@link withBody}. */
  readonly body?: Type;
  readonly command: (
    id: string,
    caller: CallerIdentity,
    context: CommandContext,
    body: never,
  ) => Command<CommandResult>;
};

/** A plain command with a body, which is validated first. */
export const withBody = <Given>(
  body: Type<Given>,
  command: Omit<PlainCommand, 'body' | 'command'> & {
    readonly command: (
      id: string,
      caller: CallerIdentity,
      context: CommandContext,
      body: Given,
    ) => Command<CommandResult>;
  },
): PlainCommand => ({ ...command, body });

/** The plain commands of a resource. */
export type PlainCommands = {
  readonly permission: Permission;
  /** The id in REST. */
  readonly id: ParameterDecorator;
  /** The name of the id in GraphQL. */
  readonly idField: string;
  readonly commands: readonly PlainCommand[];
};

type HasBus = { readonly commands: CommandBus };
type ClassWithBus = new (...given: never[]) => HasBus;

/** Adds the route of each plain command to a controller. */
export const PlainRoutes =
  ({ permission, id, commands }: PlainCommands) =>
  ({ prototype }: ClassWithBus): void => {
    for (const { name, route, description, permission: own = permission, body, command } of commands)
      addMethod(prototype, name, {
        async run(
          this: HasBus,
          given: string,
          caller: CallerIdentity,
          context: CommandContext,
          content: never,
        ): Promise<CommandResponse> {
          return commandResponse(await this.commands.execute(command(given, caller, context, content)));
        },
        method: [
          route,
          HttpCode(200),
          Requires(own),
          ApiOkResponse({ type: CommandDto }),
          ApiOperation({ summary: description }),
        ],
        parameters: [id, Caller(), Context(), ...(body ? [Body()] : [])],
        types: [String, Object, Object, ...(body ? [body] : [])],
      });
  };

type Input = Readonly<Record<string, string>>;

/** Adds the mutation of each plain command to a resolver, with an input named after it. */
export const PlainMutations =
  ({ permission, idField, commands }: PlainCommands, input: Type, payload: Type) =>
  ({ prototype }: ClassWithBus): void => {
    for (const { mutation, description, permission: own = permission, body, command } of commands) {
      const base = body ? IntersectionType(body, input) : input;
      const Named = inputNamed(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`, base);
      addMethod(prototype, mutation, {
        async run(this: HasBus, given: Input, caller: CallerIdentity, context: CommandContext): Promise<object> {
          const id = given[idField] ?? '';
          return {
            [idField]: id,
            ...commandResponse(await this.commands.execute(command(id, caller, context, given as never))),
          };
        },
        method: [Mutation(() => payload, { name: mutation, description }), Requires(own)],
        parameters: [Args('input', { type: () => Named }), Caller(), Context()],
        types: [Named, Object, Object],
      });
    }
  };

function inputNamed(name: string, base: Type): Type {
  const named = { [name]: class extends base {} }[name] as Type;
  InputType(name)(named);
  return named;
}

type Method = {
  readonly run: (this: HasBus, ...given: never[]) => Promise<unknown>;
  readonly method: readonly MethodDecorator[];
  readonly parameters: readonly ParameterDecorator[];
  readonly types: readonly unknown[];
};

/** Does what the compiler does for a method with decorators. */
function addMethod(prototype: object, name: string, { run, method, parameters, types }: Method): void {
  // Nest and Swagger use the function's name.
  Object.defineProperty(run, 'name', { value: name });
  Object.defineProperty(prototype, name, { value: run, configurable: true, writable: true });
  Reflect.defineMetadata('design:paramtypes', types, prototype, name);
  parameters.forEach((decorate, index) => decorate(prototype, name, index));
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  for (const decorate of method) decorate(prototype, name, descriptor);
}
