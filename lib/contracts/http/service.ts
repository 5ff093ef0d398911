import { nothing, type RequestContract } from './request-contract.ts';

export const getHealthContract = {
  operationId: 'getHealth',
  params: nothing,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const getOpenApiContract = {
  operationId: 'getOpenApi',
  params: nothing,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;
