/**
 * A client's end of one HTTP/1.1 connection: events in, octets out; octets in, events out.
 * The mirror of `ServerConnection`, over the same codecs and the same table of states: what the
 * one may send is what the other may receive.
 *
 * RFC 9112; how the content of a response ends is §6.3.
 */
import { ProtocolError, UsageError } from './errors.ts';
import type { ClientHeadEvent, ClientSendEvent } from './events.ts';
import { requestFraming, responseFraming } from './framing.ts';
import { type RequestHeadInit, serializeRequestHead } from './head-serializer.ts';
import { offersUpgrade, wantsPersistence } from './persistence.ts';
import { isAuthority } from './request-target.ts';
import { type ResponseHead, ResponseHeadReader } from './response-head.ts';
import { type ConnectionOptions, WireConnection, connectionFields } from './wire-connection.ts';

/** A client's end of a connection. */
export class ClientConnection extends WireConnection<ClientHeadEvent> {
  readonly #headReader: ResponseHeadReader;
  /** The method of the request of the exchange under way. */
  #method: string | undefined;
  #upgradeOffered = false;

  constructor(options: ConnectionOptions = {}) {
    super('response', options);
    this.#headReader = new ResponseHeadReader(this.limits);
  }

  /**
   * The octets that send an event, in order. Content is passed through untouched.
   *
   * Nothing is added to a request: it has content only where its fields say so, with
   * `Content-Length` or `Transfer-Encoding: chunked`, and it must name its Host.
   *
   * @throws {UsageError} where the event may not come now, or cannot be written
   */
  send(event: ClientSendEvent): Uint8Array[] {
    switch (event.type) {
      case 'request':
        return this.#sendRequest(event.head);
      case 'content':
        return this.sendContent(event.octets);
      case 'end':
        return this.sendEnd(event.trailers);
    }
  }

  override startNextCycle(): void {
    super.startNextCycle();
    this.#method = undefined;
  }

  protected override readHead(): ClientHeadEvent | undefined {
    const { buffer } = this;
    const { streamOffset } = buffer;
    const head = this.#headReader.read(buffer.octets, buffer.start, buffer.end, streamOffset);
    if (head === undefined) return undefined;
    buffer.skip(this.#headReader.length);
    if (this.#switches(head.status, streamOffset)) {
      this.state.note('response', 'switch');
      return { type: 'switch', head };
    }
    if (head.status < 200) {
      this.#expectRequest(streamOffset);
      this.state.note('response', 'informational');
      return { type: 'informational', head };
    }
    this.#beginResponse(head, streamOffset);
    return { type: 'response', head };
  }

  #sendRequest(head: RequestHeadInit): Uint8Array[] {
    if (this.state.request !== 'idle' || this.state.response !== 'idle') {
      throw new UsageError(
        'wrong-state',
        'no request may be sent before the last exchange is over',
      );
    }
    const fields = connectionFields([...head.fields]);
    const hosts = fields.getAll('host');
    // RFC 9112 §3.2: exactly one, which may be empty only where the target has no authority.
    if (hosts.length !== 1 || !isAuthority(hosts[0] as string)) {
      throw new UsageError('missing-host', 'a request needs one Host field with a host');
    }
    const framing = requestFraming(fields, 1);
    if (framing.kind === 'fault') {
      throw new UsageError('invalid-framing', `the framing fields do not fit: ${framing.code}`);
    }
    const octets = serializeRequestHead(head);
    this.announceContent(framing);
    this.state.note('request', 'request');
    if (!wantsPersistence(fields, 1)) this.state.doNotPersist();
    this.#upgradeOffered = offersUpgrade(fields, 1);
    if (head.method === 'CONNECT' || this.#upgradeOffered) this.state.offerSwitch();
    this.#method = head.method;
    return [octets];
  }

  #beginResponse(head: ResponseHead, streamOffset: number): void {
    const { status, fields, minorVersion } = head;
    const framing = responseFraming(this.#method, status, fields, Math.min(minorVersion, 1));
    if (framing.kind === 'fault') {
      const at = this.#headReader.lineLength + fields.positionOf(framing.field);
      throw new ProtocolError(framing.code, streamOffset + at);
    }
    this.expectContent(framing);
    this.state.note('response', 'response');
    // A response that nobody asked for (408 on an idle connection) is the last one.
    const persists = wantsPersistence(fields, minorVersion) && this.state.request !== 'idle';
    if (!persists || framing.kind === 'until-close') this.state.doNotPersist();
  }

  /** Whether this response makes the connection another protocol's. */
  #switches(status: number, streamOffset: number): boolean {
    if (status === 101) {
      if (this.#upgradeOffered && this.state.switchOffered) return true;
      throw new ProtocolError('unexpected-switch', streamOffset);
    }
    return this.#method === 'CONNECT' && status >= 200 && status < 300;
  }

  /** An interim response answers a request; without one it has no meaning. */
  #expectRequest(streamOffset: number): void {
    if (this.state.response === 'idle')
      throw new ProtocolError('unexpected-response', streamOffset);
  }
}
