import { expect, it } from 'vitest';
import { listLicences } from './sbom.ts';

it('every package of others is listed with its licence', () => {
  const component = (name: string, licenses?: object[]) => ({
    'bom-ref': name,
    version: '1.0.0',
    ...(licenses && { licenses }),
  });
  const components = [
    component('zod@4.0.0', [{ license: { id: 'MIT' } }]),
    component('@gavel/bff@0.1.0', [{ license: { id: 'Apache-2.0' } }]),
    component('sharp@1.0.0', [{ expression: '(MIT OR Apache-2.0)' }]),
    component('own@1.0.0', [{ license: { name: 'see LICENCE' } }]),
    component('bare@1.0.0'),
  ];
  expect(listLicences({ components })).toEqual([
    'bare@1.0.0: none named',
    'own@1.0.0: see LICENCE',
    'sharp@1.0.0: (MIT OR Apache-2.0)',
    'zod@4.0.0: MIT',
  ]);
});
