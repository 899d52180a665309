import { OrderIntake, routes } from '@ronghu/contract';
import { emptyDraft, flatten, intakeOf, isWorthKeeping, lacking, unflatten, type OrderDraft } from './draft';

const full = (): OrderDraft => ({
  ...emptyDraft(true), companyId: 3, type: 'complaint', urgency: 'urgent', faultCode: 'leak', description: '厨房漏水，楼下已渗', customerId: 11, house: { id: 22, companyId: 3, address: '阳光小区 1-2-301', stationName: '东站' },
  contactName: '王丽', otherNumber: '', address: '', dueAt: 2_000, dueReason: '家有老人', files: [{ id: 7, name: '照片.jpg' }], supervised: true,
});

test('a draft comes back from the server as it went there, and the contract takes it', () => {
  const flat = flatten(full());
  expect(routes.draftPut.body?.safeParse({ draft: flat }).success).toBe(true);
  expect(unflatten(JSON.parse(JSON.stringify(flat)) as Record<string, unknown>, true)).toEqual(full());
});

test('nothing kept is null, and a broken draft falls back field by field', () => {
  expect(unflatten(null, true)).toBeNull();
  expect(unflatten({}, true)).toBeNull();
  expect(unflatten({ type: 'nonsense', companyId: '3', fileIds: ['x', 5], fileNames: [], description: 9, houseId: 4 }, false)).toEqual({ ...emptyDraft(false), files: [{ id: 5, name: '2' }] });
});

test('an order without company, description or a good number cannot be sent', () => {
  expect(lacking(emptyDraft(true), 0)).toEqual(['company', 'description']);
  expect(lacking({ ...full(), otherNumber: '12a' }, 0)).toEqual(['number']);
});

test('a deadline changed by hand needs a reason and must lie ahead', () => {
  expect(lacking({ ...full(), dueReason: ' ' }, 0)).toEqual(['dueReason']);
  expect(lacking(full(), 5_000)).toEqual(['duePast']);
});

test('the order names the caller by reference, or by the number typed instead, and passes the contract', () => {
  const call = { callId: '3b241101-e2bb-4255-8caf-4136c566a962', numberRef: 'ref' };
  const byRef = intakeOf(full(), call);
  expect(OrderIntake.safeParse(byRef).success).toBe(true);
  expect(byRef).toMatchObject({ numberRef: 'ref', callId: call.callId, houseId: 22, attachmentIds: [7], dueAt: 2_000, dueReason: '家有老人', supervised: true });
  const typed = intakeOf({ ...full(), otherNumber: '13800001111', dueAt: null, supervised: false }, call);
  expect(typed).toMatchObject({ number: '13800001111' });
  expect(typed).not.toHaveProperty('numberRef');
  expect(typed).not.toHaveProperty('dueReason');
  expect(typed).not.toHaveProperty('supervised');
});

test('an untouched form is not worth a draft', () => {
  expect(isWorthKeeping(emptyDraft(true))).toBe(false);
  expect(isWorthKeeping({ ...emptyDraft(true), description: '漏' })).toBe(true);
});
