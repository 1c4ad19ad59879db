// Node.js 18 has Web Cryptography, but not as a global, where the libraries look for it.

import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
