import type { Row } from '../../../platform/database/db';
import type { Heating, HousePart } from './import.rules';
import { COLUMN_NAME } from './import.columns';
import type { DeciderParts, Plan } from './chunk';

export interface StoredHouse extends Row { id: number; unit_id: number; room_no: string; address: string; area_m2: number; heating: Heating; contract_no: string; owner_id: number | null; version: number }
export interface StoredCustomer extends Row { id: number; customer_name: string; id_no_blind: string | null; version: number }
/** What is stored of the houses and people that a chunk names. */
export interface Known {
  byContract: ReadonlyMap<string, StoredHouse>; /** Unit and room key. */ byPlace: ReadonlyMap<string, StoredHouse>;
  people: ReadonlyMap<number, { row: StoredCustomer; blinds: readonly string[]; nextSort: number }>;
  /** Customers by the blind index of a number, or of an identity number with a # before it. */ byBlind: ReadonlyMap<string, readonly number[]>;
}
export const NOTHING_KNOWN: Known = { byContract: new Map(), byPlace: new Map(), people: new Map(), byBlind: new Map() };

/** `row`: as stored; `inserted`: new with this chunk; neither: made by an earlier chunk of a first import. */
interface Person { id: number; name: string; row: StoredCustomer | null; inserted: Row | null; blinds: string[]; nextSort: number; idBlind: string | null; idSealed: string | null; changed: boolean; linked: boolean }
interface Seen { ids: Map<string, number>; /** Of those with several numbers or an identity number; the others have the one they are found by. */ more: Map<number, { blinds: string[]; idBlind: string | null }> }
type Parts = Pick<DeciderParts, 'companyId' | 'crypto' | 'attribution' | 'now' | 'fresh'>;
const MOST_NUMBERS = 5;
/** Family of identity numbers in the blind index. */
export const ID_FAMILY = 'idNo';

/**
 * Who owns the houses of a file: the same name with a number or identity number in common is one customer. Numbers are added, never taken away.
 */
export class People {
  private readonly met = new Map<number, Person>();
  constructor(private readonly d: Parts, private readonly known: Known | null = null, private readonly plan: Plan | null = null, private readonly seen: Seen = { ids: new Map(), more: new Map() }) {}
  /** Over chunks it is remembered only while nothing is stored: later a look-up finds them. */
  forChunk(known: Known, plan: Plan): People { return this.d.fresh ? new People(this.d, known, plan, this.seen) : new People(this.d, known, plan); }

  /** The owner of a new house, found or made. A text is the reason why not. */
  find(name: string, h: HousePart, no: number, newId: number): Person | string {
    const blinds = this.blinds(h), idBlind = h.idNo === null ? null : this.d.crypto.blindText(ID_FAMILY, h.idNo);
    const person = this.existing(name, blinds, idBlind) ?? this.make(name, newId), problem = this.add(person, h, blinds, idBlind);
    if (problem) return problem;
    this.remember(person, name, blinds, idBlind);
    return person;
  }
  /** Who owns a stored house from now on, and what changed in words. */
  owner(house: StoredHouse, name: string, h: HousePart, no: number, newId: number): { id: number; said: string[] } | string {
    const blinds = this.blinds(h), idBlind = h.idNo === null ? null : this.d.crypto.blindText(ID_FAMILY, h.idNo), now = house.owner_id === null ? null : this.person(house.owner_id), said: string[] = [];
    if (now && (now.name === name || blinds.some((b) => now.blinds.includes(b)) || (idBlind !== null && idBlind === now.idBlind))) {
      if (h.masked && now.name !== name) return this.cannotTell(now.name);
      if (now.name !== name) { said.push(`户主姓名 ${now.name} → ${name}`); }
      const [before, beforeId] = [now.blinds.length, now.idBlind], problem = this.add(now, h, blinds, idBlind);
      if (problem) return problem;
      if (now.name !== name) { now.name = name; now.changed = true; }
      if (now.blinds.length > before) said.push(`新增号码 ${now.blinds.length - before} 个`);
      if (now.idBlind !== beforeId) said.push('证件号');
      return { id: now.id, said };
    }
    if (h.masked) return this.cannotTell(now?.name ?? '未登记');
    const next = this.find(name, h, no, newId);
    if (typeof next === 'string') return next;
    if (now) { this.plan?.unlinks.push({ houseId: house.id, customerId: now.id }); this.plan?.stalePeople.push(now.id); }
    this.plan?.unlinks.push({ houseId: house.id, customerId: next.id }); // who lives there already becomes the owner
    this.link(next, house.id);
    return { id: next.id, said: [`户主 ${now?.name ?? '无'} → ${name}`] };
  }
  private cannotTell(held: string): string { return `${COLUMN_NAME.owner}：与档案（${held}）不同，号码又含有 *，无法判断是否同一人`; }
  link(person: Person, houseId: number): void {
    const { d, plan } = this;
    if (!plan) return;
    plan.links.push({ house_id: houseId, customer_id: person.id, relation: 'owner', since_at: d.now });
    if (!person.inserted) { plan.stalePeople.push(person.id); return; }
    person.linked = true;
    for (const blind of person.blinds) plan.phoneIndex.push({ number_blind: blind, number_last4: this.written.get(blind)?.last4 ?? '', company_id: d.companyId, customer_id: person.id, house_id: houseId, customer_name: person.name });
  }
  /** Writes what the people of this chunk come to. */
  finish(): void {
    const { plan, d } = this;
    if (!plan) return;
    for (const p of this.met.values()) {
      if (!p.row || !p.changed) continue;
      plan.replacedCustomers.push(p.id);
      plan.customers.push({ ...p.row, customer_name: p.name, id_no_blind: p.idBlind, id_no_sealed: p.idSealed ?? p.row.id_no_sealed, version: p.row.version + 1, updated_at: d.now });
      plan.stalePeople.push(p.id);
    }
  }

