/** Value of the Server field (RFC 9110 §10.2.4). */
export const SERVER = 'PWS/1.0';
