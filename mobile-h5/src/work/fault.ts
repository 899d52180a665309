import { FAULT_CODES, ORDER_TYPE_NAMES, type FaultCode, type OrderRow } from '@ronghu/contract';

/** The fault in a word, by the dictionary; the resident's own words stand in the description. */
export const faultWord = (order: Pick<OrderRow, 'faultCode' | 'fault'>): string => FAULT_CODES[order.faultCode as FaultCode] ?? order.fault;
/** What an order is, short enough for a title: 报修 · 不热. */
export const orderTitle = (order: Pick<OrderRow, 'type' | 'faultCode' | 'fault'>): string => `${ORDER_TYPE_NAMES[order.type]} · ${faultWord(order)}`;