  /** Numbers of this chunk by their blind index. */
  private readonly written = new Map<string, { number: string; last4: string }>();
  private blinds(h: HousePart): string[] {
    const out: string[] = [], { crypto } = this.d;
    for (const phone of h.phones) {
      const number = crypto.normalise(phone), blind = crypto.blind(number);
      if (!this.written.has(blind)) this.written.set(blind, { number, last4: crypto.blindLast4(number) });
      if (!out.includes(blind)) out.push(blind);
    }
    return out;
  }
  /** Two identity numbers are two people, whatever number they share. */
  private existing(name: string, blinds: readonly string[], idBlind: string | null): Person | null {
    const fits = (p: Person | null): p is Person => p !== null && p.name === name && (idBlind === null || p.idBlind === null || p.idBlind === idBlind);
    for (const key of idBlind === null ? blinds : [`#${idBlind}`, ...blinds]) {
      const seen = this.seen.ids.get(short(name, key)), person = seen === undefined ? null : (this.person(seen) ?? this.again(seen, name, key));
      if (fits(person)) return person;
      for (const id of this.known?.byBlind.get(key) ?? []) { const stored = this.person(id); if (fits(stored)) return stored; }
    }
    return null;
  }
  private person(id: number): Person | null {
    const met = this.met.get(id), stored = met ? undefined : this.known?.people.get(id);
    if (met || !stored) return met ?? null;
    const person: Person = { id, name: stored.row.customer_name, row: stored.row, inserted: null, blinds: [...stored.blinds], nextSort: stored.nextSort, idBlind: stored.row.id_no_blind, idSealed: null, changed: false, linked: true };
    this.met.set(id, person);
    return person;
  }
  /** Someone whom an earlier chunk of a first import made. */
  private again(id: number, name: string, key: string): Person {
    const { blinds, idBlind } = this.seen.more.get(id) ?? { blinds: [key], idBlind: null }, person: Person = { id, name, row: null, inserted: null, blinds: [...blinds], nextSort: blinds.length, idBlind, idSealed: null, changed: false, linked: true };
    this.met.set(id, person);
    return person;
  }
  private make(name: string, id: number): Person {
    const person: Person = { id, name, row: null, inserted: { id, company_id: this.d.companyId, customer_name: name, customer_level: 'normal', id_no_sealed: null, id_no_blind: null, remark: null, version: 1, updated_at: this.d.now }, blinds: [], nextSort: 0, idBlind: null, idSealed: null, changed: false, linked: false };
    this.plan?.customers.push(person.inserted as Row);
    this.met.set(id, person);
    return person;
  }
  /** Adds what the person lacks. Nothing is written when it is refused. */
  private add(person: Person, h: HousePart, blinds: readonly string[], idBlind: string | null): string | null {
    const { plan, d } = this, missing = blinds.filter((b) => !person.blinds.includes(b));
    if (person.blinds.length + missing.length > MOST_NUMBERS) return `${COLUMN_NAME.phones}：户主已登记 ${person.blinds.length} 个号码，合计不能超过 ${MOST_NUMBERS} 个`;
    if (!plan) return null;
    if (idBlind !== null && idBlind !== person.idBlind) {
      const sealed = d.crypto.seal(h.idNo as string);
      person.idBlind = idBlind;
      if (person.row) { person.idSealed = sealed; person.changed = true; } else if (person.inserted) Object.assign(person.inserted, { id_no_sealed: sealed, id_no_blind: idBlind });
      else plan.idNumbers.push({ customerId: person.id, sealed, blind: idBlind });
    }
    for (const blind of missing) {
      const { number, last4 } = this.written.get(blind) as { number: string; last4: string };
      plan.phones.push({ customer_id: person.id, number_blind: blind, number_last4: last4, number_sealed: d.crypto.seal(number), attribution: d.attribution(number)?.slice(0, 40) ?? null, sort_no: person.nextSort++ });
      person.blinds.push(blind);
      if (person.row) person.changed = true;
      else if (person.linked) plan.stalePeople.push(person.id); // the houses it has already lack this number in the index
    }
    return null;
  }
  private remember(person: Person, name: string, blinds: readonly string[], idBlind: string | null): void {
    if (idBlind !== null) this.seen.ids.set(short(name, `#${idBlind}`), person.id);
    for (const blind of blinds) this.seen.ids.set(short(name, blind), person.id);
    if (this.d.fresh && (person.blinds.length !== 1 || person.idBlind !== null)) this.seen.more.set(person.id, { blinds: person.blinds.map(ownText), idBlind: person.idBlind });
  }
}
const SLICED = 13;
/** A text for keeps: the engine lets a longer slice hold on to the whole text that it was cut from, a piece of the file or the answer for a chunk. */
export const ownText = (text: string): string => (text.length < SLICED ? text : Buffer.from(text).toString());
/** A blind index is 64 digits; 24 tell two of one name apart, and half a million keys stay small. */
const short = (name: string, key: string): string => `${name}|${key.slice(0, 24)}`;
