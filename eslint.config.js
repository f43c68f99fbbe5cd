import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const tooMany = (max, functions) => ({
  selector: `${functions}[params.length>${max}]:not([params.0.name="this"])`,
  message: `At most ${max} parameters: pass what belongs together as one object.`,
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'data/', '*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Nest's modules and DTOs are classes without members of their own.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      complexity: ['error', { max: 10, variant: 'modified' }],
      'max-lines': ['error', 250],
      // Instead of max-params: nobody passes the parameters of most constructors, because Nest injects them. `this` is a
      // type, not a parameter.
      'no-restricted-syntax': [
        'error',
        tooMany(4, ':matches(FunctionDeclaration, ArrowFunctionExpression)'),
        tooMany(4, ':not(MethodDefinition[kind="constructor"]) > FunctionExpression'),
        tooMany(8, 'MethodDefinition[kind="constructor"] > FunctionExpression'),
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/test/*.ts', '**/*.contract.ts'],
    // A test takes as many parameters as its table has columns.
    rules: { 'max-lines': ['error', 500], 'no-restricted-syntax': 'off' },
  },
  { files: ['**/*.spec.ts', '**/test/*.ts'], rules: { complexity: ['error', { max: 15, variant: 'modified' }] } },
);
