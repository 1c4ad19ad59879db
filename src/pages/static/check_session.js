
// OIDC Session Management 1.0, 3.2: answers "unchanged", "changed" or "error" to the page around.
// Its own SHA-256, in the script of long ago: what browsers have is kept from insecure pages.
(function () {
  "use strict";
  var K = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  ];

  function turn(word, by) {
    return (word >>> by) | (word << (32 - by));
  }

  // FIPS 180-4, 5.1.1: the text, a one bit, zeros, the length in bits.
  function padded(text) {
    var words = [], blocks = ((text.length + 8) >> 6) + 1, i;
    for (i = 0; i < blocks * 16; i++) words[i] = 0;
    for (i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    words[blocks * 16 - 1] = text.length * 8;
    return words;
  }

  // FIPS 180-4, 6.2.2
  function mix(hash, words, from) {
    var w = [], v = hash.slice(0), i, a, b;
    for (i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = words[from + i];
      } else {
        a = w[i - 15];
        b = w[i - 2];
        w[i] = (w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) +
          (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
      }
      a = (v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) +
        ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i]) | 0;
      b = ((turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) +
        ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
      v = [(a + b) | 0, v[0], v[1], v[2], (v[3] + a) | 0, v[4], v[5], v[6]];
    }
    for (i = 0; i < 8; i++) hash[i] = (hash[i] + v[i]) | 0;
  }

  // Of ASCII text, in hexadecimal.
  function sha256(text) {
    var hash = [
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    ];
    var words = padded(text), digits = "", i;
    for (i = 0; i < words.length; i += 16) mix(hash, words, i);
    for (i = 0; i < 8; i++) digits += ("0000000" + (hash[i] >>> 0).toString(16)).slice(-8);
    return digits;
  }

  function browserState() {
    var name = document.documentElement.getAttribute("data-cookie") + "=";
    var pairs = document.cookie.split(/; */), i;
    for (i = 0; i < pairs.length; i++) {
      if (pairs[i].indexOf(name) === 0) return pairs[i].slice(name.length);
    }
    return "";
  }

  function answer(message, origin) {
    var parts = typeof message === "string" &&
      /^([!-~]+) ([0-9a-f]{64})\.([A-Za-z0-9_-]+)$/.exec(message);
    if (!parts) return "error";
    var now = sha256(parts[1] + " " + origin + " " + browserState() + " " + parts[3]);
    return now === parts[2] ? "unchanged" : "changed";
  }

  window.addEventListener("message", function (event) {
    // A page without an origin cannot be answered alone.
    if (!event.source || !event.origin || event.origin === "null") return;
    event.source.postMessage(answer(event.data, event.origin), event.origin);
  }, false);
})();
