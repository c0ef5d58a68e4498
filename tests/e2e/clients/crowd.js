// SPDX-License-Identifier: GPL-3.0-or-later
// crowd.js URL TOKEN CLIENTS MESSAGES: so many clients on Node's ws in one process. Each waits for messages {"n":0}, {"n":1}, … up to
// MESSAGES. Says {"event":"open"} when all are connected; in the end, for each client, what it received instead of what it should
// have, or how many it received in order.
const WebSocket = require("ws");
const [url, token, clients, messages] = process.argv.slice(2);
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const outcomes = [];
let open = 0;

function join(who) {
  const socket = new WebSocket(url, { headers: { Authorization: "Bearer " + token }, perMessageDeflate: false });
  let expected = 0;
  const finish = (outcome) => {
    socket.removeAllListeners();
    socket.on("error", () => {});
    socket.terminate();
    outcomes.push({ who, ...outcome });
    if (outcomes.length === Number(clients))
      tell({ event: "finished", outcomes });
  };
  socket.on("open", () => {
    if (++open === Number(clients))
      tell({ event: "open" });
  });
  socket.on("message", (data) => {
    if (JSON.parse(data).n !== expected)
      finish({ in_order: expected, trouble: "then came " + data });
    else if (++expected === Number(messages))
      finish({ in_order: expected });
  });
  socket.on("close", (code, reason) => finish({ in_order: expected, trouble: "closed with " + code + " " + reason }));
  socket.on("error", (error) => finish({ in_order: expected, trouble: error.message }));
}

for (let who = 0; who < Number(clients); who++)
  join(who);
