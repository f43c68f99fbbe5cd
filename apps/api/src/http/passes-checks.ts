import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Check = (object: object, value: unknown) => boolean;

/** The checks of one property: if a condition does not hold, none of them is run. */
type Property = { readonly conditions: readonly Check[]; readonly checks: readonly Check[] };
type Plan = ReadonlyMap<string, Property>;

/** `null`: the class has something that a plan does not know. */
const plans = new WeakMap<object, Plan | null>();

/**
 * Whether an instance of a class certainly has only known properties and passes all their decorators. `false` means
 * nothing: class-validator then decides, and words the errors. It looks up the decorators of a class, and of all classes
 * that this one inherits from, for every object; here that is done once for each class.
 */
export function passesChecks(object: object): boolean {
  const plan = planOf(object.constructor);
  if (plan === null) return false;
  for (const name of Object.keys(object)) if (!plan.has(name)) return false;
  for (const [name, { conditions, checks }] of plan) {
    const value = (object as Readonly<Record<string, unknown>>)[name];
    const holds = (check: Check): boolean => check(object, value);
    if (conditions.every(holds) && !checks.every(holds)) return false;
  }
  return true;
}

/** For tests: no class of the API should go without. */
export const hasPlan = (type: unknown): boolean => planOf(type) !== null;

function planOf(type: unknown): Plan | null {
  if (typeof type !== 'function') return null;
  const known = plans.get(type);
  if (known !== undefined) return known;
  const plan = newPlan(type as new () => object);
  plans.set(type, plan);
  return plan;
}

function newPlan(type: new () => object): Plan | null {
  const properties = new Map<string, { conditions: Check[]; checks: Check[] }>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    const { propertyName, type: kind } = metadata;
    const property = properties.get(propertyName) ?? { conditions: [], checks: [] };
    properties.set(propertyName, property);
    if (isUnknown(metadata)) return null;
    if (kind === ValidationTypes.CONDITIONAL_VALIDATION) property.conditions.push(metadata.constraints[0] as Check);
    else property.checks.push(...checksOf(metadata));
  }
  return properties.size === 0 ? null : properties;
}

/** Nested objects, `IsDefined`, `Allow` and groups are left to class-validator. */
const isUnknown = ({ type, groups, always, validateIf }: Metadata): boolean =>
  (type !== ValidationTypes.CONDITIONAL_VALIDATION && type !== ValidationTypes.CUSTOM_VALIDATION) ||
  (groups?.length ?? 0) > 0 ||
  always !== undefined ||
  validateIf !== undefined;

function checksOf({ constraintCls, constraints, propertyName, each }: Metadata): Check[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => {
      // A promise is not true.
      const passes = (value: unknown, given: ValidationArguments): boolean => instance.validate(value, given) === true;
      return (object, value) => {
        const given = { targetName: object.constructor.name, property: propertyName, object, value, constraints };
        if (!each || !isCollection(value)) return passes(value, given);
        return Array.isArray(value) && value.every((part: unknown) => passes(part, given));
      };
    });
}

const isCollection = (value: unknown): boolean => Array.isArray(value) || value instanceof Set || value instanceof Map;
