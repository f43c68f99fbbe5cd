export { deciderSpec } from './decider-spec.js';
export { projectionSpec, type Projection } from './projection-spec.js';
