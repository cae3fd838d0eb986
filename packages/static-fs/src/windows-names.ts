// Names that Windows takes for something other than the file of that name: devices, streams,
// drives, short (8.3) aliases, and names whose end it cuts off. Pure, so that it is tested on every
// platform. Security: one file with two names escapes every rule that looks at names.

// `:` opens a stream (`a.txt::$DATA`) or names a drive (`c:x`); the others no file name can hold.
const FORBIDDEN_CHARACTER = /[<>:"|?*]/;
// `a.txt.` and `a.txt ` open `a.txt`.
const CUT_OFF_END = /[. ]$/;
// `LONGNA~1.TXT` opens the file with the long name. Refuses a few ordinary names too.
const SHORT_NAME = /~[0-9]/;
// A device stays a device with an extension, and with blanks before it: `aux.txt`, `com1 .log`.
const DEVICE =
  /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

/** Tells whether Windows may open something else than the file of exactly this name. */
export function isWindowsAlias(name: string): boolean {
  return (
    FORBIDDEN_CHARACTER.test(name) ||
    CUT_OFF_END.test(name) ||
    SHORT_NAME.test(name) ||
    DEVICE.test(name)
  );
}
