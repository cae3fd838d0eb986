/**
 * The Expect field: what a client wants to be sure of before it sends content.
 * Owns its grammar; whether an expectation can be met is decided by who reads the request.
 *
 * RFC 9110 §10.1.1.
 */
import { EQUALS, ValueReader, readList, readParameters, textsOf } from './parameters.ts';

/** One expectation. The only one that is defined is `100-continue`, without a value. */
export interface Expectation {
  /** The name, in lower case. */
  readonly name: string;
  /** What stands behind `=`, without quotes, as it was sent; `undefined` where there is no `=`. */
  readonly value: string | undefined;
  /** Values by lower-case name; empty where there is no `value`, which they stand behind. */
  readonly parameters: ReadonlyMap<string, string>;
}

//   Expect      = #expectation                                                RFC 9110 §10.1.1
//   expectation = token [ "=" ( token / quoted-string ) parameters ]
/**
 * Parses the value of an Expect field.
 *
 * @param value - the field's value; several lines combined with a comma
 * @returns the expectations in the order they were sent, none for an empty list; `undefined`
 *   where the value is malformed
 * @see RFC 9110 §10.1.1
 */
export function parseExpect(value: string): Expectation[] | undefined {
  return readList(new ValueReader(value), readExpectation);
}

function readExpectation(reader: ValueReader): Expectation | undefined {
  const name = reader.readToken().toLowerCase();
  if (name === '') return undefined;
  if (!reader.take(EQUALS)) return { name, value: undefined, parameters: new Map() };
  const value = reader.readValue();
  const parameters = value === undefined ? undefined : readParameters(reader, 'none');
  if (value === undefined || parameters === undefined) return undefined;
  return { name, value: value.text, parameters: textsOf(parameters) };
}
