/** Unit and integration tests; browser stories and fault suites are run by test/run.mjs. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/server/src', '<rootDir>/packages', '<rootDir>/gateway-config', '<rootDir>/web-admin/src', '<rootDir>/web-agent/src', '<rootDir>/mobile-h5/src', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  transform: { '^.+\\.[tj]s$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false }] },
  moduleNameMapper: { '^@ronghu/contract$': '<rootDir>/packages/contract/src/index.ts', '^@ronghu/(kingbase|dm)-driver$': '<rootDir>/packages/$1-driver/src/index.ts', '^@ronghu/switch-simulator$': '<rootDir>/packages/switch-simulator/src/index.ts' },
  testTimeout: 20000,
};
