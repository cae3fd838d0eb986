/**
 * The states of a connection, and the only code that changes them.
 * Rule 1: every transition stands in a literal table here. Rule 2: no other file assigns a
 * state. The diagram in the README is drawn from these tables.
 *
 * A connection carries one exchange at a time. Each exchange has two sides, the request's and
 * the response's, and each side is in one state. An event moves the side that it belongs to
 * (TRANSITIONS); then the two sides settle with each other (SETTLEMENTS). A server receives
 * the request side and sends the response side; a client the other way round. Both use the
 * same tables, so what one may send is what the other may receive.
 *
 * RFC 9112 §9.
 */
import { UsageError } from './errors.ts';

/** The two sides of an exchange. */
export type Side = 'request' | 'response';

/** What can happen on a side. */
export type Occurrence =
  | 'request'
  | 'informational'
  | 'response'
  | 'switch'
  | 'content'
  | 'end'
  | 'closed';

/** The state of one side. */
export type SideState =
  /** Nothing of this exchange has come yet. */
  | 'idle'
  /** Response side: the request has come, its response has not. */
  | 'head'
  /** The head has come; content or its end is next. */
  | 'content'
  /** The message is complete. */
  | 'done'
  /** Request side: complete, with an offer to switch that is not answered yet. */
  | 'might-switch'
  /** The octets that follow are another protocol's. */
  | 'switched'
  /** Complete, and the connection carries no other exchange. */
  | 'must-close'
  /** The peer on this side sends nothing more. */
  | 'closed'
  /** The octets can no longer be understood. */
  | 'error';

/** For each side and state: the occurrences that may come, and the state each leads to. */
export type Transitions = Readonly<
  Record<Side, Readonly<Record<SideState, Readonly<Partial<Record<Occurrence, SideState>>>>>>
>;

/** Where an occurrence leads a side from each of its states. What is missing may not happen. */
export const TRANSITIONS: Transitions = {
  request: {
    idle: { request: 'content', closed: 'closed' },
    head: {},
    content: { content: 'content', end: 'done' },
    done: { closed: 'closed' },
    'might-switch': {},
    switched: {},
    'must-close': { closed: 'closed' },
    closed: { closed: 'closed' },
    error: {},
  },
  response: {
    // A response without a request is the answer to a request that could not be read.
    idle: { request: 'head', response: 'content', closed: 'closed' },
    head: { informational: 'head', response: 'content', switch: 'switched', closed: 'closed' },
    content: { content: 'content', end: 'done' },
    done: { closed: 'closed' },
    'might-switch': {},
    switched: {},
    'must-close': { closed: 'closed' },
    closed: { closed: 'closed' },
    error: {},
  },
};

/** What both sides together, and the two facts, make of a state. */
export interface Settlement {
  readonly side: Side;
  readonly from: SideState;
  readonly to: SideState;
  /** The state that the other side must be in, where it matters. */
  readonly other?: SideState;
  /** Holds only where the connection does (not) persist. */
  readonly persists?: boolean;
  /** Holds only while an offer to switch is (not) open. */
  readonly switchOffered?: boolean;
}

/** Applied in order, again and again, until none fits. */
export const SETTLEMENTS: readonly Settlement[] = [
  { side: 'request', from: 'done', to: 'might-switch', switchOffered: true },
  { side: 'request', from: 'might-switch', to: 'switched', other: 'switched' },
  { side: 'request', from: 'might-switch', to: 'done', switchOffered: false },
  { side: 'request', from: 'done', to: 'must-close', persists: false },
  { side: 'response', from: 'done', to: 'must-close', persists: false },
  { side: 'response', from: 'done', to: 'must-close', other: 'closed' },
  { side: 'request', from: 'done', to: 'must-close', other: 'closed' },
];

const SETTLING: ReadonlySet<SideState> = new Set(SETTLEMENTS.map(({ from }) => from));

/** The states of the two sides of one connection. */
export class ExchangeState {
  #request: SideState = 'idle';
  #response: SideState = 'idle';
  #persists = true;
  #switchOffered = false;

  /** The state of the request's side. */
  get request(): SideState {
    return this.#request;
  }

  /** The state of the response's side. */
  get response(): SideState {
    return this.#response;
  }

  /** Whether the connection may carry another exchange after this one. */
  get persists(): boolean {
    return this.#persists;
  }

  /** Whether the request asked to switch protocols and has had no answer yet. */
  get switchOffered(): boolean {
    return this.#switchOffered;
  }

  /** Notes that the connection carries no other exchange; that cannot be taken back. */
  doNotPersist(): void {
    this.#persists = false;
    this.#settle();
  }

  /** Notes that the request asks to switch protocols (Upgrade or CONNECT). */
  offerSwitch(): void {
    this.#switchOffered = true;
  }

  /**
   * Notes what happened on a side.
   *
   * @throws {UsageError} `wrong-state` where the table has no place for it; nothing has changed then
   */
  note(side: Side, occurrence: Occurrence): void {
    if (occurrence === 'request') {
      // A request opens both sides.
      const response = this.#target('response', occurrence);
      this.#request = this.#target('request', occurrence);
      this.#response = response;
    } else {
      this.#set(side, this.#target(side, occurrence));
    }
    // A final response answers the offer to switch.
    if (occurrence === 'response') this.#switchOffered = false;
    this.#settle();
  }

  /** Notes that the octets of a side can no longer be understood. */
  fail(side: Side): void {
    this.#set(side, 'error');
    this.doNotPersist();
  }

  /**
   * Begins the next exchange.
   *
   * @throws {UsageError} `wrong-state` unless both sides are done
   */
  startNextCycle(): void {
    if (this.#request !== 'done' || this.#response !== 'done') {
      throw new UsageError(
        'wrong-state',
        `the next exchange begins when both sides are done, not ${this.#request} and ${this.#response}`,
      );
    }
    this.#request = 'idle';
    this.#response = 'idle';
  }

  #target(side: Side, occurrence: Occurrence): SideState {
    const from = side === 'request' ? this.#request : this.#response;
    const to = TRANSITIONS[side][from][occurrence];
    if (to !== undefined) return to;
    throw new UsageError('wrong-state', `${occurrence} may not come while the ${side} is ${from}`);
  }

  #settle(): void {
    // Most occurrences lead to states that nothing settles from.
    if (!SETTLING.has(this.#request) && !SETTLING.has(this.#response)) return;
    for (let index = 0; index < SETTLEMENTS.length; index++) {
      const rule = SETTLEMENTS[index] as Settlement;
      if (!this.#fits(rule)) continue;
      this.#set(rule.side, rule.to);
      index = -1;
    }
  }

  #fits(rule: Settlement): boolean {
    const isRequest = rule.side === 'request';
    if ((isRequest ? this.#request : this.#response) !== rule.from) return false;
    const other = isRequest ? this.#response : this.#request;
    if (rule.other !== undefined && other !== rule.other) return false;
    if (rule.persists !== undefined && rule.persists !== this.#persists) return false;
    return rule.switchOffered === undefined || rule.switchOffered === this.#switchOffered;
  }

  #set(side: Side, state: SideState): void {
    if (side === 'request') this.#request = state;
    else this.#response = state;
  }
}
